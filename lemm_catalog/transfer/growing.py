"""What grows while it is fetched: a part file on disk, or a window in memory."""

from threading import Event
from typing import Protocol

from lemm_catalog.store.part import Origin


class Growing(Protocol):
    """Bytes of a known size that arrive in segments and are read in order."""

    size: int
    origin: Origin | None

    @property
    def segments(self) -> int:
        """How many segments there are."""

    @property
    def done(self) -> int:
        """The bytes that are here, or were."""

    def length(self, index: int) -> int:
        """Return the full length of a segment."""

    def count(self, index: int) -> int:
        """Return how many bytes of a segment have come."""

    def first_gap(self, start: int, stop: int) -> int | None:
        """Return the first of some segments that is not full; None if all are."""

    def begin(self, origin: Origin) -> None:
        """Say where the bytes to come are from; those so far stay."""

    def reset(self) -> None:
        """Forget all bytes."""

    def rewind(self) -> int:
        """Make ready to be read from the start; returns the bytes lost by that."""

    def await_room(self, count: int, stop: Event) -> None:
        """Wait until so many bytes may be written, or until ``stop``."""

    def write(self, index: int, data: memoryview) -> None:
        """Add bytes to a segment."""

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read bytes that are there into a buffer, and return how many."""

    def let_go(self, reader: str, offset: int) -> None:
        """Tell that a reader needs nothing before ``offset`` any more."""
