"""What words mean: examples beside the laws."""

import pytest

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Shelf
from lemm_catalog.rules.selection import find, rungs_of, select
from lemm_catalog.rules.shelving import shelved
from tests.builders import a_catalog, a_file, a_manifest

GONE = {"state": "excluded", "reason": "Its license forbids it."}


@pytest.fixture
def catalog() -> Shelf:
    parts = [a_file(path="a", part="audio"), a_file(path="b", part="midi")]
    return shelved(
        a_catalog(
            a_manifest(id="fma-small", priority=4),
            a_manifest(id="fma-large", phase="comprehensive"),
            a_manifest(id="maestro", files=parts, parts={"audio": {}, "midi": {}}),
            a_manifest(id="gone", status=GONE),
        )
    )


def ids(catalog: Shelf, *words: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [w.entry.id for w in select(catalog, words, exclude=exclude)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["fma-small", "maestro", "fma-large"]),
        (["minimal"], ["fma-small", "maestro"]),
        (["comprehensive"], ["fma-small", "maestro", "fma-large"]),
        (["fma_small"], ["fma-small"]),
        (["FMA_Small"], ["fma-small"]),
        (["fma-*"], ["fma-small", "fma-large"]),
        (["maestro/midi"], ["maestro"]),
        (["*/midi"], ["maestro"]),
        (["fma-large", "minimal"], ["fma-small", "maestro", "fma-large"]),
    ],
)
def test_words_select(catalog: Shelf, words: list[str], expected: list[str]) -> None:
    assert expected == ids(catalog, *words)


def test_a_part_selects_its_files_only(catalog: Shelf) -> None:
    (wanted,) = select(catalog, ["maestro"], exclude=["maestro/audio"])
    assert wanted.parts == ("midi",)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("nsnth", "there is no dataset or phase 'nsnth' (known: sample, minimal, "
            "balanced, comprehensive, fma-large, fma-small, gone, maestro)"),
        ("fma-smal", "there is no dataset or phase 'fma-smal' (did you mean fma-small, "
            "fma-large, minimal?)"),
        ("gone", "gone is excluded: Its license forbids it."),
        ("gone/x", "gone is excluded: Its license forbids it."),
        ("x-*", "no dataset matches 'x-*' (see `list`)"),
        ("fma-small/x", "fma-small has no parts (say fma-small)"),
        ("maestro/mid", "there is no part of maestro 'mid' (did you mean midi?)"),
    ],
)  # fmt: skip
def test_a_word_that_means_nothing_is_told_what_was_meant(
    catalog: Shelf, word: str, sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        ids(catalog, word)
    assert sentence == str(caught.value)


def test_what_is_excluded_may_be_named_to_leave_it_out(catalog: Shelf) -> None:
    assert ids(catalog, "minimal", exclude=("gone", "fma-*")) == ["maestro"]


def test_a_dataset_is_found_by_either_spelling(catalog: Shelf) -> None:
    assert find(catalog, "fma_small").id == "fma-small"
    assert find(catalog, "gone").state == "excluded"


def test_a_ladder_in_a_circle_ends() -> None:
    ladder = {"a": ("b", "no"), "b": ("a",)}
    assert set(rungs_of(ladder, "a")) == {"a", "b"}
