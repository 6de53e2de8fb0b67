"""The lock: what a source without fixed bytes answered, pinned and reviewed."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from lemm_catalog.model.base import (
    Checksums,
    DatasetId,
    Line,
    RelativePath,
    RemoteUrl,
    Timestamp,
    Value,
)
from lemm_catalog.model.manifest import Bytes


class LockedFile(Value):
    """One file with its exact size, digests and the URL that gave them."""

    path: RelativePath
    size: Bytes
    checksums: Checksums = Field(default_factory=dict)
    url: RemoteUrl | None = None
    etag: Line | None = None
    last_modified: Line | None = None


class Lock(Value):
    """All that was pinned for one dataset, by the path its manifest gives."""

    schema_: Annotated[Literal["lemm-catalog/lock@1"], Field(alias="schema")]
    id: DatasetId
    locked: Timestamp
    files: dict[RelativePath, tuple[LockedFile, ...]]

    @field_validator("files", mode="before")
    @classmethod
    def _as_tuples(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
