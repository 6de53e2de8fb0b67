"""What licenses permit, and what a policy demands of them."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from lemm_catalog.model.base import (
    HandWritten,
    Items,
    Kebab,
    Line,
    RemoteUrl,
    SchemaVersion,
    Text,
    matching,
)
from lemm_catalog.model.verdict import Duty


def _as_set(data: Any) -> Any:
    if not isinstance(data, list):
        return data
    if not all(isinstance(item, str) for item in data):
        raise ValueError("holds something other than words")
    return frozenset(data)


Permission = Literal[
    "commercial-use", "derivatives", "redistribution", "model-training"
]
# A file has lists where the house has sets.
Permissions = Annotated[frozenset[Permission], BeforeValidator(_as_set)]
Duties = Annotated[frozenset[Duty], BeforeValidator(_as_set)]
LicenseId = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,99}")]


class LicenseFacts(HandWritten):
    """One license or family: what it permits, requires and forbids.

    What stands neither under ``permits`` nor under ``forbids`` is not known, and
    a policy that demands it answers `review`. An ``exception`` goes with a license,
    after WITH, and takes nothing away that the license permits.
    """

    schema_version: SchemaVersion
    ids: Annotated[Items[LicenseId], Field(min_length=1)]
    title: Line
    url: RemoteUrl | None = None
    aliases: Items[Line] = ()
    permits: Permissions = frozenset()
    requires: Duties = frozenset()
    forbids: Permissions = frozenset()
    note: Text | None = None
    exception: bool = False


class Policy(HandWritten):
    """What a use demands: all of ``permits`` must be permitted."""

    schema_version: SchemaVersion
    id: Kebab
    title: Line
    summary: Line
    permits: Annotated[Permissions, Field(min_length=1)]
