"""Any license text, read; and what a policy makes of the reading.

Laws, each a test: what is not wholly explained is never `allowed`, and neither is a
text in which two names disagree or a license lacks its version; case, spaces and
kinds of dashes change nothing; joined with a denied text, nothing is allowed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from lemm_catalog.model.license import LicenseFacts
from lemm_catalog.model.reading import Bar, Reading
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.licensing import Judge, license_ids
from lemm_catalog.rules.verdicts import distinct, worst
from lemm_catalog.rules.wording.known import Shelf, shelf_of
from lemm_catalog.rules.wording.naming import name_of_id
from lemm_catalog.rules.wording.phrasing import unexplained
from lemm_catalog.rules.wording.restricting import (
    bars_of,
    grants_commercial_use,
    makes_names_unsure,
)
from lemm_catalog.rules.wording.scanning import NAME, Named, Scan, scan
from lemm_catalog.rules.wording.settling import Settled, judged_as, settled
from lemm_catalog.rules.wording.spdx import in_one_spelling
from lemm_catalog.rules.wording.spelling import tokens_of, with_plain_dashes

Facts = Mapping[str, LicenseFacts]
# Longer texts are whole licenses or worse; a reader has to see them anyway.
_MOST_LETTERS = 10_000
_FEW = 3
_ID = re.compile(r"[^\s()]+")
_WORDS = frozenset({"AND", "OR"})


class Reader:
    """Reads license texts by what a catalog knows of licenses.

    That is made ready once, at the first text, and takes a tenth of a second: whoever
    has several texts keeps the reader.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def _shelf(self) -> Shelf:
        return shelf_of(self._facts)

    def read(self, text: str) -> Reading:
        """Return what a license text says, with every doubt about it."""
        return _read(text, self._shelf)


def _read(text: str, shelf: Shelf) -> Reading:
    if len(text) > _MOST_LETTERS:
        doubt = f"the text has {len(text)} letters, more than are read here"
        return Reading(text, None, (doubt,))
    expression = in_one_spelling(with_plain_dashes(text), shelf.spellings)
    if expression and " " in expression and license_ids(expression):
        return _of_expression(text, expression, shelf)
    if expression and " " not in expression:
        found = Scan([NAME], [Named(name_of_id(expression), by_link=False)])
    else:
        found = scan(tokens_of(text), shelf)
    if not found.words:
        return Reading(text, None, ("there is no license text",))
    bars = bars_of(found.words)
    remainder = unexplained(found.words)
    doubts = [f'"{remainder}" is not understood'] if remainder else []
    if not found.names:
        return _finished(Reading(text, None, ("no license is named", *doubts)), bars)
    if remainder and makes_names_unsure(found.words):
        doubts = ["whether the license it names holds is not clear", *doubts]
        return _finished(Reading(text, None, tuple(doubts)), bars)
    reading = _of_names(text, settled(found, shelf), bars, tuple(doubts), shelf)
    if "commercial-use" in reading.forbids and grants_commercial_use(found.words):
        doubts = ["it names a license that forbids what its words seem to permit"]
        return Reading(text, None, (*doubts, *reading.doubts))
    return reading


def judge_reading(reading: Reading, judge: Judge) -> Verdict:
    """Return the verdict of a judge on a text that was read."""
    verdicts = [
        Verdict("denied", (f'"{bar.words}" rules out {_said(bar.permission)}',))
        for bar in reading.bars
        if bar.permission in judge.demands
    ]
    verdicts += [_judge_any(options, judge) for options in reading.judged]
    if reading.doubts or not verdicts:
        verdicts.append(Verdict("review", reading.doubts or ("nothing is said",)))
    if reading.notes:
        verdicts.append(Verdict("allowed", reading.notes))
    return worst(verdicts)


def _judge_any(options: Sequence[str], judge: Judge) -> Verdict:
    """Judge alternatives of which any may hold: only what all of them are, it is."""
    verdicts = [judge.expression(option) for option in options]
    if len({verdict.decision for verdict in verdicts}) == 1:
        # Of many versions of one license, what is said of the first is enough.
        found = worst(verdicts)
        few = len(options) <= _FEW
        return found if few else found._replace(reasons=verdicts[0].reasons)
    reasons = distinct(reason for verdict in verdicts for reason in verdict.reasons)
    doubt = f"which of {', '.join(options)} holds is not said"
    return worst([Verdict("review", (doubt, *reasons))])


def _of_expression(text: str, expression: str, shelf: Shelf) -> Reading:
    """Return the reading of a text that is an SPDX expression."""
    notes = []

    def as_judged(match: re.Match[str]) -> str:
        if match[0] in _WORDS:
            return match[0]
        judged, note = judged_as(match[0], shelf)
        notes.extend([note] if note else [])
        return judged

    judged = _ID.sub(as_judged, expression)
    ids = [part for part in _ID.findall(judged) if part not in _WORDS]
    terms = [_terms([id_], shelf) for id_ in ids]
    only_or = " OR " in expression and " AND " not in expression
    permits, requires, forbids = _chosen(terms) if only_or else _all_hold(terms)
    if " OR " in expression and not only_or:
        forbids = frozenset()  # what all options forbid is for the verdict to say
    doubts: tuple[str, ...] = ()
    if " OR " in expression and " AND " in expression and "(" not in expression:
        # AND binds first by the book, but whoever joins two texts means both.
        doubts = ("it mixes AND with OR and has no parentheses",)
    return Reading(
        text,
        expression,
        doubts,
        () if doubts else tuple(sorted(permits)),
        tuple(sorted(requires)),
        tuple(sorted(forbids)),
        ((judged,),),
        (),
        distinct(notes),
    )


def _of_names(
    text: str,
    found: Settled,
    bars: tuple[Bar, ...],
    doubts: tuple[str, ...],
    shelf: Shelf,
) -> Reading:
    terms = [_terms(options, shelf) for options in found.judged]
    permits, requires, forbids = _all_hold(terms)
    foreign = [bar for bar in bars if bar.permission not in forbids]
    ids = [id_ for id_ in found.ids if id_]
    told = len(ids) == len(found.ids) > 0 and not found.is_choice and not foreign
    reading = Reading(
        text,
        " AND ".join(distinct(ids)) if told else None,
        (*found.doubts, *doubts),
        tuple(sorted(permits)),
        tuple(sorted(requires)),
        tuple(sorted(forbids)),
        found.judged,
        (),
        found.notes,
    )
    return _finished(reading, (*found.bars, *bars))


def _finished(reading: Reading, bars: tuple[Bar, ...]) -> Reading:
    """Return a reading with what the text rules out, and without doubtful permits."""
    forbids = {*reading.forbids, *(bar.permission for bar in bars)}
    permits = () if reading.doubts else reading.permits
    return reading._replace(
        bars=bars,
        permits=tuple(name for name in permits if name not in forbids),
        forbids=tuple(sorted(forbids)),
    )


_Terms = tuple[frozenset[str], frozenset[str], frozenset[str]]
_NOTHING: _Terms = (frozenset(), frozenset(), frozenset())


def _terms(options: Iterable[str], shelf: Shelf) -> _Terms:
    """Return what all of some alternatives permit, any requires and all forbid."""
    found = []
    for id_ in options:
        entry = shelf.entries.get(id_.casefold())
        known = entry and (entry.permits, entry.requires, entry.forbids)
        found.append(known or _NOTHING)
    if not found:
        return _NOTHING
    permits, requires, forbids = zip(*found, strict=True)
    return (
        frozenset.intersection(*map(frozenset, permits)),
        frozenset().union(*requires),
        frozenset.intersection(*map(frozenset, forbids)),
    )


def _all_hold(terms: Sequence[_Terms]) -> _Terms:
    if not terms:
        return _NOTHING
    permits, requires, forbids = zip(*terms, strict=True)
    return (
        frozenset.intersection(*permits),
        frozenset().union(*requires),
        frozenset().union(*forbids),
    )


def _chosen(terms: Sequence[_Terms]) -> _Terms:
    """Return the terms of a choice: what one permits can be had by choosing it."""
    permits, requires, forbids = zip(*terms, strict=True)
    return (
        frozenset().union(*permits),
        frozenset.intersection(*requires),
        frozenset.intersection(*forbids),
    )


def _said(permission: str) -> str:
    return permission.replace("-", " ")
