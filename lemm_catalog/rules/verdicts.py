"""Verdicts put together: the gravest one counts."""

from collections.abc import Iterable
from typing import Any

from lemm_catalog.model.verdict import Decision, Verdict

RANK: dict[Decision, int] = {"allowed": 0, "review": 1, "denied": 2}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest verdict with the reasons of all and the duties of all."""
    found = tuple(verdicts)
    if len(found) == 1:
        return found[0]
    gravest = max(found, key=lambda verdict: RANK[verdict.decision])
    return Verdict(
        decision=gravest.decision,
        reasons=distinct(reason for v in found for reason in v.reasons),
        duties=distinct(duty for v in found for duty in v.duties),
    )


def distinct(items: Iterable[Any]) -> tuple[Any, ...]:
    """Return each item once, in the order of their first appearance."""
    return tuple(dict.fromkeys(items))


def no_better_than(floor: Decision, decision: Decision) -> Decision:
    """Return the graver of two decisions."""
    return max(floor, decision, key=RANK.__getitem__)
