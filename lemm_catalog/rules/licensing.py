"""What a policy makes of a license expression and of the claims about it.

Laws, each a test: what is not known to be permitted is never `allowed`; ``A AND B``
is no better than either, ``A OR B`` no worse; claims that disagree give `review`, and
those that nobody has verified nothing better; more claims never turn a verdict into
`allowed`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.terms import Terms
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.verdicts import RANK, distinct, worst

Facts = Mapping[str, LicenseFacts]
T = TypeVar("T")


def judge(terms: Terms, facts: Facts, policy: Policy) -> Verdict:
    """Return the verdict of a policy on the terms of a part and the claims about it."""
    verdict = judge_expression(terms.expression, facts, policy)
    differing = tuple(
        f"{claim.url} says {claim.expression}, the manifest {terms.expression}"
        for claim in terms.claims
        if normalized(claim.expression) != normalized(terms.expression)
    )
    unverified = tuple(
        f"nobody has verified what {claim.url} says"
        for claim in terms.claims
        if not claim.verified
    )
    if differing or (unverified and verdict.decision == "allowed"):
        verdict = verdict._replace(decision="review")
    return verdict._replace(reasons=(*verdict.reasons, *differing, *unverified))


def judge_expression(expression: str, facts: Facts, policy: Policy) -> Verdict:
    """Return the verdict of a policy on an SPDX license expression."""
    tree = _parsed(expression)
    if tree is None:
        reason = f"{expression!r} is not an SPDX license expression"
        return Verdict(decision="review", reasons=(reason,))
    return _judge_tree(tree, lambda name: _judge_id(name, facts, policy))


def license_ids(expression: str) -> tuple[str, ...] | None:
    """Return the license ids an expression names, or None if it is not one."""
    tree = _parsed(expression)
    return None if tree is None else distinct(map(str, tree.get_literals()))


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


def _parsed(expression: str) -> Any:
    from license_expression import ExpressionError, ExpressionParseError, Licensing

    try:
        # Without a list of known symbols: which ids exist is the catalog's to say.
        tree = Licensing().parse(expression)
    except (ExpressionError, ExpressionParseError, IndexError):  # "()": IndexError
        return None
    if tree is None:
        return None
    # "Creative Commons" would pass for one license of two words.
    names = [str(_license_itself(literal)) for literal in tree.get_literals()]
    return None if any(" " in name for name in names) else tree


def _license_itself(literal: Any) -> Any:
    """Return a license without its exception, which only ever adds permissions."""
    return getattr(literal, "license_symbol", literal)


def _judge_tree(tree: Any, judge_id: Callable[[str], Verdict]) -> Verdict:
    operator = getattr(tree, "operator", "").strip().upper()
    if operator == "AND":
        return worst(_judge_tree(arg, judge_id) for arg in tree.args)
    if operator == "OR":
        options = [_judge_tree(arg, judge_id) for arg in tree.args]
        return min(options, key=lambda verdict: RANK[verdict.decision])
    return judge_id(str(_license_itself(tree)))


def _judge_id(name: str, facts: Facts, policy: Policy) -> Verdict:
    known = {id_.casefold(): entry for entry in facts.values() for id_ in entry.ids}
    entry = known.get(name.casefold())
    if entry is None:
        reason = f"the terms of {name} are not known to this catalog"
        return Verdict(decision="review", reasons=(reason,))
    duties = tuple(sorted(entry.requires))
    forbidden = sorted(policy.permits & entry.forbids)
    if forbidden:
        reason = f"{name} forbids {_listed(forbidden)}"
        return Verdict(decision="denied", reasons=(reason,), duties=duties)
    unsaid = sorted(policy.permits - entry.permits)
    if unsaid:
        reason = f"{name} does not say whether it permits {_listed(unsaid)}"
        return Verdict(decision="review", reasons=(reason,), duties=duties)
    reason = f"{name} permits {_listed(sorted(policy.permits))}"
    return Verdict(decision="allowed", reasons=(reason,), duties=duties)


def _listed(words: Iterable[str]) -> str:
    return " and ".join(word.replace("-", " ") for word in words)
