"""Whose work a selection is, and what receipts say is here of it."""

from typing import Any

import pytest

from lemm_catalog.errors import UsageError
from lemm_catalog.model.credit import Credit, ItemCredit, Works
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.terms import Named
from lemm_catalog.rules.crediting import (
    credit_of,
    credit_of_receipt,
    credit_of_stranger,
    is_item_missing,
    missing_in,
    wanted_for_credit,
)
from lemm_catalog.rules.shelving import shelved
from tests.builders import a_catalog, a_file, a_manifest, a_receipt

BY: dict[str, Any] = {"expression": "CC-BY-4.0", "attribution": "Notes by A. Author"}
PARTS = {
    "audio": {"title": "The Audio"},
    "midi": {"license": "CC0-1.0"},
}
FILES = [
    a_file(path="a.tar", part="audio", unpack={"size": {"unpacked": 5}}),
    a_file(path="b.tar", part="audio"),
    a_file(path="m.mid", part="midi"),
]


def notes(**keys: Any) -> Shelf:
    data = {"license": BY, "files": FILES, "parts": PARTS} | keys
    gone = {"state": "excluded", "reason": "Noncommercial."}
    hidden = a_manifest(id="gone", status=gone, files=FILES, parts=PARTS)
    return shelved(a_catalog(a_manifest(**data), hidden, a_manifest(id="zeta")))


def credit(*words: str, works: Works | None = None, **keys: Any) -> Credit:
    shelf = notes(**keys)
    (one,) = wanted_for_credit(shelf, words or ["notes"])
    titles = {"audio": "The Audio"}
    return credit_of(shelf.dossiers[one.entry.id], one, titles, works)


def ids(*words: str) -> list[tuple[str, tuple[str | None, ...]]]:
    return [(one.entry.id, one.parts) for one in wanted_for_credit(notes(), words)]


def test_what_is_excluded_is_credited_where_it_is_named_and_only_there() -> None:
    assert [name for name, _ in ids()] == ["notes", "zeta"]
    assert [name for name, _ in ids("minimal")] == ["notes", "zeta"]
    assert ids("gone") == [("gone", ("audio", "midi"))]
    assert ids("GONE/midi", "zeta") == [("gone", ("midi",)), ("zeta", (None,))]
    assert ids("gone/midi", "gone/audio") == [("gone", ("audio", "midi"))]
    assert ids("notes/midi", "notes") == [("notes", ("audio", "midi"))]


@pytest.mark.parametrize("word", ["gnoe", "gone/vocals", "notes/vocals", "n?o*x"])
def test_a_word_that_names_nothing_is_told(word: str) -> None:
    with pytest.raises(UsageError):
        ids("zeta", word)


def test_parts_of_other_terms_have_a_credit_of_their_own() -> None:
    audio, midi = credit().parts
    assert (audio.parts, audio.title) == (("audio",), "The Audio")
    assert (audio.attribution, audio.expression) == ("Notes by A. Author", "CC-BY-4.0")
    assert (midi.parts, midi.title) == (("midi",), "midi")
    assert [one.id for one in midi.licenses] == ["CC0-1.0"]


def test_parts_of_the_same_terms_share_one() -> None:
    (only,) = credit(parts={"audio": {}, "midi": {}}).parts
    assert (only.parts, only.title) == ((), "")


def test_what_was_done_and_left_out_is_said() -> None:
    assert credit().changes == (
        "Archives are unpacked; the content of no file is changed.",
    )
    assert credit("notes/midi").changes == (
        "Files are taken as they are; the content of no file is changed.",
        "Only these parts are taken: midi.",
    )
    some = Works(items=(), taken=(8802, 106574))
    assert credit(works=some).changes[-1] == ("Only 8,802 of 106,574 items were taken.")
    assert len(credit(works=Works(items=(), taken=(5, 5))).changes) == 1


def test_without_a_homepage_the_source_is_where_it_is_fetched() -> None:
    assert credit().source == "https://example.org/notes.tar.gz"
    assert credit(homepage="https://h.example").source == "https://h.example"


def test_a_line_that_a_license_asks_for_is_missed_and_no_other() -> None:
    assert [*missing_in(credit())] == []
    (one,) = missing_in(credit(license="CC-BY-4.0"))
    assert (one.dataset, one.message) == (
        "notes",
        "CC-BY-4.0 asks for credit, and none is given for The Audio",
    )
    assert [*missing_in(credit(license="CC0-1.0"))] == []
    (either,) = missing_in(credit("notes/audio", license="CC0-1.0 OR CC-BY-4.0"))
    assert "none is given" in either.message


def here(*paths: str, **keys: Any) -> Credit:
    shelf = notes()
    artifacts = [a for a in shelf.dossiers["notes"].artifacts if a.path in paths]
    receipt = a_receipt(artifacts, **{"license": "CC-BY-4.0", "version": "7"} | keys)
    return credit_of_receipt(receipt, shelf.dossiers["notes"], {"audio": "The Audio"})


def test_of_what_is_here_the_receipt_has_the_word() -> None:
    found = here("a.tar", "b.tar", title="Notes, as they were")
    assert (found.title, found.version) == ("Notes, as they were", "7")
    assert found.pulled == "2026-11-22"
    assert [part.expression for part in found.parts] == ["CC-BY-4.0"]
    assert found.changes == (
        "2 files were fetched and 1 of them unpacked by lemm-catalog test; the content "
        "of no file is changed.",
        "Only these parts are taken: The Audio.",
    )
    assert here("b.tar").changes[-1] == "Only 1 of 2 files are here."


@pytest.mark.parametrize("text", ["CC-BY-4.0", "CC0-1.0", "CC-BY-4.0 AND CC0-1.0"])
def test_a_license_that_a_part_still_has_is_no_news(text: str) -> None:
    found = here("a.tar", "b.tar", "m.mid", license=text)
    assert len(found.changes) == 1


def test_a_license_that_changed_since_is_told() -> None:
    found = here("a.tar", "b.tar", "m.mid", license="MIT")
    assert found.changes[-1] == (
        "When it was pulled, its license was said to be MIT; the catalog says "
        "CC-BY-4.0 and CC0-1.0 today."
    )


def test_what_the_catalog_no_longer_knows_is_credited_and_missed() -> None:
    receipt = a_receipt(notes().dossiers["notes"].artifacts, id="old")
    stranger = credit_of_stranger(receipt)
    assert (stranger.title, stranger.parts[0].expression) == (
        "Example Notes",
        "CC0-1.0",
    )
    (one,) = missing_in(stranger)
    assert one.message == "the catalog no longer knows whom to credit"


def test_a_part_that_the_catalog_no_longer_knows_is_missed() -> None:
    shelf = notes()
    receipt = a_receipt(shelf.dossiers["notes"].artifacts)
    old = receipt.artifacts[0]._replace(path="v.tar", part="vocals")
    receipt = receipt._replace(artifacts=(*receipt.artifacts, old))
    found = credit_of_receipt(receipt, shelf.dossiers["notes"], {})
    assert found.parts[-1].parts == ("vocals",)
    (one,) = missing_in(found)
    assert one.message == "the catalog no longer knows whom to credit for vocals"


def test_a_work_without_an_author_is_missed_where_one_is_asked_for() -> None:
    by = (Named("CC-BY-4.0", duties=("attribution",)),)
    work = ItemCredit("1.mp3", "One", None, "CC-BY-4.0", licenses=by)
    assert is_item_missing(work)
    assert not is_item_missing(work._replace(author="Ann"))
    assert not is_item_missing(work._replace(licenses=(Named("CC0-1.0"),)))
