"""The lock: what a source without fixed bytes answered, pinned and reviewed."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from lemm_catalog.model.base import (
    Checksums,
    DatasetId,
    Items,
    Line,
    RelativePath,
    RemoteUrl,
    Timestamp,
    Value,
    matching,
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


class Filter(Value):
    """The patterns a set had when it was listed; others would need another list."""

    include: Items[Line] = ()
    exclude: Items[Line] = ()


Commit = Annotated[str, matching(r"[0-9a-f]{40}")]


class Lock(Value):
    """All that was pinned for one dataset, by the path its manifest gives.

    ``commits`` has what movable revisions stood for, by repository and revision
    (``hf://datasets/owner/name@main``); ``filters`` the patterns of sets.
    """

    schema_: Annotated[Literal["lemm-catalog/lock@1"], Field(alias="schema")]
    id: DatasetId
    locked: Timestamp
    files: dict[RelativePath, tuple[LockedFile, ...]]
    commits: dict[RemoteUrl, Commit] = Field(default_factory=dict)
    filters: dict[RelativePath, Filter] = Field(default_factory=dict)

    @field_validator("files", mode="before")
    @classmethod
    def _as_tuples(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
