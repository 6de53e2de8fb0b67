"""Verdicts with their reasons: examples beside the laws."""

from typing import Any

import pytest

from lemm_catalog.model.manifest import Manifest
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.items import items_of, kept_ruling
from lemm_catalog.rules.licensing import (
    judge,
    judge_expression,
    license_ids,
    normalized,
)
from lemm_catalog.rules.selection import select
from lemm_catalog.rules.shelving import shelved, terms_of
from tests.builders import a_catalog, a_file, a_manifest, a_policy, licenses

POLICY = a_policy("commercial-use", "derivatives")
CLAIM = {"expression": "CC-BY-4.0", "url": "https://a.example/", "seen": "2026-11-22"}


@pytest.mark.parametrize(
    ("expression", "decision", "reason"),
    [
        ("CC0-1.0", "allowed", "CC0-1.0 permits commercial use and derivatives"),
        ("CC-BY-NC-4.0", "denied", "CC-BY-NC-4.0 forbids commercial use"),
        (
            *("LicenseRef-Unclear", "review"),
            "LicenseRef-Unclear does not say whether it permits commercial use and "
            "derivatives",
        ),
        ("X-1", "review", "the terms of X-1 are not known to this catalog"),
        ("what?", "review", "'what?' is not an SPDX license expression"),
        ("CC-BY-NC-4.0 OR CC0-1.0", "allowed", "CC0-1.0 permits commercial use and "
            "derivatives"),
        ("CC0-1.0+", "allowed", "CC0-1.0+ permits commercial use and derivatives"),
        ("NONE", "denied", "no license is given, so nothing is permitted"),
        ("NOASSERTION", "review", "nobody has said which license holds"),
        ("CC0-1.0 OR NONE", "review", "'CC0-1.0 OR NONE' is not an SPDX license "
            "expression"),
        ("DocumentRef-a:LicenseRef-b", "review", "DocumentRef-a:LicenseRef-b is "
            "described in another document, not in this catalog"),
        ("CC0-1.0-or-later", "review", "the terms of CC0-1.0-or-later are not known "
            "to this catalog"),
        ("\u212b-1.0 OR CC0-1.0", "review", "'\u212b-1.0 OR CC0-1.0' is not an SPDX "
            "license expression"),
    ],
)  # fmt: skip
def test_a_verdict_has_its_reason(expression: str, decision: str, reason: str) -> None:
    found = judge_expression(expression, licenses(), POLICY)
    assert (decision, (reason,)) == (found.decision, found.reasons)


def test_duties_go_with_the_license_that_is_chosen() -> None:
    found = judge_expression("CC-BY-4.0 AND CC0-1.0", licenses(), POLICY)
    assert (found.decision, found.duties) == ("allowed", ("attribution",))
    chosen = judge_expression("CC0-1.0 OR CC-BY-4.0", licenses(), POLICY)
    assert chosen.duties == ()


def judged(manifest: Manifest) -> dict[str | None, Verdict]:
    return {t.part: judge(t, licenses(), POLICY) for t in terms_of(manifest)}


def test_claims_that_disagree_are_for_a_person_to_judge() -> None:
    manifest = a_manifest(license={"expression": "CC0-1.0", "claims": [CLAIM]})
    found = judged(manifest)[None]
    assert found.decision == "review"
    assert found.reasons[-1] == (
        "https://a.example/ says CC-BY-4.0, the manifest CC0-1.0"
    )


def test_a_claim_that_disagrees_does_not_better_a_denied_license() -> None:
    manifest = a_manifest(license={"expression": "CC-BY-NC-4.0", "claims": [CLAIM]})
    assert judged(manifest)[None].decision == "denied"


def test_what_a_claim_rules_out_is_among_the_reasons() -> None:
    claims = [CLAIM | {"expression": "CC-BY-NC-4.0"}, CLAIM | {"expression": "X-1"}]
    found = judged(a_manifest(license={"expression": "CC0-1.0", "claims": claims}))
    assert found[None].reasons[1:] == (
        "https://a.example/ says CC-BY-NC-4.0, the manifest CC0-1.0",
        "CC-BY-NC-4.0 forbids commercial use",
        "https://a.example/ says X-1, the manifest CC0-1.0",
        "the terms of X-1 are not known to this catalog",
    )


def test_terms_that_must_be_agreed_to_are_a_duty() -> None:
    license_ = {"expression": "CC0-1.0", "accept": {"terms": "The form."}}
    assert judged(a_manifest(license=license_))[None].duties == ("acceptance",)


def test_a_claim_in_another_spelling_agrees() -> None:
    claim = CLAIM | {"expression": "CC0-1.0 OR CC-BY-4.0"}
    license_ = {"expression": "cc-by-4.0 OR CC0-1.0", "claims": [claim]}
    assert judged(a_manifest(license=license_))[None].decision == "allowed"


def test_what_nobody_has_verified_is_for_a_person_to_judge() -> None:
    claim = CLAIM | {"expression": "CC0-1.0", "verified": False}
    found = judged(a_manifest(license={"expression": "CC0-1.0", "claims": [claim]}))
    assert found[None].decision == "review"
    assert found[None].reasons[-1] == "nobody has verified what https://a.example/ says"


def test_a_claim_about_a_part_counts_for_that_part_only() -> None:
    manifest = a_manifest(
        license={"expression": "CC0-1.0", "claims": [CLAIM | {"part": "audio"}]},
        parts={"audio": {"license": "CC0-1.0"}, "midi": {}},
        files=[
            *(a_file(path="r"), a_file(path="a", part="audio")),
            a_file(path="m", part="midi"),
        ],
    )
    found = {part: verdict.decision for part, verdict in judged(manifest).items()}
    assert found == {None: "allowed", "audio": "review", "midi": "allowed"}


def test_a_policy_bars_each_artifact_with_its_reason() -> None:
    manifest = a_manifest(
        parts={"nc": {"license": "CC-BY-NC-4.0"}},
        files=[a_file(path="a"), a_file(path="b", part="nc")],
    )
    shelf = shelved(a_catalog(manifest))
    ruling = kept_ruling(shelf, "commercial")
    (item,) = items_of(shelf, select(shelf, ["notes"]), ruling)
    assert item.barred == {
        "b": "denied under the policy commercial: CC-BY-NC-4.0 forbids commercial use"
    }
    assert (item.license, item.verdict.decision) == (
        "CC0-1.0 AND CC-BY-NC-4.0",
        "denied",
    )


def test_an_unknown_policy_is_a_slip_of_the_user() -> None:
    with pytest.raises(Exception, match=r"no policy 'x' \(known: commercial; or a "):
        kept_ruling(shelved(a_catalog()), "x")


@pytest.mark.parametrize(
    "text", ["", " ", "()", "((", "AND", "A AND", "A B", "\0", "a/b"]
)
def test_what_is_no_expression_is_none(text: str) -> None:
    assert license_ids(text) is None
    assert normalized(text) == text.casefold()


def test_ids_come_in_their_order_each_once() -> None:
    assert license_ids("B OR (A AND B) OR C WITH x") == ("B", "A", "C WITH x")


def test_a_deep_expression_costs_no_traceback() -> None:
    text: Any = "(" * 400 + "A" + ")" * 400
    assert license_ids(text) in {("A",), None}
