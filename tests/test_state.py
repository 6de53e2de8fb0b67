"""State that is damaged or alien: rebuilt from what proves it, and said to have been.

And state that scales: what happens to one artifact rewrites nothing of the others.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.progress import SilentObserver
from lemm_catalog.store.store import Store
from tests.repairing import flip
from tests.stores import (
    MORE,
    NOTES,
    a_catalog,
    a_file,
    an_archive,
    settings,
    tar,
    tree,
    zipped,
)

FILES = [
    an_archive("a.tar.gz", tar(NOTES)),
    an_archive("b.zip", zipped(MORE)),
    a_file("plain.txt", b"plain"),
]


class Heard(SilentObserver):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def noted(self, message: str) -> None:
        self.notes.append(message)


class Shop:
    def __init__(self, root: Path) -> None:
        self.catalog: Catalog = a_catalog(root / "catalog", FILES)
        a_catalog(root / "catalog", [a_file("o", b"other")], "other")
        self.catalog = Catalog.load(root / "catalog")
        self.settings = settings(root / "cache")
        self.store = Store(root / "cache")
        self.place = root / "cache" / "notes"
        self.heard = Heard()
        assert self.pull("other").exit_code == self.pull().exit_code == 0
        self.whole = tree(self.place)

    def pull(self, name: str = "notes") -> Outcome:
        return self.catalog.pull(name, settings=self.settings, observer=self.heard)

    def verify(self) -> dict[str, tuple[str, ...]]:
        found = self.catalog.verify(
            "notes", settings=self.settings, observer=self.heard
        )
        return found["notes"].damaged

    def repair(self) -> Outcome:
        return self.catalog.repair(["notes"], self.settings, self.heard)

    def said(self) -> str:
        return "\n".join(self.heard.notes)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xff garbage")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_type(path: Path) -> None:
    path.write_text("[1, 2]\n")


def a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "inside").write_text("x")


def of_the_future(path: Path) -> None:
    path.write_text(path.read_text().replace("@1", "@2").replace("{", '{"new": 1,', 1))


def timeless(ledger: str) -> list[list[str]]:
    """Return a ledger without times: a file of two archives has that of the last."""
    lines = (line.split("\t") for line in ledger.splitlines())
    return [[sha256, size, path] for sha256, size, _, path in lines]


def without_its_time(summary: str) -> list[str]:
    """Return a summary by its lines, without the one that says when it was written."""
    lines = summary.splitlines()
    found = [line for line in lines if '"last_updated"' not in line]
    assert len(found) == len(lines) - 1
    return found


def missing(path: Path) -> None:
    path.unlink()


DAMAGE: dict[str, Callable[[Path], None]] = {
    one.__name__: one for one in (truncated, garbage, empty, of_another_type, a_folder)
}


@pytest.mark.parametrize("kind", [*DAMAGE.values(), of_the_future])
def test_a_damaged_receipt_is_restored_by_a_verification(
    shop: Shop, kind: Callable[[Path], None]
) -> None:
    place = shop.store.layout.receipt("notes")
    before = place.read_bytes()
    kind(place)

    assert shop.verify() == {}

    assert f"{place}: could not be read; it was restored from its copy" in shop.said()
    assert before == place.read_bytes()


def test_a_receipt_of_another_dataset_is_restored_too(shop: Shop) -> None:
    place = shop.store.layout.receipt("notes")
    shutil.copy(shop.store.layout.receipt("other"), place)

    assert shop.pull().datasets[0].result == "present"

    assert "it was restored from its copy" in shop.said()
    assert json.loads(place.read_text())["id"] == "notes"


@pytest.mark.parametrize("kind", [*DAMAGE.values(), of_the_future])
def test_a_damaged_verification_is_forgotten_in_words_and_made_anew(
    shop: Shop, kind: Callable[[Path], None]
) -> None:
    flip(shop.place / "a.txt")
    shop.verify()
    place = shop.store.layout.verification("notes")
    kind(place)

    assert shop.verify() == {"a.tar.gz": ("a.txt",)}

    assert f"{place}: could not be read; what was found before is forgotten" in (
        shop.said()
    )
    assert shop.store.verification("notes").damaged == {"a.tar.gz": ("a.txt",)}


@pytest.mark.parametrize("kind", [*DAMAGE.values(), missing])
@pytest.mark.parametrize("name", ["a.tar.gz", "b.zip", "plain.txt"])
def test_a_lost_ledger_is_found_and_written_anew_from_what_proves_it(
    shop: Shop, kind: Callable[[Path], None], name: str
) -> None:
    place = shop.store.layout.ledger("notes", name)
    before = place.read_text()
    kind(place)
    assert shop.verify() == {name: (f"{name} (its ledger is lost)",)}
    inodes = {p: p.stat().st_ino for p in shop.place.rglob("*") if p.is_file()}

    outcome = shop.repair()

    assert outcome.exit_code == 0
    assert shop.verify() == {}
    assert shop.whole == tree(shop.place)
    if name != "b.zip":  # a zip is read from its end, so it is fetched as a whole
        assert f"the ledger of {name} was lost; it was written anew" in shop.said()
        assert timeless(before) == timeless(place.read_text())
        assert inodes == {p: p.stat().st_ino for p in inodes}
    if name == "plain.txt":
        assert outcome.datasets[0].bytes_fetched == 0


def test_a_lost_ledger_does_not_make_what_is_damaged_right(shop: Shop) -> None:
    for name in ("a.tar.gz", "plain.txt"):
        shop.store.layout.ledger("notes", name).unlink()
    flip(shop.place / "a.txt")
    flip(shop.place / "plain.txt")
    shop.verify()

    assert shop.repair().exit_code == 0

    assert shop.whole == tree(shop.place)
    assert shop.verify() == {}


def test_a_ledger_is_not_rebuilt_from_other_bytes(shop: Shop, tmp_path: Path) -> None:
    place = shop.store.layout.ledger("notes", "a.tar.gz")
    place.unlink()
    shop.verify()
    source = tmp_path / "catalog/datasets/bytes" / FILES[0]["checksums"]["sha256"]
    data = bytearray(source.read_bytes())
    data[4] ^= 1  # the time in the header of gzip, of which nothing else tells
    source.write_bytes(data)

    assert shop.repair().exit_code == 3

    assert not place.exists()
    assert [p.name for p in place.parent.glob(".new*")] == []


@pytest.mark.parametrize("kind", [truncated, garbage, empty, of_another_type, missing])
def test_a_damaged_summary_is_written_anew(
    shop: Shop, kind: Callable[[Path], None]
) -> None:
    place = shop.store.layout.summary
    before = without_its_time(place.read_text())
    kind(place)

    shop.verify()

    assert before == without_its_time(place.read_text())
    assert "it was written anew from the receipts" in shop.said()


def test_a_folder_in_the_place_of_the_summary_is_left_and_told_of(shop: Shop) -> None:
    a_folder(shop.store.layout.summary)
    assert shop.verify() == {}
    assert "a folder stands where a file is needed" in shop.said()
    assert (shop.store.layout.summary / "inside").exists()


def test_a_summary_that_is_right_is_not_touched(shop: Shop) -> None:
    before = shop.store.layout.summary.stat()
    shop.verify()
    assert before == shop.store.layout.summary.stat()
    assert shop.heard.notes == []


@pytest.mark.parametrize("kind", [truncated, garbage, empty, of_another_type])
def test_a_damaged_journal_costs_the_bytes_and_nothing_else(
    shop: Shop, kind: Callable[[Path], None]
) -> None:
    shutil.rmtree(shop.place)
    staged = shop.store.layout.staged("notes", "a.tar.gz")
    staged.mkdir(parents=True)
    (staged / "data").write_bytes(b"half of it")
    (staged / "journal").write_bytes(b"{}")
    kind(staged / "journal")

    assert shop.pull().exit_code == 0
    assert shop.whole == tree(shop.place)


def test_what_happens_to_one_artifact_rewrites_nothing_of_the_others(
    shop: Shop,
) -> None:
    folder = shop.store.layout.ledgers("notes")

    def seen() -> dict[str, tuple[int, int]]:
        found = {p.name: p.stat() for p in folder.glob("*.tsv")}
        return {name: (one.st_ino, one.st_ctime_ns) for name, one in found.items()}

    before = seen()
    shop.verify()
    assert before == seen()
    flip(shop.place / "a.txt")
    shop.verify()
    shop.repair()
    assert shop.verify() == {}
    assert before == seen()
    shop.store.doubt("notes", ["b.zip"])
    assert shop.pull().exit_code == 0
    changed = {name for name, one in seen().items() if one != before[name]}
    assert changed == {shop.store.layout.ledger("notes", "b.zip").name}
