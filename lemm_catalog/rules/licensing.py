"""What a policy makes of a license expression and of the claims about it.

Laws, each a test: what is not known to be permitted is never `allowed`; ``A AND B``
is no better than either, ``A OR B`` no worse; an exception after WITH never betters a
license; claims that disagree give `review` or worse, and those that nobody has
verified nothing better; more claims never turn a verdict into a better one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.terms import Claimed, Terms
from lemm_catalog.model.verdict import Duty, Verdict
from lemm_catalog.rules.verdicts import RANK, distinct, no_better_than, worst

Facts = Mapping[str, LicenseFacts]
T = TypeVar("T")
# What SPDX says where there is no expression; they stand alone.
UNSAID = frozenset({"none", "noassertion"})
_ID = re.compile(r"(DocumentRef-[a-z0-9.-]+:)?[a-z0-9.-]+\+?", re.I | re.A)


class Stance(NamedTuple):
    """What is known of a license id; ``is_exception`` is for what goes after WITH.

    ``facts`` has the title and the texts, of the last file that describes it.
    """

    permits: frozenset[str]
    requires: frozenset[Duty]
    forbids: frozenset[str]
    is_exception: bool
    facts: LicenseFacts


Known = Mapping[str, Stance]


def known_in(facts: Facts) -> Known:
    """Return what is known by license id, in lower case.

    Of an id that two files describe, only what both permit is permitted.
    """
    found: dict[str, Stance] = {}
    for entry in facts.values():
        stance = Stance(
            entry.permits, entry.requires, entry.forbids, entry.exception, entry
        )
        for id_ in entry.ids:
            folded = id_.casefold()
            other = found.get(folded)
            found[folded] = _stricter(stance, other) if other else stance
    return found


def _stricter(one: Stance, other: Stance) -> Stance:
    return Stance(
        permits=one.permits & other.permits,
        requires=one.requires | other.requires,
        forbids=one.forbids | other.forbids,
        is_exception=one.is_exception and other.is_exception,
        facts=one.facts,
    )


class Judge:
    """Judges by what is known of licenses and what a policy ``demands``.

    What was judged once is remembered: ten thousand manifests share a few licenses.
    """

    def __init__(self, known: Known, demands: Iterable[str]) -> None:
        self._known = known
        self.demands = frozenset(demands)
        self.expression = cache(self._expression)
        self._license = cache(self._judge_license)

    def terms(self, terms: Terms) -> Verdict:
        """Return the verdict on the terms of a part and the claims about it."""
        verdict = self.expression(terms.expression)
        doubts = tuple(self._doubts(terms))
        duties: tuple[Duty, ...] = ("acceptance",) if terms.accept else ()
        return Verdict(
            no_better_than("review", verdict.decision) if doubts else verdict.decision,
            reasons=distinct((*verdict.reasons, *doubts)),
            duties=distinct((*verdict.duties, *duties)),
        )

    def _doubts(self, terms: Terms) -> Iterator[str]:
        for claim in terms.claims:
            if not agree(claim.expression, terms.expression):
                yield _disagreement(claim, terms.expression)
                found = self.expression(claim.expression)
                yield from () if found.decision == "allowed" else found.reasons
        if terms.items:
            yield f"each item has a license of its own, which {terms.items.file} names"
        for claim in terms.claims:
            if not claim.verified:
                yield f"nobody has verified what {claim.url} says"

    def _expression(self, expression: str) -> Verdict:
        tree = _parsed(expression)
        if tree is None:
            return _review(f"{expression!r} is not an SPDX license expression")
        return _judge_tree(tree, self._judge_leaf)

    def _judge_leaf(self, leaf: Any) -> Verdict:
        verdict = self._license(str(_license_itself(leaf)))
        added = getattr(leaf, "exception_symbol", None)
        return verdict if added is None else self._with(verdict, str(added))

    def _with(self, verdict: Verdict, added: str) -> Verdict:
        """Return the verdict on a license with an exception: never a better one."""
        stance = self._known.get(added.casefold())
        if stance is None or not stance.is_exception:
            unknown = _review(f"what {added} adds or takes away is not known")
            return worst([verdict, unknown])
        if forbidden := sorted(self.demands & stance.forbids):
            reason = f"{added} forbids {_listed(forbidden)}"
            return worst([verdict, Verdict("denied", (reason,))])
        duties = distinct((*verdict.duties, *sorted(stance.requires)))
        return verdict._replace(duties=duties)

    def _judge_license(self, name: str) -> Verdict:
        stance = self._stance(name.casefold())
        if stance is None:
            return _unknown(name)
        if stance.is_exception:
            return _review(f"{name} is an exception, which is no license by itself")
        duties = tuple(sorted(stance.requires))
        if forbidden := sorted(self.demands & stance.forbids):
            reason = f"{name} forbids {_listed(forbidden)}"
            return Verdict("denied", (reason,), duties)
        if unsaid := sorted(self.demands - stance.permits):
            reason = f"{name} does not say whether it permits {_listed(unsaid)}"
            return Verdict("review", (reason,), duties)
        reason = f"{name} permits {_listed(sorted(self.demands))}"
        return Verdict("allowed", (reason,), duties)

    def _stance(self, name: str) -> Stance | None:
        # "Or any later version": whoever takes it may take this one.
        return self._known.get(name) or self._known.get(name.removesuffix("+"))


def judge(terms: Terms, facts: Facts, policy: Policy) -> Verdict:
    """Return the verdict of a policy on the terms of a part and the claims about it."""
    return Judge(known_in(facts), policy.permits).terms(terms)


def judge_expression(expression: str, facts: Facts, policy: Policy) -> Verdict:
    """Return the verdict of a policy on an SPDX license expression.

    For one; a `Judge` is for many.
    """
    return Judge(known_in(facts), policy.permits).expression(expression)


def license_ids(expression: str) -> tuple[str, ...] | None:
    """Return the license ids an expression names, or None if it is not one."""
    tree = _parsed(expression)
    return None if tree is None else distinct(map(str, tree.get_literals()))


def agree(one: str, other: str) -> bool:
    """Whether two expressions say the same, be it in another spelling."""
    return one == other or normalized(one) == normalized(other)


@lru_cache(maxsize=4096)
def normalized(expression: str) -> str:
    """Return an expression in one spelling, so that two can be compared."""
    folded = expression.casefold()  # before they are sorted
    tree = _parsed(folded)
    return folded if tree is None else str(tree.simplify()).casefold()


def folded(
    expression: str,
    of_id: Callable[[str], T],
    of_all: Callable[[Sequence[T]], T],
    of_any: Callable[[Sequence[T]], T],
) -> T | None:
    """Return what an expression comes to, from its ids up; None if it is not one."""

    def walk(tree: Any) -> T:
        operator = getattr(tree, "operator", "").strip().upper()
        if operator in {"AND", "OR"}:
            return (of_all if operator == "AND" else of_any)([*map(walk, tree.args)])
        return of_id(str(tree))

    tree = _parsed(expression)
    return None if tree is None else walk(tree)


@lru_cache(maxsize=4096)
def _parsed(expression: str) -> Any:
    from license_expression import ExpressionError, ExpressionParseError, Licensing

    try:
        # Without a list of known symbols: which ids exist is the catalog's to say.
        tree = Licensing().parse(expression)
    except (ExpressionError, ExpressionParseError, IndexError):  # "()": IndexError
        return None
    except RecursionError:
        return None
    if tree is None:
        return None
    leaves = tree.get_literals()
    # "Creative Commons" would pass for one license of two words, and letters of other
    # alphabets for those of an id.
    if not all(_ID.fullmatch(name) for leaf in leaves for name in _names(leaf)):
        return None
    names = {name.casefold() for leaf in leaves for name in _names(leaf)}
    return None if names & UNSAID and len(names) > 1 else tree


def _names(leaf: Any) -> tuple[str, ...]:
    """Return the id of a license, and of its exception if it has one."""
    added = getattr(leaf, "exception_symbol", None)
    itself = str(_license_itself(leaf))
    return (itself,) if added is None else (itself, str(added))


def _license_itself(literal: Any) -> Any:
    """Return a license without its exception."""
    return getattr(literal, "license_symbol", literal)


def _judge_tree(tree: Any, judge_leaf: Callable[[Any], Verdict]) -> Verdict:
    operator = getattr(tree, "operator", "").strip().upper()
    if operator == "AND":
        return worst(_judge_tree(arg, judge_leaf) for arg in tree.args)
    if operator == "OR":
        options = [_judge_tree(arg, judge_leaf) for arg in tree.args]
        return min(options, key=lambda verdict: RANK[verdict.decision])
    return judge_leaf(tree)


def _unknown(name: str) -> Verdict:
    folded = name.casefold()
    if folded == "none":
        return Verdict("denied", ("no license is given, so nothing is permitted",))
    if folded == "noassertion":
        return _review("nobody has said which license holds")
    if folded.startswith("documentref-"):
        return _review(f"{name} is described in another document, not in this catalog")
    return _review(f"the terms of {name} are not known to this catalog")


def _review(reason: str) -> Verdict:
    return Verdict("review", (reason,))


def _disagreement(claim: Claimed, expression: str) -> str:
    return f"{claim.url} says {claim.expression}, the manifest {expression}"


def _listed(words: Iterable[str]) -> str:
    *others, last = (word.replace("-", " ") for word in words)
    return f"{', '.join(others)} and {last}" if others else last
