"""What people really write, judged by hand: see strings.yaml for how.

Texts whose sha256 is divisible by three were put aside before the rules were made,
and first read when they were done; both shares are held to the same marks.
"""

from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from lemm_catalog.rules.licensing import judge_expression
from tests.wording.facts import FACTS, POLICIES, is_held_out, reading, verdict

_STRINGS = Path(__file__).parent / "strings.yaml"


class Judged(NamedTuple):
    text: str
    seen: str
    expression: str | None
    verdict: str
    why: str

    @property
    def wanted(self) -> str:
        if self.verdict != "by-facts":
            return self.verdict
        if self.expression is None:
            return "review"
        commercial = POLICIES["commercial"]
        return judge_expression(self.expression, FACTS, commercial).decision


STRINGS = [
    Judged(**row) for row in yaml.safe_load(_STRINGS.read_text(encoding="utf-8"))
]
SHARES = {
    "tuned": [one for one in STRINGS if not is_held_out(one.text)],
    "held out": [one for one in STRINGS if is_held_out(one.text)],
}


def test_there_are_enough_strings_and_each_once() -> None:
    assert len(STRINGS) >= 220
    assert len({one.text for one in STRINGS}) == len(STRINGS)
    assert len(SHARES["held out"]) > len(STRINGS) / 4


def test_no_string_that_is_not_allowed_by_hand_is_allowed() -> None:
    unsafe = [one.text for one in STRINGS if verdict(one.text) == "allowed"]
    by_hand = {one.text for one in STRINGS if one.wanted == "allowed"}
    assert [text for text in unsafe if text not in by_hand] == []


@pytest.mark.parametrize("share", SHARES)
def test_nine_of_ten_verdicts_are_those_of_the_hand(share: str) -> None:
    right = [one for one in SHARES[share] if verdict(one.text) == one.wanted]
    assert len(right) / len(SHARES[share]) >= 0.9


@pytest.mark.parametrize("share", SHARES)
def test_nineteen_of_twenty_expressions_are_those_of_the_hand(share: str) -> None:
    right = [
        one for one in SHARES[share] if reading(one.text).expression == one.expression
    ]
    assert len(right) / len(SHARES[share]) >= 0.95
