"""What licenses permit, what a policy demands, and the verdict of the two."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from lemm_catalog.model.base import Declared, Kebab, Line, Text, Value, matching
from lemm_catalog.model.source import RemoteUrl

Permission = Literal[
    "commercial-use", "derivatives", "redistribution", "model-training"
]
Duty = Literal["attribution", "share-alike", "notice", "acceptance"]
Decision = Literal["allowed", "denied", "review"]
LicenseId = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,99}")]


class LicenseFacts(Declared):
    """One license or family: what it permits, requires and forbids.

    What stands neither under ``permits`` nor under ``forbids`` is not known, and
    a policy that demands it answers `review`.
    """

    schema_version: Literal[1]
    ids: Annotated[tuple[LicenseId, ...], Field(min_length=1)]
    title: Line
    url: RemoteUrl | None = None
    aliases: tuple[Line, ...] = ()
    permits: frozenset[Permission] = frozenset()
    requires: frozenset[Duty] = frozenset()
    forbids: frozenset[Permission] = frozenset()
    note: Text | None = None

    @field_validator("ids", "aliases", mode="before")
    @classmethod
    def _as_tuple(cls, data: Any) -> Any:
        return tuple(data) if isinstance(data, list) else data

    @field_validator("permits", "requires", "forbids", mode="before")
    @classmethod
    def _as_set(cls, data: Any) -> Any:
        return frozenset(data) if isinstance(data, list) else data


class Policy(Declared):
    """What a use demands: all of ``permits`` must be permitted."""

    schema_version: Literal[1]
    id: Kebab
    title: Line
    summary: Line
    permits: Annotated[frozenset[Permission], Field(min_length=1)]

    @field_validator("permits", mode="before")
    @classmethod
    def _as_set(cls, data: Any) -> Any:
        return frozenset(data) if isinstance(data, list) else data


class Verdict(Value):
    """Allowed, denied or review, with the chain of reasons and the duties."""

    decision: Decision
    reasons: tuple[str, ...]
    duties: tuple[Duty, ...] = ()
