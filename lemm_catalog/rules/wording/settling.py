"""The names found in a text, settled: which licenses they are, and what is in doubt.

Names side by side are one license named twice and must agree; an address must agree
with some name in words. Names apart from each other all hold.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lemm_catalog.model.reading import Bar
from lemm_catalog.rules.verdicts import distinct
from lemm_catalog.rules.wording.known import Shelf
from lemm_catalog.rules.wording.naming import (
    Commons,
    Domain,
    Known,
    Name,
    agreed,
    name_of_id,
)
from lemm_catalog.rules.wording.scanning import NAME, Named, Scan

_OR = frozenset({"or", "oder", "ou"})
_JOINTS = frozenset({",", ";", "/", "|", "&", "+", "and", "und", "et", "y"}) | _OR
# Between two names of one license; any other word begins another statement.
_WITHIN = frozenset(
    """
    license licence licenses public copyright international agreement deed legalcode
    see at here available the a an under de of von dedication designation waiver to
    view copy this visit
    """.split()  # noqa: SIM905 - a list to read and to grow
)
_FORBIDDING = {"nc": "commercial-use", "nd": "derivatives"}


class Settled(NamedTuple):
    """Licenses by their ids: all of them hold, of each any one of its alternatives.

    ``ids`` are as SPDX has them, None where that is in doubt; ``judged`` are those to
    ask a policy about.
    """

    ids: tuple[str | None, ...] = ()
    judged: tuple[tuple[str, ...], ...] = ()
    doubts: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()
    is_choice: bool = False


def settled(found: Scan, shelf: Shelf) -> Settled:
    """Return which licenses the names of a text are."""
    groups = _groups(found)
    if groups is None:
        return Settled(doubts=(_contradiction(found.names),))
    is_choice = any(word in _OR for word in found.words[found.words.index(NAME) :])
    names = _reconciled(groups)
    if names is not None and not is_choice:
        names = _without_vague(names)
    if names is None:
        return Settled(doubts=(_contradiction(found.names),))
    each = [_one(name, shelf) for name in names]
    whole = Settled(
        tuple(id_ for one in each for id_ in one.ids),
        tuple(alternatives for one in each for alternatives in one.judged),
        distinct(doubt for one in each for doubt in one.doubts),
        tuple(bar for one in each for bar in one.bars),
        distinct(note for one in each for note in one.notes),
    )
    if not is_choice:
        return whole
    options = tuple(id_ for options in whole.judged for id_ in options)
    return whole._replace(judged=(options,) if options else (), is_choice=True)


def _groups(found: Scan) -> list[list[Named]] | None:
    """Return the names that stand together; None if two of them contradict."""
    groups: list[list[Named]] = []
    names = iter(found.names)
    apart = True
    for word in found.words:
        if word != NAME:
            apart = apart or word not in _WITHIN
            continue
        named = next(names)
        if not apart and (merged := agreed(_of(groups[-1]), named.name)):
            groups[-1] = [*groups[-1], Named(merged, named.by_link)]
        elif not apart:
            return None
        else:
            groups.append([named])
        apart = False
    return groups


def _of(group: Sequence[Named]) -> Name:
    return group[-1].name


def _reconciled(groups: list[list[Named]]) -> list[Name] | None:
    """Return each license once; None if an address is of one that no words name."""
    in_words = [_of(g) for g in groups if not all(named.by_link for named in g)]
    by_link = [_of(g) for g in groups if all(named.by_link for named in g)]
    if not in_words:
        return list(distinct(by_link))
    for name in by_link:
        fitting = [at for at, one in enumerate(in_words) if agreed(one, name)]
        if not fitting:
            return None
        if len({in_words[at] for at in fitting}) == 1:
            for at in fitting:
                in_words[at] = agreed(in_words[at], name) or in_words[at]
    return list(distinct(in_words))


def _without_vague(names: list[Name]) -> list[Name]:
    """Drop the name of a family where one license of it is named as well."""
    kept = []
    for name in names:
        vague = isinstance(name, Domain) or name == Commons()
        others = [one for one in names if one != name]
        if not (vague and any(agreed(name, one) == one for one in others)):
            kept.append(name)
    return kept


def _one(name: Name, shelf: Shelf) -> Settled:
    if isinstance(name, Commons):
        return _commons(name, shelf)
    if isinstance(name, Domain):
        id_ = shelf.domain.get("public domain")
        if id_:
            return Settled((id_,), ((id_,),))
        return Settled((None,), doubts=("public domain is a claim, no license",))
    ids = tuple(shelf.spellings.get(id_.casefold(), id_) for id_ in name.ids)
    if len(ids) == 1:
        return Settled(ids, (ids,))
    doubt = f"which license or version {name.words!r} means is not said"
    return Settled((None,), (ids,), (doubt,))


def _commons(name: Commons, shelf: Shelf) -> Settled:
    if not name.elements:
        return Settled((None,), doubts=("which Creative Commons license is not said",))
    called = " ".join([name.family, *filter(None, (name.version, name.place))])
    bars = tuple(
        Bar(_FORBIDDING[one], called) for one in _FORBIDDING if one in name.elements
    )
    if not name.exists:
        return Settled((None,), doubts=(f"there is no license {called}",), bars=bars)
    if name.version is None:
        versions = shelf.families.get(name.family, ())
        doubt = f"no version of {name.family} is named"
        return Settled((None,), (versions,) if versions else (), (doubt,))
    id_ = name.id or called
    judged, note = judged_as(id_, shelf)
    options: tuple[str, ...] = (judged,)
    if name.place and judged.casefold() not in shelf.spellings:
        # A port of a version that has no other form, such as 2.1 for Japan.
        options = shelf.families.get(name.family, options)
    if all(option.casefold() in shelf.spellings for option in options):
        bars = ()  # the facts say it
    return Settled((id_,), (options,), bars=bars, notes=(note,) if note else ())


def judged_as(id_: str, shelf: Shelf) -> tuple[str, str | None]:
    """Return the id whose facts count for an id, and a note where it is another.

    The ports of a Creative Commons license have its elements, and so its terms.
    """
    known = shelf.spellings.get(id_.casefold())
    name = name_of_id(id_)
    if known or not isinstance(name, Commons):
        return known or id_, None
    ported = name.ported().id
    if ported and ported.casefold() in shelf.spellings:
        return ported, f"{id_} is judged as {ported}, of which it is a port"
    return id_, None


def _contradiction(names: Sequence[Named]) -> str:
    called = distinct(_called(named.name) for named in names)
    if len(called) == 1:
        called = (*called, "an address")
    return f"it names licenses that disagree: {', '.join(called)}"


def _called(name: Name) -> str:
    if isinstance(name, Commons):
        parts = (name.version, name.place and name.place.upper())
        return "-".join([name.family, *filter(None, parts)])
    if isinstance(name, Known):
        return name.id or name.words
    return "public domain"
