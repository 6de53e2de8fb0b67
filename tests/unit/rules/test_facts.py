"""License facts that contradict themselves or each other."""

from typing import Any

import pytest

from lemm_catalog.rules.facts import claimed_twice, facts_findings
from tests.builders import facts


@pytest.mark.parametrize(
    ("keys", "key", "message"),
    [
        (
            {"permits": ["derivatives"], "forbids": ["derivatives"]},
            ("forbids",),
            "derivatives stands under permits and under forbids",
        ),
        (
            {"texts": {"A-3.0": "https://a.example/"}},
            ("texts", "A-3.0"),
            "'A-3.0' is not among the ids of this file",
        ),
        (
            {"aliases": {"A-3.0": ["A 3"]}},
            ("aliases", "A-3.0"),
            "'A-3.0' is not among the ids of this file",
        ),
        (
            {"aliases": ["A"]},
            ("aliases",),
            "a list of aliases does not say which of the ids they spell",
        ),
        (
            {"aliases": {"A-1.0": ["A one", "the a"], "A-2.0": ["The A"]}},
            ("aliases", "A-2.0"),
            "'The A' stands for A-1.0 as well",
        ),
        (
            {"aliases": {"A-1.0": ["A-2.0"]}},
            ("aliases", "A-1.0"),
            "'A-2.0' stands for A-2.0 as well",
        ),
        (
            {"aliases": {"A-1.0": ["A"]}, "names": ["a"]},
            ("names",),
            "'a' stands for A-1.0 as well",
        ),
        ({"hub": ["b"]}, ("hub", 0), "'b' is no id, alias or name of this file"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(
    keys: dict[str, Any], key: tuple[str | int, ...], message: str
) -> None:
    (found,) = facts_findings(facts("A-2.0", "A-1.0", **keys))
    assert (found.key, found.message, found.severity) == (key, message, "error")
    assert found.hint


def test_nothing_is_wrong_with_a_whole_file() -> None:
    whole = facts(
        "A-2.0",
        "A-1.0",
        url="https://a.example/2/",
        texts={"A-1.0": "https://a.example/1/", "A-0.9": "https://a.example/0/"},
        ports={"A-1.0": ["AT"], "A-0.9": ["JP"]},
        aliases={"A-2.0": ["A 2", "a 2"], "LicenseRef-A-0.9-JP": ["Old A"]},
        names=["A"],
        hub=["a", "a-1.0"],
    )
    assert list(facts_findings(whole)) == []


def test_two_files_do_not_claim_the_same() -> None:
    one = facts("A-1.0", names=["A"])
    other = facts("LicenseRef-A", aliases=["a"])
    assert list(claimed_twice({"one": one, "two": other})) == [
        ("two", "'a' is claimed by one.yaml as well")
    ]
    assert list(claimed_twice({"one": one})) == []
