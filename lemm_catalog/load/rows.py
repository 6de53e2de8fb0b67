"""What the index has of a catalog, in the plain types that `marshal` knows."""

import marshal
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from lemm_catalog.digest import Digest
from lemm_catalog.load.sight import Listing, Sight
from lemm_catalog.model.artifact import Artifact, Unpacking
from lemm_catalog.model.entry import Dossier, Entry, Judged
from lemm_catalog.model.item_table import ItemTable, Where
from lemm_catalog.model.listing import Listed
from lemm_catalog.model.source import Source
from lemm_catalog.model.terms import Claimed, Consent, Named, Terms
from lemm_catalog.model.verdict import Verdict

# Rows of the index have as many fields as their values: it is of this very version.
_new_source = partial(tuple.__new__, Source)
_new_digest = partial(tuple.__new__, Digest)

# Part, expression, of each policy its name, decision, reasons and duties; then the
# licenses that are named, and the groups of those that ask.
Rows = tuple[tuple[Any, ...], ...]
JudgedRow = tuple[str | None, str, Rows, Rows, Rows]


# Where the fields are that are values themselves.
_LICENSES, _TERMS, _ARTIFACTS = map(
    Dossier._fields.index, ("licenses", "terms", "artifacts")
)
_SOURCES, _DIGESTS, _UNPACK = map(
    Artifact._fields.index, ("sources", "digests", "unpack")
)
# What a list says of a dataset that neither its entry nor its dossier has at hand.
_TOLD = (
    *("license", "commercial", "reasons"),
    *("download_bytes", "unpacked_bytes", "state"),
)
_CLAIMS, _ACCEPT, _ITEMS = map(Terms._fields.index, ("claims", "accept", "items"))


class Saved(NamedTuple):
    """A catalog as it was seen, and what it came to.

    ``dossiers`` refer to what was ``judged`` by number; ``companions`` are the files
    beside manifests that must be there, by id.
    """

    shared: tuple[tuple[Listing | None, ...], ...]
    datasets: dict[str, Listing]
    ladder: dict[str, tuple[str, ...]]
    policies: tuple[str, ...]
    notes: tuple[str, ...]
    entries: list[tuple[Any, ...]]
    dossiers: dict[str, bytes]
    judged: tuple[JudgedRow, ...]
    companions: dict[str, tuple[str, ...]]

    @property
    def sight(self) -> Sight:
        """What was seen when it was written."""
        return Sight(self.shared, self.datasets)


def packed(dossier: Dossier, line: Listed, judged: dict[JudgedRow, int]) -> bytes:
    """Return a dossier as bytes; ``judged`` numbers the licenses, each told once.

    What a list says of the dataset, ``line``, is in front of the artifacts, so that
    nobody needs to read seven thousand of them to say how large they are together.
    """
    licenses = tuple(
        judged.setdefault(_judged_row(one), len(judged)) for one in dossier.licenses
    )
    row: Any = _bare(dossier._replace(licenses=(), artifacts=()))
    told = tuple(getattr(line, name) for name in _TOLD)
    artifacts: Any = _bare(dossier.artifacts)
    return marshal.dumps((row, licenses, _bare(told), marshal.dumps(artifacts)))


def _bare(value: Any) -> Any:
    """Return a value with plain tuples in place of named ones."""
    return tuple(map(_bare, value)) if isinstance(value, tuple) else value


def _judged_row(one: Judged) -> JudgedRow:
    verdicts = tuple((name, *_bare(told)) for name, told in one.verdicts.items())
    return one.part, one.license, verdicts, _bare(one.named), one.asking


class Dossiers(Mapping[str, Dossier]):
    """Dossiers by id, each made of its bytes when it is asked for."""

    def __init__(self, rows: Mapping[str, bytes], judged: Iterable[JudgedRow]) -> None:
        self._rows = rows
        self._judged = [
            Judged(
                part=part,
                license=expression,
                verdicts={name: Verdict(*told) for name, *told in verdicts},
                named=tuple(map(Named._make, named)),
                asking=asking,
            )
            for part, expression, verdicts, named, asking in judged
        ]

    def __getitem__(self, name: str) -> Dossier:
        row, licenses, _, artifacts = marshal.loads(self._rows[name])  # noqa: S302 - checked and ours
        fields = list(row)
        fields[_LICENSES] = tuple([self._judged[number] for number in licenses])
        fields[_TERMS] = tuple(map(_terms, fields[_TERMS]))
        fields[_ARTIFACTS] = tuple(map(_artifact, marshal.loads(artifacts)))  # noqa: S302
        return Dossier._make(fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Lines(Mapping[str, Listed]):
    """How datasets are listed of which nothing is here, by id, each made by need."""

    def __init__(self, rows: Mapping[str, bytes], entries: Mapping[str, Entry]) -> None:
        self._rows = rows
        self._entries = entries

    def __getitem__(self, name: str) -> Listed:
        row, _, told, _ = marshal.loads(self._rows[name])  # noqa: S302 - checked and ours
        entry, dossier = self._entries[name], Dossier._make(row)
        return Listed(
            id=name,
            title=dossier.title,
            summary=dossier.summary,
            homepage=dossier.homepage,
            host=dossier.host,
            phase=entry.phase,
            status=entry.state,
            priority=entry.priority,
            tasks=dossier.tasks,
            media=dossier.media,
            languages=dossier.languages,
            **dict(zip(_TOLD, told, strict=True)),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _artifact(row: Iterable[Any]) -> Artifact:
    """Return an artifact of the bare row of one.

    There are tens of thousands: each is made once, not made and then replaced.
    """
    fields = list(row)
    fields[_SOURCES] = tuple(map(_new_source, fields[_SOURCES]))
    fields[_DIGESTS] = tuple(map(_new_digest, fields[_DIGESTS]))
    if unpack := fields[_UNPACK]:
        fields[_UNPACK] = Unpacking._make(unpack)
    return tuple.__new__(Artifact, fields)


def _terms(row: Iterable[Any]) -> Terms:
    """Return terms of the bare row of them."""
    fields = list(row)
    fields[_CLAIMS] = tuple(map(Claimed._make, fields[_CLAIMS]))
    if accept := fields[_ACCEPT]:
        fields[_ACCEPT] = Consent._make(accept)
    if items := fields[_ITEMS]:
        fields[_ITEMS] = _item_table(items)
    return Terms._make(fields)


def _item_table(row: Iterable[Any]) -> ItemTable:
    bare = ItemTable._make(row)
    return bare._replace(where=Where._make(bare.where) if bare.where else None)
