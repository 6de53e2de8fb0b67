"""What a policy makes of items: the laws, and what hostile tables come to."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.errors import SourceError
from lemm_catalog.model.item_table import ItemRow, ItemTable
from lemm_catalog.model.license import Policy
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules import licensing
from lemm_catalog.rules.itemizing import (
    Decided,
    Judge,
    judging,
    mark_of,
    mark_today,
    selection_of,
    with_items,
)
from lemm_catalog.rules.verdicts import RANK
from lemm_catalog.rules.wording.reading import Reader
from tests.builders import facts

FACTS = {
    "free": facts("CC0-1.0", permits=["commercial-use"]),
    "by": facts("CC-BY-4.0", permits=["commercial-use"]),
    "nc": facts("CC-BY-NC-4.0", forbids=["commercial-use"]),
}
POLICY = Policy(
    schema_version=1,
    id="commercial",
    title="Commercial",
    summary="Earn money.",
    permits=frozenset({"commercial-use"}),
)
TABLE = ItemTable(
    file="items.csv",
    inside=None,
    format="csv",
    header=1,
    key=("id",),
    license=("license",),
    path="a/{key:03}.wav",
    words=(("Zero", "CC0-1.0"), ("NC", "CC-BY-NC-4.0"), ("US", "LicenseRef-Port")),
)
READER = Reader(FACTS)
GRAVITY = {"Zero": 0, "CC BY 4.0": 0, "US": 1, "?": 1, "": 1, "NC": 2}


def judge(table: ItemTable = TABLE) -> Judge:
    by = licensing.Judge(licensing.known_in(FACTS), POLICY.permits)
    return judging(table, READER, by)


def decided(*found: tuple[str, str]) -> Decided:
    all_of_it = Decided(TABLE, judge())
    for key, license_ in found:
        all_of_it.add(ItemRow(key, license_))
    return all_of_it


@pytest.mark.parametrize(
    ("spelling", "expression", "decision"),
    [
        ("Zero", "CC0-1.0", "allowed"),  # the manifest's words go before the reader's
        ("CC BY 4.0", "CC-BY-4.0", "allowed"),
        ("NC", "CC-BY-NC-4.0", "denied"),
        ("US", "LicenseRef-Port", "review"),
        ("zero", None, "review"),
        ("", None, "review"),
        ("Zero\u202e", None, "review"),
        ("CC BY 4.0" * 501, None, "review"),
        ("x" * 1_000_000, None, "review"),
    ],
)
def test_a_spelling_is_what_somebody_has_said_it_is(
    spelling: str, expression: str | None, decision: str
) -> None:
    said = judge()(spelling)
    assert (expression, decision) == (said.expression, said.decision)
    assert said.spelling.isprintable()
    assert len(said.spelling) <= 1_000
    assert said.reason


def test_spaces_within_a_spelling_do_not_count() -> None:
    found = decided(("1", " Zero\n"), ("2", "Zero"))
    assert [one.spelling for one in found.said] == ["Zero"]


def test_what_no_row_speaks_of_is_not_said_to_be_allowed() -> None:
    found = decided(("1", "Zero"))
    assert found.of("a/002.wav") is None
    said = found.of("a/001.wav")
    assert said
    assert said.decision == "allowed"


ROWS = st.lists(
    st.tuples(st.sampled_from(["1", "01", "2", "3"]), st.sampled_from([*GRAVITY]))
)


@given(ROWS)
def test_of_two_rows_for_one_path_the_graver_counts(found: list[Any]) -> None:
    gravest = Counter[str]()
    for key, license_ in found:
        path = f"a/{int(key):03}.wav"
        gravest[path] = max(gravest[path], GRAVITY[license_])
    ours = decided(*found)
    for path, rank in gravest.items():
        said = ours.of(path)
        assert said
        assert RANK[said.decision] == rank


@given(ROWS, ROWS)
def test_more_rows_never_allow_what_was_not(one: list[Any], more: list[Any]) -> None:
    before, after = decided(*one), decided(*one, *more)
    for number in (1, 2, 3):
        path = f"a/{number:03}.wav"
        if (said := before.of(path)) and said.decision != "allowed":
            now = after.of(path)
            assert now
            assert now.decision != "allowed"


@given(ROWS)
def test_every_item_is_counted_once(found: list[Any]) -> None:
    tally = decided(*found).tally(None, "commercial", None)
    paths = {int(key) for key, _ in found}
    assert tally.items == len(paths) == sum(one.items for one in tally.spellings)


def test_a_key_without_a_place_is_for_review() -> None:
    tally = decided(("../x", "Zero"), ("x", "Zero"), ("1", "Zero")).tally(
        None, "commercial", {"a/001.wav": 10}
    )
    assert tally.unplaced == 2
    assert [(s.decision, s.items, s.bytes) for s in tally.shares] == [
        ("allowed", 1, 10),
        ("review", 2, None),
        ("denied", 0, 0),
    ]


def test_bytes_are_not_known_as_long_as_one_is_not() -> None:
    found = decided(("1", "Zero"), ("2", "Zero"), ("3", "NC"))
    tally = found.tally(None, "commercial", {"a/001.wav": 10, "a/003.wav": 7})
    assert tally.share("allowed").bytes is None
    assert tally.share("denied").bytes == 7


def test_a_column_that_is_not_one_of_licenses_is_refused() -> None:
    with pytest.raises(SourceError, match="more than 5000 different licenses"):
        decided(*((str(number), f"text {number}") for number in range(5_001)))


def test_a_whole_is_no_better_than_its_worst_item() -> None:
    fine = Verdict("allowed", ("yes",))
    of = {
        "allowed": decided(("1", "Zero")),
        "review": decided(("1", "Zero"), ("2", "?")),
        "denied": decided(("1", "Zero"), ("2", "?"), ("3", "NC")),
    }
    for decision, items in of.items():
        tally = items.tally(None, "commercial", None)
        assert with_items(fine, tally).decision == decision
        assert with_items(Verdict("denied", ("no",)), tally).decision == "denied"
    assert with_items(fine, tally).reasons[-1] == (
        "of 3 items: 1 allowed, 1 review, 1 denied"
    )
    # A table of nothing says nothing.
    assert with_items(fine, decided().tally(None, "x", None)).decision == "review"


def test_a_mark_changes_with_whatever_changes_the_choice() -> None:
    found = decided(("1", "Zero"), ("2", "NC"))
    said = [(one.spelling, one.decision) for one in found.said]
    mark = mark_of(TABLE, "sha256:1", said)
    others = {
        mark_of(TABLE, "sha256:2", said),
        mark_of(TABLE._replace(path="b/{key}.wav"), "sha256:1", said),
        mark_of(TABLE._replace(besides=("README",)), "sha256:1", said),
        mark_of(TABLE, "sha256:1", [("Zero", "review"), ("NC", "denied")]),
        mark_of(TABLE, "sha256:1", said[:1]),
    }
    assert len(others | {mark}) == 6
    assert mark_of(TABLE, "sha256:1", said[::-1]) == mark
    # How a spelling is read matters by its outcome only, and credits not at all.
    assert mark_of(TABLE._replace(words=(), title=("t",)), "sha256:1", said) == mark


def test_a_choice_comes_to_the_same_mark_as_long_as_nobody_changes_their_mind() -> None:
    found = decided(("1", "Zero"), ("2", "NC"), ("3", "?"))
    said = [(one.spelling, one.decision) for one in found.said]
    kept = selection_of(found, Counter({"Zero": 1, None: 2}), "commercial", "sha256:1")
    mark = mark_of(TABLE, "sha256:1", said)
    assert mark_today(TABLE, "sha256:1", kept, judge()) == mark
    known = TABLE._replace(words=(*TABLE.words, ("?", "CC0-1.0")))
    assert mark_today(known, "sha256:1", kept, judge(known)) != mark
    assert kept.left_out == 2
