"""A license text explained: the value, its text and its JSON."""

import json

from lemm_catalog.api.explaining import explain
from lemm_catalog.render.explained import explained_json, explained_text
from tests.builders import a_policy, licenses
from tests.wording.facts import FACTS, POLICIES, reading, verdict

COMMERCIAL = POLICIES["commercial"]
PORT = "Attribution-NonCommercial-ShareAlike 3.0 United States"


def test_json_has_the_keys_of_the_contract_in_their_order() -> None:
    told = json.loads(explained_json(explain("CC BY 4.0", FACTS, COMMERCIAL)))
    assert list(told) == [
        "schema",
        "text",
        "expression",
        "verdict",
        "permits",
        "requires",
        "forbids",
        "reasons",
    ]
    assert told["schema"] == "lemm-catalog/license@1"
    assert (told["expression"], told["verdict"]) == ("CC-BY-4.0", "allowed")
    assert told["requires"] == ["attribution"]


def test_a_text_without_an_expression_has_null_for_it() -> None:
    told = json.loads(explained_json(explain("see website", FACTS, COMMERCIAL)))
    assert (told["expression"], told["verdict"]) == (None, "review")
    assert '"website" is not understood' in told["reasons"]


def test_the_text_names_verdict_terms_and_reasons() -> None:
    text = explained_text(explain(PORT, FACTS, COMMERCIAL), "commercial", 100)
    assert text.splitlines() == [
        "denied (commercial): LicenseRef-CC-BY-NC-SA-3.0-US",
        "  permits   derivatives, model training, redistribution",
        "  requires  attribution, share alike",
        "  forbids   commercial use",
        "  - LicenseRef-CC-BY-NC-SA-3.0-US forbids commercial use",
    ]


def test_all_ways_to_name_a_port_are_one() -> None:
    ways = (
        "CC BY-NC-SA 3.0 US",
        "cc-by-nc-sa-3.0-us",
        "Creative Commons Attribution-Noncommercial-Share Alike 3.0 United States",
        "https://creativecommons.org/licenses/by-nc-sa/3.0/us/",
        "LicenseRef-CC-BY-NC-SA-3.0-US",
        PORT,
    )
    assert {reading(way).expression for way in ways} == {
        "LicenseRef-CC-BY-NC-SA-3.0-US"
    }


def test_a_version_is_never_invented() -> None:
    assert (reading("CC BY").expression, verdict("CC BY")) == (None, "review")
    assert (reading("CC BY-NC").expression, verdict("CC BY-NC")) == (None, "denied")
    assert reading("CC BY").doubts == ("no version of CC-BY is named",)


def test_names_that_disagree_are_for_review() -> None:
    text = "CC BY-NC 4.0 https://creativecommons.org/licenses/by/4.0/"
    assert verdict(text) == "review"
    assert reading(text).doubts == (
        "it names licenses that disagree: CC-BY-NC-4.0, CC-BY-4.0",
    )


def test_research_may_use_what_commerce_may_not() -> None:
    assert verdict("CC BY-NC 4.0", "research") == "allowed"
    assert verdict("for research use only", "research") == "review"


def test_a_catalog_that_does_not_know_a_license_allows_nothing_by_it() -> None:
    policy = a_policy("commercial-use")
    assert explain("CC BY-SA 4.0", licenses(), policy).verdict == "review"
    assert explain("CC BY 4.0", licenses(), policy).verdict == "allowed"
    assert explain("CC BY 4.0", {}, policy).verdict == "review"
