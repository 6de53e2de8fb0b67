"""What credit is due for datasets: of a selection, or of what receipts say is here.

Unpacking is no adaptation, and neither is leaving files out; what was done is said
all the same, since licenses ask to be told of changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lemm_catalog.model.credit import Credit, ItemCredit, Missing, PartCredit, Works
from lemm_catalog.model.entry import Dossier, Entry, Judged, Shelf
from lemm_catalog.model.receipt import Receipt
from lemm_catalog.model.terms import Named, Terms
from lemm_catalog.rules.selection import Wanted, select
from lemm_catalog.rules.verdicts import distinct

# The title of each part, by its name.
Titles = Mapping[str, str]
_UNTOUCHED = "the content of no file is changed"


def wanted_for_credit(shelf: Shelf, words: Sequence[str]) -> tuple[Wanted, ...]:
    """Return what a selection means, by id; what is excluded may be named.

    Raises:
        UsageError: if a word names nothing.

    """
    named = {word: _hidden(shelf, word) for word in words}
    open_ = [word for word, entry in named.items() if entry is None]
    found = list(select(shelf, open_)) if open_ or not words else []
    for word, entry in named.items():
        if entry is not None:
            part = _dashed(word.partition("/")[2]) or None
            parts = (part,) if part in entry.rungs and part else tuple(entry.rungs)
            found.append(Wanted(entry, parts, entry.priority))
    return tuple(sorted(_joined(found), key=lambda one: one.entry.id))


def credit_of(
    dossier: Dossier, wanted: Wanted, titles: Titles, works: Works | None = None
) -> Credit:
    """Return the credit of what a pull would bring."""
    entry, parts = wanted.entry, wanted.parts
    changes = [f"Files are taken as they are; {_UNTOUCHED}."]
    if any(a.unpack for a in dossier.artifacts if a.part in parts):
        changes = [f"Archives are unpacked; {_UNTOUCHED}."]
    changes += _left_out(parts, tuple(entry.rungs), titles)
    return Credit(
        id=entry.id,
        title=dossier.title,
        source=_source(dossier),
        version=dossier.version,
        pulled=None,
        parts=_parts(dossier, parts, titles),
        changes=(*changes, *_items_left_out(works)),
        items=works.items if works else (),
    )


def credit_of_receipt(
    receipt: Receipt, dossier: Dossier, titles: Titles, works: Works | None = None
) -> Credit:
    """Return the credit of what a receipt says is here."""
    here = distinct(artifact.part for artifact in receipt.artifacts)
    rungs = distinct(one.part for one in dossier.terms)
    parts = tuple(part for part in rungs if part in here)
    credited = _parts(dossier, parts, titles)
    if lost := tuple(part for part in here if part not in rungs):
        words = ", ".join(_titled(lost, titles))
        credited += (PartCredit(lost, words, receipt.license, (), None),)
    changes = [_done(receipt), *_left_out(parts, rungs, titles)]
    whole, here_of = _counts(receipt, dossier, parts)
    if here_of < whole:
        changes.append(f"Only {here_of:,} of {whole:,} files are here.")
    if all(receipt.license != text for text in _expressions(credited)):
        now = " and ".join(dict.fromkeys(one.expression for one in credited))
        changes.append(
            f"When it was pulled, its license was said to be {receipt.license}; "
            f"the catalog says {now} today."
        )
    return Credit(
        id=receipt.id,
        title=receipt.title,
        source=_source(dossier),
        version=receipt.version,
        pulled=receipt.completed[:10],
        parts=credited,
        changes=(*changes, *_items_left_out(works)),
        accepted=receipt.accepted,
        items=works.items if works else (),
    )


def credit_of_stranger(receipt: Receipt) -> Credit:
    """Return the credit of what is here and the catalog no longer knows."""
    return Credit(
        id=receipt.id,
        title=receipt.title,
        source=receipt.artifacts[0].source if receipt.artifacts else None,
        version=receipt.version,
        pulled=receipt.completed[:10],
        parts=(PartCredit((), "", receipt.license, (), None),),
        changes=(_done(receipt),),
        accepted=receipt.accepted,
    )


def missing_in(credit: Credit) -> Iterator[Missing]:
    """Give the credits that are due and cannot be given."""
    for one in credit.parts:
        if one.is_missing:
            where = f" for {one.title}" if one.title else ""
            message = f"{one.expression} asks for credit, and none is given{where}"
            if not one.licenses:
                message = f"the catalog no longer knows whom to credit{where}"
            yield Missing(credit.id, message)


def is_item_missing(item: ItemCredit) -> bool:
    """Whether the license of a work asks for an author, and none is known."""
    return not item.author and any("attribution" in n.duties for n in item.licenses)


def _hidden(shelf: Shelf, word: str) -> Entry | None:
    """Return the dataset that a word names and a selection would refuse."""
    name, _, part = word.partition("/")
    entry = shelf.entries.get(_dashed(name))
    if entry is None or entry.is_offered or _dashed(word) in shelf.ladder:
        return None
    return entry if not part or _dashed(part) in entry.rungs else None


def _joined(found: Iterable[Wanted]) -> Iterator[Wanted]:
    """Give each dataset once, with all the parts that were wanted of it."""
    by_id: dict[str, list[Wanted]] = {}
    for one in found:
        by_id.setdefault(one.entry.id, []).append(one)
    for first, *others in by_id.values():
        parts = {part for one in (first, *others) for part in one.parts}
        ordered = tuple(part for part in first.entry.rungs if part in parts)
        yield first._replace(parts=ordered)


def _parts(
    dossier: Dossier, parts: Sequence[str | None], titles: Titles
) -> tuple[PartCredit, ...]:
    """Return the credits of parts; those of the same terms share one."""
    groups: dict[tuple[str, str | None, str | None], list[str | None]] = {}
    named: dict[str, tuple[Named, ...]] = {}
    both: Iterable[tuple[Terms, Judged]] = zip(
        dossier.terms, dossier.licenses, strict=True
    )
    for terms, judged in both:
        if terms.part in parts:
            key = (terms.expression, terms.attribution, terms.note)
            groups.setdefault(key, []).append(terms.part)
            named[terms.expression] = judged.named
    return tuple(
        PartCredit(
            parts=tuple(own) if len(groups) > 1 else (),
            title=", ".join(_titled(own, titles)) if len(groups) > 1 else "",
            expression=expression,
            licenses=named[expression],
            attribution=attribution,
            note=note,
        )
        for (expression, attribution, note), own in groups.items()
    )


def _titled(parts: Iterable[str | None], titles: Titles) -> tuple[str, ...]:
    return tuple(
        "the dataset itself" if part is None else titles.get(part, part)
        for part in parts
    )


def _expressions(credited: Sequence[PartCredit]) -> Iterator[str]:
    """Give each spelling a receipt may have of licenses that still hold."""
    found = list(dict.fromkeys(one.expression for one in credited))
    yield from found
    # As `items` joins them; of more parts than one, some may have come alone.
    for start in range(len(found)):
        for end in range(start + 2, len(found) + 1):
            some = (f"({text})" if " " in text else text for text in found[start:end])
            yield " AND ".join(some)


def _left_out(
    parts: Sequence[str | None], rungs: Sequence[str | None], titles: Titles
) -> list[str]:
    if len(parts) == len(rungs):
        return []
    return [f"Only these parts are taken: {', '.join(_titled(parts, titles))}."]


def _items_left_out(works: Works | None) -> list[str]:
    if works is None or works.taken is None:
        return []
    some, whole = works.taken
    return [f"Only {some:,} of {whole:,} items were taken."] if some < whole else []


def _done(receipt: Receipt) -> str:
    unpacked = sum(a.unpacked is not None for a in receipt.artifacts)
    count = len(receipt.artifacts)
    files = "1 file was" if count == 1 else f"{count:,} files were"
    if not unpacked:
        return f"{files} fetched by {receipt.tool}; {_UNTOUCHED}."
    some = "unpacked" if unpacked == count else f"{unpacked:,} of them unpacked"
    return f"{files} fetched and {some} by {receipt.tool}; {_UNTOUCHED}."


def _counts(
    receipt: Receipt, dossier: Dossier, parts: Sequence[str | None]
) -> tuple[int, int]:
    """Return how many files the parts that are here have, and how many are here."""
    paths = {one.path for one in dossier.artifacts if one.part in parts}
    here = {one.path for one in receipt.artifacts}
    return len(paths), len(paths & here)


def _source(dossier: Dossier) -> str | None:
    if dossier.homepage or not dossier.artifacts:
        return dossier.homepage
    return dossier.artifacts[0].sources[0].url


def _dashed(name: str) -> str:
    return name.replace("_", "-").lower()
