"""The licenses that an expression names: where their texts are, what they ask for."""

from collections.abc import Sequence
from typing import TypeVar

from lemm_catalog.model.terms import Named
from lemm_catalog.rules.licensing import Known, folded
from lemm_catalog.rules.verdicts import distinct

T = TypeVar("T")

Groups = tuple[tuple[str, ...], ...]

_SPDX = "https://spdx.org/licenses/{}.html"


def named_in(expression: str, known: Known) -> tuple[Named, ...]:
    """Return every license an expression names, each once; none if it is not one.

    An exception after WITH is named beside its license, for it has a text of its own.
    """
    ids = folded(expression, lambda name: (name,), _joined, _joined)
    return distinct(
        _named(one, known)
        for name in ids or ()
        for one in (name.partition(" WITH ")[0], name.partition(" WITH ")[2])
        if one
    )


def asking_in(expression: str, known: Known) -> Groups:
    """Return groups of licenses, of each of which one must be agreed to.

    Where one side of an OR asks nothing, nothing is asked. Where every side asks
    more than one agreement, all are, for there is no shorter way to say it safely.
    """

    def of_id(name: str) -> Groups:
        name = name.partition(" WITH ")[0]
        stance = known.get(name.casefold())
        asks = stance is not None and "acceptance" in stance.requires
        return ((name,),) if asks else ()

    groups = folded(expression, of_id, _joined, _either)
    return distinct(groups or ())


def _either(sides: Sequence[Groups]) -> Groups:
    if not all(sides):
        return ()
    if all(len(groups) == 1 for groups in sides):
        return (distinct(name for (group,) in sides for name in group),)
    return _joined(sides)


def _joined(sides: Sequence[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(one for side in sides for one in side)


def _named(name: str, known: Known) -> Named:
    stance = known.get(name.casefold())
    if stance is None:
        # An exception is in no catalog, but on SPDX's list it has a page.
        is_exception = "exception" in name.casefold()
        return Named(id=name, url=_SPDX.format(name) if is_exception else None)
    return Named(
        id=name,
        title=stance.facts.title,
        url=stance.facts.text_of(name),
        duties=tuple(sorted(stance.requires)),
    )
