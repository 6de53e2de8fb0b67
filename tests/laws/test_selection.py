"""Laws of the selection."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.errors import UsageError
from lemm_catalog.model.catalog import Catalog
from lemm_catalog.rules.selection import select
from tests.laws.catalogs import PHASES, catalogs

words = st.lists(
    st.sampled_from(
        [*PHASES, "set-0", "set_0", "set-1/audio", "set-*", "*", "*/midi", "nothing"]
    ),
    max_size=3,
)


def taken(catalog: Catalog, *words: str) -> list[tuple[str, str]]:
    return [
        (wanted.manifest.id, file.path)
        for wanted in select(catalog, words)
        for file in wanted.files
    ]


@given(catalogs())
def test_each_rung_holds_those_below_it(catalog: Catalog) -> None:
    minimal, balanced, comprehensive = (
        set(taken(catalog, phase)) for phase in PHASES[1:]
    )
    assert minimal <= balanced <= comprehensive


@given(catalogs(), words)
def test_nothing_is_selected_twice_and_nothing_is_empty(
    catalog: Catalog, words: list[str]
) -> None:
    try:
        found = select(catalog, [*words, *words])
    except UsageError:
        return
    names = [wanted.manifest.id for wanted in found]
    assert len(set(names)) == len(names)
    assert all(wanted.files for wanted in found)
    assert all(len({f.path for f in w.files}) == len(w.files) for w in found)


@given(catalogs(), words, st.randoms(use_true_random=False))
def test_the_order_of_manifests_and_words_changes_nothing(
    catalog: Catalog, words: list[str], chance: random.Random
) -> None:
    pairs = list(catalog.manifests.items())
    chance.shuffle(pairs)
    shuffled = replace(catalog, manifests=dict(pairs))
    other_words = chance.sample(words, len(words))
    try:
        expected = select(catalog, words)
    except UsageError:
        return
    assert expected == select(shuffled, other_words)


@given(catalogs(), st.sampled_from(["*", *PHASES]))
def test_what_is_excluded_or_withdrawn_comes_by_no_phase_and_no_glob(
    catalog: Catalog, word: str
) -> None:
    states = (
        {w.manifest.status.state for w in select(catalog, [word])}
        if (word in PHASES or any_offered(catalog))
        else set()
    )
    assert states <= {"active", "deprecated"}


def any_offered(catalog: Catalog) -> bool:
    offered = {"active", "deprecated"}
    return any(m.status.state in offered for m in catalog.manifests.values())


@given(catalogs(), st.sampled_from(PHASES), st.integers(0, 4))
def test_what_is_excluded_by_name_is_not_there(
    catalog: Catalog, phase: str, index: int
) -> None:
    name = f"set-{index}"
    if name in catalog.manifests:
        found = select(catalog, [phase], exclude=[name])
        expected = [m for m in select(catalog, [phase]) if m.manifest.id != name]
        assert tuple(expected) == found


@given(
    catalogs(), st.dictionaries(st.sampled_from(["set_0", "set-1"]), st.integers(1, 5))
)
def test_pull_order_is_by_priority_then_rung_then_id(
    catalog: Catalog, priorities: dict[str, int]
) -> None:
    found = select(catalog, ["comprehensive"], priorities=priorities)
    keys = [(-w.priority, PHASES.index(w.manifest.phase), w.manifest.id) for w in found]
    assert sorted(keys) == keys
    for wanted in found:
        own = priorities.get(wanted.manifest.id.replace("-0", "_0"))
        assert wanted.priority == (own or wanted.manifest.priority)
