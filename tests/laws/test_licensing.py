"""Laws of licensing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.terms import Claimed, Terms
from lemm_catalog.model.verdict import Decision
from lemm_catalog.rules.auditing import audit
from lemm_catalog.rules.items import items_of, kept_ruling
from lemm_catalog.rules.licensing import (
    Judge,
    judge,
    judge_expression,
    known_in,
    license_ids,
    normalized,
)
from lemm_catalog.rules.selection import select
from lemm_catalog.rules.shelving import shelved
from lemm_catalog.rules.verdicts import worst
from tests.builders import a_catalog, a_file, a_manifest, a_policy, facts, licenses

FACTS = licenses() | {"added": facts("A-exception", exception=True)}
POLICY = a_policy("commercial-use", "derivatives")
RANK: dict[Decision, int] = {"allowed": 0, "review": 1, "denied": 2}
LICENSES = ["CC0-1.0", "cc-by-4.0", "CC-BY-NC-4.0", "LicenseRef-Unclear"]
STRANGE = ["Nobody-Knows-1.0", "CC0-1.0+", "Nobody-Knows-1.0-or-later"]
ELSEWHERE = ["DocumentRef-a:LicenseRef-b", "CC0-1.0 WITH A-exception"]
licenses_ = st.sampled_from(LICENSES)
ids = st.sampled_from([*LICENSES, *STRANGE, *ELSEWHERE, "CC0-1.0 WITH X-exception"])
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
def test_more_claims_never_better_a_verdict(
    expression: str, claims: list[str], further: str
) -> None:
    before = judge(declared(expression, claims), FACTS, POLICY).decision
    after = judge(declared(expression, [*claims, further]), FACTS, POLICY).decision
    assert RANK[after] >= RANK[before]


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


@given(expressions, st.sampled_from(["A-exception", "X-exception", "CC0-1.0"]))
def test_an_exception_never_betters_a_license(expression: str, added: str) -> None:
    for name in license_ids(expression) or ():
        if " WITH " not in name:
            assert rank(f"{name} WITH {added}") >= rank(name)
            if added != "A-exception":
                assert decision(f"{name} WITH {added}") != "allowed"


@given(licenses_)
def test_a_known_exception_leaves_a_verdict_as_it_is(name: str) -> None:
    assert decision(name) == decision(f"{name} WITH A-exception")
    assert decision(name) == decision(f"{name}+")


@given(expressions)
def test_what_is_no_license_makes_an_expression_none(expression: str) -> None:
    assert (decision("NONE"), decision("NOASSERTION")) == ("denied", "review")
    for word in ("NONE", "noassertion"):
        for operator in ("AND", "OR"):
            assert decision(f"{expression} {operator} {word}") == "review"


@given(st.lists(expressions, min_size=1, max_size=6))
def test_a_judge_that_remembers_says_what_a_fresh_one_says(several: list[str]) -> None:
    judge_ = Judge(known_in(FACTS), POLICY.permits)
    for text in (*several, *several):
        assert judge_.expression(text) == judge_expression(text, FACTS, POLICY)


@given(expressions, st.sampled_from(["forbids", "nothing"]))
def test_two_files_about_one_license_permit_what_both_do(
    expression: str, stance: str
) -> None:
    told: Any = {"forbids": ["derivatives"]} if stance == "forbids" else {}
    both = FACTS | {"again": facts("CC0-1.0", **told)}
    found = judge_expression(expression, both, POLICY).decision
    assert RANK[found] >= rank(expression)
    assert judge_expression("CC0-1.0", both, POLICY).decision != "allowed"


@given(expressions)
def test_a_spelling_is_its_own_and_means_the_same(expression: str) -> None:
    assert normalized(normalized(expression)) == normalized(expression)
    assert decision(expression.lower()) == decision(expression)


parts_ = st.lists(st.tuples(expressions, expressions), min_size=1, max_size=4)


@given(parts_)
def test_the_verdict_of_a_dataset_is_the_worst_of_its_parts(
    several: list[tuple[str, str]],
) -> None:
    names = [f"p{index}" for index in range(len(several))]
    parts = {
        name: {"license": {"expression": one, "claims": [_claim(other)]}}
        for name, (one, other) in zip(names, several, strict=True)
    }
    files = [a_file(path=name, part=name) for name in names]
    manifest = a_manifest(parts=parts, files=files)
    policies = {"commercial": POLICY}
    shelf = shelved(a_catalog(manifest, licenses=FACTS, policies=policies))
    ruling = kept_ruling(shelf, "commercial")
    whole = audit(shelf, select(shelf, ["notes"]), ruling)
    covered = [part for row in whole.datasets for part in row.parts or [row.part]]
    assert sorted(covered, key=str) == names
    assert sum(row.bytes for row in whole.datasets) == 1000 * len(names)
    assert sum(whole.counts) == len(whole.datasets)
    before = 0
    for count in range(1, len(names) + 1):
        words = [f"notes/{name}" for name in names[:count]]
        some = audit(shelf, select(shelf, words), ruling)
        worst_of_some = max(RANK[row.verdict] for row in some.datasets)
        assert worst_of_some >= before
        before = worst_of_some
    assert max(RANK[row.verdict] for row in whole.datasets) == before
    item = items_of(shelf, select(shelf, ["notes"]), ruling)[0]
    assert RANK[item.verdict.decision] == before
    left = {row.part for row in some.datasets if row.verdict != "allowed"}
    if len(names) > 1 and whole.datasets[0].part:
        assert left == {a.part for a in item.artifacts if a.path in item.barred}


def _claim(expression: str) -> dict[str, Any]:
    return {"expression": expression, "url": "https://e.org/", "seen": "2026-11-22"}
