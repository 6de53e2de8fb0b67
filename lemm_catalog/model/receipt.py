"""The receipt: proof, written last, of what was fetched and verified."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from lemm_catalog.digest import Digest
from lemm_catalog.model.terms import How
from lemm_catalog.model.text import dataset_id, relative_path, timestamp
from lemm_catalog.model.verdict import Decision


def _a_count(value: int) -> int:
    if not 0 <= value < 2**53:
        raise ValueError("must be a count")
    return value


def _digests(value: Mapping[str, str]) -> Mapping[str, str]:
    return {name: Digest(name, text).value for name, text in value.items()}


Bytes = Annotated[int, _a_count]
Moment = Annotated[str, timestamp]


class Chosen(NamedTuple):
    """A spelling of a license in a table of items, and what a policy made of it.

    ``members`` counts those of the archive that are under it.
    """

    spelling: str
    expression: str | None
    decision: Decision
    members: Bytes


class Selection(NamedTuple):
    """Which members of an archive were taken, when only some were.

    Those of each spelling that ``policy`` allows were, and those that are no items;
    ``unlisted`` counts what was left out because the table has no row for it.
    ``table`` is the digest of what brought the table, so that anybody can read again
    what was left out.
    """

    policy: str
    table: str
    unlisted: Bytes
    words: tuple[Chosen, ...]

    @property
    def members(self) -> int:
        """How many members the choice was among."""
        return self.unlisted + sum(one.members for one in self.words)

    @property
    def left_out(self) -> int:
        """How many members were left out."""
        denied = (one.members for one in self.words if one.decision != "allowed")
        return self.unlisted + sum(denied)


class ReceivedArtifact(NamedTuple):
    """One artifact that is here, or whose unpacked members are.

    ``unpacked`` says how it was unpacked (``strip=1``), and is None for a file that
    was kept as it is; ``kept`` says whether the file itself still lies there.
    ``selection`` is there where not all of its members were taken.
    """

    path: Annotated[str, relative_path]
    size: Bytes
    checksums: Annotated[Mapping[str, str], _digests]
    source: str
    fetched: Moment
    part: str | None = None
    unpacked: str | None = None
    unpacked_bytes: Bytes = 0
    members: Bytes = 0
    kept: bool = True
    selection: Selection | None = None

    @property
    def bytes_on_disk(self) -> int:
        """The bytes it takes in the dataset's folder."""
        return self.unpacked_bytes + (self.size if self.kept else 0)


class Acceptance(NamedTuple):
    """That a user agreed to terms as they read then, by which id, how and when."""

    id: str
    terms: str
    url: str | None
    how: How
    accepted: Moment


class Receipt(NamedTuple):
    """All artifacts of one dataset that were verified and published."""

    schema: Literal["lemm-catalog/receipt@1"]
    id: Annotated[str, dataset_id]
    title: str
    version: str | None
    license: str
    tool: str
    completed: Moment
    artifacts: tuple[ReceivedArtifact, ...]
    accepted: tuple[Acceptance, ...] = ()

    @property
    def bytes_on_disk(self) -> int:
        """The bytes the dataset takes."""
        return sum(artifact.bytes_on_disk for artifact in self.artifacts)
