"""From selected parts to an audit: a verdict for each, with all it rests on.

Laws, each a test: the verdict on a dataset is the worst of those on its parts; more
parts never make it better; every selected part is covered by exactly one verdict.
"""

from collections.abc import Iterable, Iterator

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.model.entry import Dossier, Entry, Shelf
from lemm_catalog.model.tally import Tally, Untold
from lemm_catalog.model.terms import Terms
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.itemizing import with_items
from lemm_catalog.rules.items import Ruling
from lemm_catalog.rules.selection import Wanted


def audit(shelf: Shelf, wanted: Iterable[Wanted], ruling: Ruling) -> Audit:
    """Return what a ruling makes of selected parts, in their order."""
    rows: list[Audited] = []
    for one in wanted:
        rows += _rows(one, shelf.dossiers[one.entry.id], ruling)
    return Audit(policy=ruling.policy, datasets=tuple(rows))


def with_tallies(row: Audited, tallies: Iterable[Tally | Untold]) -> Audited:
    """Return a row that knows what is made of its items, or why nobody can say."""
    for told in tallies:
        if told.part != row.part and not (row.part is None and told.part in row.parts):
            continue
        before = Verdict(row.verdict, row.reasons, row.duties)
        if isinstance(told, Tally):
            verdict = with_items(before, told)
            row = row._replace(verdict=verdict.decision, items=told)
            row = row._replace(reasons=verdict.reasons)
        else:
            mend = f" ({told.mend} brings it)" if told.mend else ""
            row = row._replace(reasons=(*row.reasons, f"{told.reason}{mend}"))
    return row


def _rows(wanted: Wanted, dossier: Dossier, ruling: Ruling) -> Iterator[Audited]:
    entry, parts = wanted.entry, frozenset(wanted.parts)
    judged = [
        (terms, ruling.of(one, terms))
        for one, terms in zip(dossier.licenses, dossier.terms, strict=True)
        if terms.part in parts
    ]
    bytes_of = dict.fromkeys(parts, 0)
    for artifact in dossier.artifacts:
        if artifact.part in parts:
            bytes_of[artifact.part] += artifact.expected
    # Seven archives under one license are one thing to read, and to sign.
    if len(parts) == len(entry.rungs) and _are_alike(judged):
        row = _row(entry, dossier, *judged[0])
        named = {terms.part: bytes_of[terms.part] for terms, _ in judged if terms.part}
        yield row._replace(parts=named, bytes=sum(bytes_of.values()))
        return
    for terms, verdict in judged:
        row = _row(entry, dossier, terms, verdict)
        yield row._replace(part=terms.part, bytes=bytes_of[terms.part])


def _are_alike(judged: list[tuple[Terms, Verdict]]) -> bool:
    (first, its_verdict), *others = judged
    return all(
        terms._replace(part=first.part) == first and verdict == its_verdict
        for terms, verdict in others
    )


def _row(entry: Entry, dossier: Dossier, terms: Terms, verdict: Verdict) -> Audited:
    return Audited(
        id=entry.id,
        part=None,
        expression=terms.expression,
        verdict=verdict.decision,
        reasons=verdict.reasons,
        duties=verdict.duties,
        claims=terms.claims,
        title=dossier.title,
        version=dossier.version,
        homepage=dossier.homepage,
        state=entry.state,
        parts={},
        media=dossier.media,
        attribution=terms.attribution,
        accept=terms.accept,
        note=terms.note,
        bytes=0,
    )
