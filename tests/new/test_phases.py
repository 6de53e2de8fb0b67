"""The phase of a draft: a shelf beside the ladder, guessed by words; never a rung."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.model.draft import Found
from lemm_catalog.rules.drafting_phase import shelf_of
from tests.cli.running import run
from tests.new.test_command import a_document
from tests.new.test_documents import a_dataset

SHELVES = {"speech", "music", "scores", "sound"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_catalog_s_own_shelves_are_guessed_from_its_words() -> None:
    """What people chose for the datasets there are is what words are judged by."""
    catalog = Catalog.load()
    right: list[str] = []
    wrong: list[str] = []
    for name, one in catalog.dossiers.items():
        phase = catalog.manifest(name).phase
        if phase not in SHELVES:
            continue
        # Tasks are known of few sources; what it is called and said to be is of all.
        found = Found(title=one.title, description=one.summary, media=one.media)
        (right if shelf_of(found) == phase else wrong).append(name)
    assert len(right) + len(wrong) > 80
    assert len(right) > 0.8 * (len(right) + len(wrong)), wrong


@pytest.mark.parametrize(
    ("words", "shelf"),
    [
        (Found(title="Readings by 20 speakers"), "speech"),
        (Found(title="x", keywords=("Speech recognition",)), "speech"),
        (Found(title="x", media=("audio/midi",)), "scores"),
        (Found(title="Songs of birds"), "music"),  # a guess is a guess
        (Found(title="x", description="Noise of streets."), "sound"),
        (Found(title="Numbers", description="All of them."), None),
        (Found(), None),
    ],
)
def test_words_tell_a_shelf_or_nothing_does(words: Found, shelf: str | None) -> None:
    assert shelf_of(words) == shelf


def test_a_draft_never_grows_a_rung_of_the_ladder() -> None:
    document = a_dataset(name="Numbers", description="All of the numbers there are.")
    Path("croissant.json").write_text(json.dumps(document), encoding="utf-8")
    done = run("new", "croissant.json", "--offline")
    assert "phase: companions\n" in done.out
    told = "phase: companions is a guess, nothing tells a better one; --phase sets it"
    assert told in done.err


def test_a_catalog_of_one_s_own_has_its_own_phases(
    write_phases: Callable[[str], None],
) -> None:
    words = ("new", a_document(), "--offline", "--catalog", "mine", "--out", "x.yaml")
    for text, phase in (
        ("{a: {title: A}, b: {title: B, extends: a}}", "b"),
        ("{music: {title: M}, a: {title: A}, b: {title: B, extends: a}}", "music"),
        ("{c: {title: C}, a: {title: A}, b: {title: B, extends: a}}", "c"),
    ):
        write_phases(text)
        assert run(*words, "--force").code == 0
        assert f"phase: {phase}\n" in Path("x.yaml").read_text("utf-8")


@pytest.fixture
def write_phases() -> Callable[[str], None]:
    def write(text: str) -> None:
        Path("mine").mkdir(exist_ok=True)
        Path("mine/phases.yaml").write_text(f"phases: {text}\n", encoding="utf-8")

    return write
