"""Laws of reading license texts, held over texts nobody thought of."""

import random
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lemm_catalog.rules.licensing import judge_expression
from lemm_catalog.rules.wording.reading import judge_reading
from lemm_catalog.rules.wording.tongues import ELEMENTS, PLACE_NAMES, SCOPES
from tests.fuzz.effort import examples, in_time
from tests.wording.facts import FACTS, POLICIES, judge_of, reading, verdict
from tests.wording.test_strings import STRINGS
from tests.wording.tricky import FREE, TRICKY

RESTRICTING = """
    @ non-commercial noncommercial nc nd research academic only except unless
    permission without not no never restricted prohibited forbidden contact ask request
    verify fee
    embargoed expired similar like intended planned partly some most mixed various
    various per-file code metadata annotations derivatives private personal evaluation
    nicht kommerziell uso pas proprietary confidential
""".split()  # noqa: SIM905
FILLING = """
    the this data dataset is are licensed released under a license licence and or of
    terms available work works see public international use free open
""".split()  # noqa: SIM905
NAMES = ("CC BY 4.0", "CC0", "MIT", "ODbL", "CC-BY-SA-3.0", "cc by 4.0")
DENIED = (
    "CC BY-NC 4.0",
    "cc-by-nd-4.0",
    "https://creativecommons.org/licenses/by-nc-sa/3.0/us/",
    "non-commercial use only",
    "other-nc",
)
# The last ones are how a text is written, and so must change nothing.
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"
SPACES = ("  ", "\t", "\n", "\u00a0", "\u2009", " \r\n ")
_PARTS = SCOPES | {
    word
    for table in (ELEMENTS, PLACE_NAMES)
    for phrases in table.values()
    for phrase, _ in phrases
    for word in phrase
}

free = st.sampled_from(FREE)
judged = st.sampled_from([one.text for one in STRINGS] + list(TRICKY))
denied = st.sampled_from(
    [one.text for one in STRINGS if one.verdict == "denied" and len(one.text) < 90]
)
texts = st.one_of(judged, free, st.text(max_size=80))


@examples(400)
@given(
    free, st.lists(st.sampled_from(RESTRICTING), min_size=1, max_size=4), st.booleans()
)
def test_restricting_words_beside_an_allowed_text_end_it(
    text: str, words: list[str], before: bool
) -> None:
    added = " ".join(words)
    assert verdict(f"{added} {text}" if before else f"{text} {added}") != "allowed"


@examples(400)
@given(free, st.sampled_from(RESTRICTING), st.data())
def test_a_restricting_word_within_an_allowed_text_ends_it(
    text: str, word: str, data: st.DataObject
) -> None:
    words = text.split()
    words.insert(data.draw(st.integers(0, len(words))), word)
    assert verdict(" ".join(words)) != "allowed"


@examples(600)
@given(denied, st.data())
def test_a_slip_of_one_letter_frees_no_denied_text(
    text: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    instead = data.draw(
        st.sampled_from(["", " ", "-", "x", "n", "0", ".", text[at] * 2])
    )
    assert verdict(text[:at] + instead + text[at + 1 :]) != "allowed"


@examples(400)
@given(free, st.from_regex(r"[a-z]{5,12}", fullmatch=True), st.booleans())
def test_an_unknown_word_beside_an_allowed_text_ends_it(
    text: str, word: str, before: bool
) -> None:
    beside = f"{word} {text}" if before else f"{text} {word}"
    assume(word not in _PARTS and not _is_said_by_the_house(word))
    found = reading(beside)
    assert verdict(beside) != "allowed"
    assert any(word in doubt for doubt in found.doubts)


def _is_said_by_the_house(word: str) -> bool:
    """Whether a word names a license, or is on the list of those that add nothing."""
    doubts = reading(word).doubts
    listed = f'"{word}" is not understood' in doubts and _is_filler(word)
    return listed or not any("is not understood" in doubt for doubt in doubts)


def _is_filler(word: str) -> bool:
    return verdict(f"{word} CC BY 4.0") == "allowed"


@examples(600)
@given(st.lists(st.sampled_from([*RESTRICTING, *FILLING, *NAMES]), max_size=9))
def test_no_soup_with_a_restricting_word_is_allowed(words: list[str]) -> None:
    assume(any(word in RESTRICTING for word in words))
    assert verdict(" ".join(words)) != "allowed"


@examples(400)
@given(st.lists(st.sampled_from([*RESTRICTING, *FILLING]), max_size=9))
def test_no_soup_without_a_name_is_allowed(words: list[str]) -> None:
    assert verdict(" ".join(words)) != "allowed"


@examples(400)
@given(st.text(max_size=60))
def test_no_text_is_allowed_by_chance(text: str) -> None:
    assume(reading(text).expression is None)  # it does hit upon "CC0"
    assert verdict(text) != "allowed"


@examples(400)
@given(judged | free, st.randoms(use_true_random=False))
def test_case_spaces_and_dashes_change_nothing(
    text: str, chance: random.Random
) -> None:
    written = re.sub(r" +", lambda _: chance.choice(SPACES), text)
    outside = re.split(r"(\S*(?:://|\.org|www\.)\S*)", written)
    outside[::2] = [
        re.sub("-", lambda _: chance.choice(DASHES), o) for o in outside[::2]
    ]
    written = chance.choice((str.upper, str.lower, str.swapcase))("".join(outside))
    assert verdict(text) == verdict(written)
    # A reference that no catalog knows keeps the case it came in.
    expressions = [reading(one).expression or "" for one in (text, written)]
    assert expressions[0].casefold() == expressions[1].casefold()


@examples(300)
@given(
    judged | free,
    st.sampled_from(DENIED),
    st.sampled_from(
        [" and ", " or ", ", ", "; ", " / ", ". ", "\n", " ", " but ", " AND "]
    ),
    st.booleans(),
)
def test_nothing_joined_with_a_denied_text_is_allowed(
    text: str, denied: str, joint: str, before: bool
) -> None:
    assert verdict(denied) == "denied"
    joined = f"{denied}{joint}{text}" if before else f"{text}{joint}{denied}"
    # A choice between ids is a choice: the one thing that may be better for it.
    assume(joint != " or " or reading(joined).expression is None)
    assert verdict(joined) != "allowed"


@examples(400)
@given(texts, st.sampled_from(sorted(POLICIES)))
def test_what_is_in_doubt_is_allowed_to_nobody(text: str, policy: str) -> None:
    found = reading(text)
    judged = judge_reading(found, judge_of(policy))
    assert judged.reasons
    assert text == found.text
    if found.doubts:
        assert judged.decision != "allowed"
        assert found.permits == ()
    if judged.decision == "allowed":
        assert (
            POLICIES[policy].permits <= set(found.permits) or len(found.judged[0]) > 1
        )


@examples(400)
@given(judged | free)
def test_an_expression_means_what_its_text_means(text: str) -> None:
    found = reading(text)
    assume(found.expression is not None and not found.doubts)
    again = reading(found.expression or "")
    assert found.expression == again.expression
    assert verdict(text) == verdict(found.expression or "")


@examples(200)
@given(judged | free)
def test_a_text_is_never_kinder_than_the_expression_it_names(text: str) -> None:
    expression = reading(text).expression
    assume(expression is not None)
    rank = {"allowed": 0, "review": 1, "denied": 2}
    commercial = POLICIES["commercial"]
    bare = judge_expression(expression or "", FACTS, commercial).decision
    ported = "LicenseRef-CC-" in (expression or "")
    assert rank[verdict(text)] >= rank[bare] or ported


@pytest.mark.parametrize(
    "text",
    [
        "cc by " * 1500,
        "the " * 2400,
        "and CC BY 4.0 " * 700,
        "licensed under the terms of " * 350,
        "no x x x x x " * 700,
        "<a href=" * 1200,
        "[" * 5000 + "](" * 2000,
        "&" * 9000,
        "https://" * 1200,
        "non " * 2400 + "commercial",
        "noncommercial only " * 500,
        "a" * 9999,
        "\u8a31" * 9999,
        "-" * 9999,
        "(" * 3000 + "CC BY 4.0" + ")" * 3000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    with in_time(1.0):
        assert verdict(text) != "allowed" or text[0] == "("
