"""The receipt: proof, written last, of what was fetched and verified."""

from typing import Annotated, Literal

from pydantic import Field

from lemm_catalog.model.base import Checksums, DatasetId, Items, RelativePath, Value
from lemm_catalog.model.lock import Timestamp
from lemm_catalog.model.manifest import Bytes


class ReceivedArtifact(Value):
    """One artifact that is here, or whose unpacked members are.

    ``unpacked`` says how it was unpacked (``strip=1``), and is None for a file that
    was kept as it is; ``kept`` says whether the file itself still lies there.
    """

    path: RelativePath
    size: Bytes
    checksums: Checksums
    source: str
    fetched: Timestamp
    part: str | None = None
    unpacked: str | None = None
    unpacked_bytes: Bytes = 0
    members: Bytes = 0
    kept: bool = True

    @property
    def bytes_on_disk(self) -> int:
        """The bytes it takes in the dataset's folder."""
        return self.unpacked_bytes + (self.size if self.kept else 0)


class Receipt(Value):
    """All artifacts of one dataset that were verified and published."""

    schema_: Annotated[Literal["lemm-catalog/receipt@1"], Field(alias="schema")]
    id: DatasetId
    title: str
    version: str | None = None
    license: str
    tool: str
    completed: Timestamp
    artifacts: Items[ReceivedArtifact]

    @property
    def bytes_on_disk(self) -> int:
        """The bytes the dataset takes."""
        return sum(artifact.bytes_on_disk for artifact in self.artifacts)
