"""Laws of the selection."""

import random

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Shelf
from lemm_catalog.rules.selection import select
from tests.laws.catalogs import PHASES, shelves

words = st.lists(
    st.sampled_from(
        [*PHASES, "set-0", "set_0", "set-1/audio", "set-*", "*", "*/midi", "nothing"]
    ),
    max_size=3,
)


def taken(shelf: Shelf, *words: str) -> list[tuple[str, str | None]]:
    return [
        (wanted.entry.id, part)
        for wanted in select(shelf, words)
        for part in wanted.parts
    ]


@given(shelves())
def test_each_rung_holds_those_below_it(shelf: Shelf) -> None:
    minimal, balanced, comprehensive = (
        set(taken(shelf, phase)) for phase in PHASES[1:]
    )
    assert minimal <= balanced <= comprehensive


@given(shelves(), words)
def test_nothing_is_selected_twice_and_nothing_is_empty(
    shelf: Shelf, words: list[str]
) -> None:
    try:
        found = select(shelf, [*words, *words])
    except UsageError:
        return
    names = [wanted.entry.id for wanted in found]
    assert len(set(names)) == len(names)
    assert all(wanted.parts for wanted in found)
    assert all(len(set(w.parts)) == len(w.parts) for w in found)


@given(shelves(), words, st.randoms(use_true_random=False))
def test_the_order_of_manifests_and_words_changes_nothing(
    shelf: Shelf, words: list[str], chance: random.Random
) -> None:
    pairs = list(shelf.entries.items())
    chance.shuffle(pairs)
    shuffled = Shelf(
        ladder=shelf.ladder,
        policies=shelf.policies,
        entries=dict(pairs),
        dossiers=shelf.dossiers,
    )
    other_words = chance.sample(words, len(words))
    try:
        expected = select(shelf, words)
    except UsageError:
        return
    assert expected == select(shuffled, other_words)


@given(shelves(), st.sampled_from(["*", *PHASES]))
def test_what_is_excluded_or_withdrawn_comes_by_no_phase_and_no_glob(
    shelf: Shelf, word: str
) -> None:
    states = (
        {w.entry.state for w in select(shelf, [word])}
        if (word in PHASES or any_offered(shelf))
        else set()
    )
    assert states <= {"active", "deprecated"}


def any_offered(shelf: Shelf) -> bool:
    offered = {"active", "deprecated"}
    return any(entry.state in offered for entry in shelf.entries.values())


@given(shelves(), st.sampled_from(PHASES), st.integers(0, 4))
def test_what_is_excluded_by_name_is_not_there(
    shelf: Shelf, phase: str, index: int
) -> None:
    name = f"set-{index}"
    if name in shelf.entries:
        found = select(shelf, [phase], exclude=[name])
        expected = [m for m in select(shelf, [phase]) if m.entry.id != name]
        assert tuple(expected) == found


@given(
    shelves(), st.dictionaries(st.sampled_from(["set_0", "set-1"]), st.integers(1, 5))
)
def test_pull_order_is_by_priority_then_rung_then_id(
    shelf: Shelf, priorities: dict[str, int]
) -> None:
    found = select(shelf, ["comprehensive"], priorities=priorities)
    keys = [(-w.priority, PHASES.index(w.entry.phase), w.entry.id) for w in found]
    assert sorted(keys) == keys
    for wanted in found:
        own = priorities.get(wanted.entry.id.replace("-0", "_0"))
        assert wanted.priority == (own or wanted.entry.priority)
