"""Laws of licensing."""

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.terms import Claimed, Terms
from lemm_catalog.model.verdict import Decision
from lemm_catalog.rules.licensing import judge, judge_expression, license_ids
from lemm_catalog.rules.verdicts import worst
from tests.builders import a_policy, licenses

FACTS = licenses()
POLICY = a_policy("commercial-use", "derivatives")
RANK: dict[Decision, int] = {"allowed": 0, "review": 1, "denied": 2}
ids = st.sampled_from(
    ["CC0-1.0", "cc-by-4.0", "CC-BY-NC-4.0", "LicenseRef-Unclear", "Nobody-Knows-1.0"]
)
expressions = st.recursive(
    ids,
    lambda inner: st.builds(
        "({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner
    ),
    max_leaves=6,
)


def decision(expression: str) -> Decision:
    return judge_expression(expression, FACTS, POLICY).decision


def rank(expression: str) -> int:
    return RANK[decision(expression)]


def declared(expression: str, claims: list[str], *, verified: bool = True) -> Terms:
    seen = [Claimed(c, "https://example.org/", "2026-11-22") for c in claims]
    made = tuple(claim._replace(verified=verified) for claim in seen)
    return Terms(None, expression, claims=made)


@given(expressions, expressions)
def test_and_is_exactly_as_bad_as_the_worse(one: str, other: str) -> None:
    assert max(rank(one), rank(other)) == rank(f"{one} AND {other}")


@given(expressions, expressions)
def test_or_is_exactly_as_good_as_the_better(one: str, other: str) -> None:
    assert min(rank(one), rank(other)) == rank(f"{one} OR {other}")


@given(expressions)
def test_what_is_not_known_is_never_needed_for_allowed(expression: str) -> None:
    without = {name: f for name, f in FACTS.items() if name != "unclear"}
    found = judge_expression(expression, {}, POLICY).decision
    assert found == "review"
    if decision(expression) == "allowed":
        assert judge_expression(expression, without, POLICY).decision == "allowed"


@given(expressions, st.lists(expressions, max_size=2), expressions)
def test_more_claims_never_turn_a_verdict_into_allowed(
    expression: str, claims: list[str], further: str
) -> None:
    before = judge(declared(expression, claims), FACTS, POLICY).decision
    after = judge(declared(expression, [*claims, further]), FACTS, POLICY).decision
    assert before == "allowed" or after != "allowed"


@given(expressions, expressions)
def test_a_stricter_policy_is_never_kinder(one: str, other: str) -> None:
    stricter = a_policy("commercial-use", "derivatives", "redistribution")
    both = f"{one} AND {other}"
    assert RANK[judge_expression(both, FACTS, stricter).decision] >= rank(both)


@given(st.text(max_size=60))
def test_no_text_breaks_the_auditor_and_none_is_allowed_by_chance(text: str) -> None:
    verdict = judge_expression(text, FACTS, POLICY)
    assert verdict.reasons
    if license_ids(text) is None:
        assert verdict.decision == "review"


@given(st.lists(expressions, min_size=1, max_size=4))
def test_the_worst_of_several_keeps_every_reason(several: list[str]) -> None:
    verdicts = [judge_expression(text, FACTS, POLICY) for text in several]
    found = worst(verdicts)
    assert RANK[found.decision] == max(RANK[v.decision] for v in verdicts)
    assert set(found.reasons) == {reason for v in verdicts for reason in v.reasons}
    assert set(found.duties) == {duty for v in verdicts for duty in v.duties}


@given(expressions)
def test_what_nobody_has_verified_is_never_allowed(expression: str) -> None:
    unverified = declared(expression, [expression], verified=False)
    assert judge(unverified, FACTS, POLICY).decision != "allowed"
    verified = declared(expression, [expression])
    assert judge(verified, FACTS, POLICY).decision == decision(expression)
