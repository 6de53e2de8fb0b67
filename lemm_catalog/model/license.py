"""What licenses permit, and what a policy demands of them."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

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
# The end of a license's URL and, in capitals, of its id: AT, IGO, SCOTLAND.
Port = Annotated[str, matching(r"[A-Z]{2,20}")]
_OWN = "LicenseRef-"  # how SPDX marks an id that is not on its list


class LicenseFacts(HandWritten):
    """One license or family: what it permits, requires and forbids.

    What stands neither under ``permits`` nor under ``forbids`` is not known, and
    a policy that demands it answers `review`. An ``exception`` goes with a license,
    after WITH, and takes nothing away that the license permits.
    """

    # `declared`, `spelled` and `tagged` are no keys of a file.
    model_config = ConfigDict(populate_by_name=False)

    schema_version: SchemaVersion
    declared: Annotated[Items[LicenseId], Field(alias="ids", min_length=1)]
    title: Line
    url: RemoteUrl | None = None
    texts: dict[LicenseId, RemoteUrl] = Field(default_factory=dict)
    ports: dict[LicenseId, Annotated[Items[Port], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    spelled: Annotated[
        Items[Line] | dict[LicenseId, Items[Line]], Field(alias="aliases")
    ] = ()
    names: Items[Line] = ()
    tagged: Annotated[Items[Line], Field(alias="hub")] = ()
    permits: Permissions = frozenset()
    requires: Duties = frozenset()
    forbids: Permissions = frozenset()
    note: Text | None = None
    exception: bool = False

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every id of the file: those it spells out, then those of the ports."""
        return tuple(dict.fromkeys((*self.declared, *(id_ for id_, _ in self._ported))))

    @cached_property
    def folded(self) -> frozenset[str]:
        """The ids in lower case, for look-ups: SPDX ids know no case."""
        return frozenset(map(str.casefold, self.ids))

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Which id each further spelling stands for."""
        listed = self.spelled
        if not isinstance(listed, dict):
            listed = {self.declared[0]: listed}
        found = {id_.removeprefix(_OWN): id_ for id_, _ in self._ported}
        found = {bare: id_ for bare, id_ in found.items() if bare != id_}
        return found | {
            alias: id_ for id_, aliases in listed.items() for alias in aliases
        }

    @cached_property
    def spellings(self) -> Mapping[str, str | None]:
        """Ids, aliases, names and URLs of texts in lower case, each with its id.

        A name is of the whole family: which version is meant it does not say, so
        its id is None, as is that of a text which several ids share.
        """
        found: dict[str, str | None] = {name.casefold(): None for name in self.names}
        for id_ in self.ids:
            if url := self.text_of(id_):
                found[url.casefold()] = None if url.casefold() in found else id_
        found |= {alias.casefold(): id_ for alias, id_ in self.aliases.items()}
        return found | {id_.casefold(): id_ for id_ in self.ids}

    @cached_property
    def hub(self) -> Mapping[str, str | None]:
        """Which id each tag of the Hugging Face Hub stands for; None if for no one."""
        return {tag: self.spellings.get(tag.casefold()) for tag in self.tagged}

    def text_of(self, id_: str) -> str | None:
        """Return the URL of the text of one of the ids, in whatever case."""
        return self._texts.get(id_.casefold())

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        given = dict(self.texts)
        if self.url:
            given.setdefault(self.declared[0], self.url)
        below = {id_: given[base] for id_, base in self._ported if base in given}
        found = dict[str, str]()
        for id_ in self.ids:
            if id_ in given:
                found[id_.casefold()] = given[id_]
            elif id_ in below:
                port = id_.rpartition("-")[2].lower()
                found[id_.casefold()] = f"{below[id_].rstrip('/')}/{port}/"
            elif not id_.startswith(_OWN):
                # SPDX has the text of every id on its list.
                found[id_.casefold()] = f"https://spdx.org/licenses/{id_}.html"
        return found

    @property
    def _ported(self) -> Iterator[tuple[str, str]]:
        """The id of each port, and that of the version it is a port of."""
        for base, ports in self.ports.items():
            for port in ports:
                id_ = f"{base}-{port}"
                is_listed = id_ in self.declared or base.startswith(_OWN)
                yield id_ if is_listed else _OWN + id_, base


class Policy(HandWritten):
    """What a use demands: all of ``permits`` must be permitted."""

    schema_version: SchemaVersion
    id: Kebab
    title: Line
    summary: Line
    permits: Annotated[Permissions, Field(min_length=1)]
