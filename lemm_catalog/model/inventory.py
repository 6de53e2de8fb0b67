"""What lies in a store, as read once before anything is decided."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from lemm_catalog.model.receipt import Receipt, ReceivedArtifact


class Staged(NamedTuple):
    """What an interrupted pull left of one artifact.

    ``done`` counts the bytes that need not be fetched again; ``record`` is there
    once the artifact was verified, and unpacked where it is to be. ``scraps`` are
    the bytes of what was half unpacked, and is thrown away first.
    """

    done: int
    record: ReceivedArtifact | None = None
    scraps: int = 0

    @property
    def bytes_on_disk(self) -> int:
        """The bytes it takes until it is published."""
        return self.record.bytes_on_disk if self.record else self.done + self.scraps


class Holding(NamedTuple):
    """What the store holds of one dataset.

    ``lying`` maps an artifact's path to the size of a file that lies at its place
    without a receipt: brought by hand, or by another tool. ``damaged`` says of an
    artifact why what is here does not count. ``cached`` are the artifacts of which
    the Hub's own client has a file of the same size.
    """

    receipt: Receipt | None = None
    staged: Mapping[str, Staged] = MappingProxyType({})
    lying: Mapping[str, int] = MappingProxyType({})
    exists: bool = False
    damaged: Mapping[str, str] = MappingProxyType({})
    verified: str | None = None
    cached: frozenset[str] = frozenset()


class Inventory(NamedTuple):
    """What a store holds, and what room its disk has, all in bytes."""

    holdings: Mapping[str, Holding] = MappingProxyType({})
    used: int = 0
    free: int = 0

    def of(self, dataset: str) -> Holding:
        """Return the holding of a dataset, empty if there is nothing."""
        return self.holdings.get(dataset, _NOTHING)


_NOTHING = Holding()
