"""Ledgers, receipts, contents and layout: what a store knows, and what if it cannot."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lemm_catalog.errors import LocalError
from lemm_catalog.store.contents import Contents
from lemm_catalog.store.layout import Layout, key_of
from lemm_catalog.store.ledger import LedgerWriter, Line, first_of, read_ledger
from lemm_catalog.store.receipts import NOTHING_FOUND, Unreadable, Verification
from lemm_catalog.store.store import Store
from tests.stores import a_catalog, a_file, an_archive, settings, tar

DIGEST = "0" * 64


def test_a_ledger_gives_back_what_was_written(tmp_path: Path) -> None:
    names = ["plain", "tab\tin it", "a\u2028separator", "a\x85b", "ünïcödé/🎹"]
    with LedgerWriter(tmp_path / "folder" / "ledger") as ledger:
        for name in names:
            ledger.add(DIGEST, 1, 2, name)
    with LedgerWriter(tmp_path / "folder" / "ledger", "a") as ledger:
        ledger.add(DIGEST, 1, 2, "last")

    lines = read_ledger(tmp_path / "folder" / "ledger")

    assert lines is not None
    assert list(lines) == [Line(DIGEST, 1, 2, name) for name in (*names, "last")]
    assert first_of(tmp_path / "folder" / "ledger") == "plain"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense\n",
        f"{DIGEST}\t1\t2\n",
        f"{DIGEST}\tone\t2\tname\n",
        f"{DIGEST}\t1\t2\t../up\n",
        f"{DIGEST}\t1\t2\t/etc/passwd\n",
        f"{DIGEST}\t1\t2\ta//b\n",
        f"{DIGEST}\t1\t2\t\n",
        f"{DIGEST}\t1\t2\tcut o",
        f"{DIGEST[1:]}\t1\t2\tname\n",
        "\n",
    ],
)
def test_a_damaged_ledger_is_no_ledger(tmp_path: Path, text: str) -> None:
    (tmp_path / "ledger").write_text(text, newline="\n")
    assert read_ledger(tmp_path / "ledger") is None


def test_a_ledger_that_is_missing_or_no_text_is_none(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "missing") is None
    (tmp_path / "ledger").write_bytes(b"\xff\xfe\n")
    assert read_ledger(tmp_path / "ledger") is None
    assert first_of(tmp_path / "ledger") is None


def test_keys_are_short_unique_and_fit_on_a_disk(tmp_path: Path) -> None:
    paths = ["a/x.wav", "b/x.wav", "x.wav", "X.wav", "🎹" * 60, "é" * 120, "音" * 80]
    paths += ["e\u0301", "\u00e9", "n" * 255, "data/"]
    keys = [key_of(path) for path in paths]
    assert len(set(keys)) == len(paths)
    for key in keys:
        (tmp_path / f"{key}.tsv").touch()
        assert len(f"{key}.tsv".encode()) < 143  # what an encrypted home allows


def test_a_receipt_of_another_dataset_makes_no_sense(tmp_path: Path) -> None:
    catalog = a_catalog(tmp_path / "catalog", [a_file("a", b"a")])
    catalog.pull("notes", settings=settings(tmp_path / "cache"))
    store = Store(tmp_path / "cache")
    layout = store.layout
    layout.receipt("other").write_bytes(layout.receipt("notes").read_bytes())

    found = store.unreadable("other")

    assert found == Unreadable(layout.receipt("other"), "it is one of notes")
    assert [receipt.id for receipt in store.receipts()] == ["notes"]


def test_findings_are_told_in_words() -> None:
    found = Verification(
        verified="2026-01-01T00:00:00Z",
        quick=False,
        damaged={"a": ("x",), "b": ("y", "z", "w"), "c": ()},
    )
    assert dict(found.reasons()) == {
        "a": "x is damaged",
        "b": "y and 2 more is damaged",
        "c": "it is to be fetched anew",
    }
    assert set(found.without(["a", "c"]).damaged) == {"b"}
    assert not list(NOTHING_FOUND.reasons())


def test_room_is_that_of_the_disk_the_store_will_be_on(tmp_path: Path) -> None:
    here = Contents(tmp_path).free_bytes()
    deep = Contents(tmp_path / "not" / "there" / "yet").free_bytes()
    assert abs(here - deep) < 10**9
    assert not (tmp_path / "not").exists()


def test_what_is_used_is_what_is_published_and_what_is_staged(tmp_path: Path) -> None:
    files = [an_archive("a.tar.gz", tar({"t/a": b"a" * 5000})), a_file("b", b"b" * 7)]
    catalog = a_catalog(tmp_path / "catalog", files)
    catalog.pull("notes", settings=settings(tmp_path / "cache"))
    store = Store(tmp_path / "cache")
    assert store.used_bytes() == 5007

    staged = store.layout.staged("other", "c")
    staged.mkdir(parents=True)
    (staged / "data").write_bytes(b"c" * 100)
    with (staged / "holes").open("wb") as file:
        file.truncate(10**9)
    assert store.used_bytes() == 5107


def test_a_cache_folder_behind_a_link_works(tmp_path: Path) -> None:
    catalog = a_catalog(tmp_path / "catalog", [a_file("a", b"a")])
    (tmp_path / "real").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "real")
    for _ in range(2):
        outcome = catalog.pull("notes", settings=settings(tmp_path / "cache"))
        assert outcome.exit_code == 0
    assert (tmp_path / "real" / "notes" / "a").read_bytes() == b"a"


@pytest.mark.parametrize("place", ["cache", "cache/inside"])
def test_a_cache_folder_that_is_a_file_is_told_in_words(
    tmp_path: Path, place: str
) -> None:
    catalog = a_catalog(tmp_path / "catalog", [a_file("a", b"a")])
    (tmp_path / "cache").write_text("a file")
    assert catalog.status(settings=settings(tmp_path / place))[0].state == "missing"

    outcome = catalog.pull("notes", settings=settings(tmp_path / place))

    assert outcome.exit_code == 4
    assert "a file stands where a folder is needed" in outcome.datasets[0].message


_AS_NOBODY = """
import os, sys
from pathlib import Path
from lemm_catalog.api.catalog import Catalog
from lemm_catalog.settings import Settings
catalog = Catalog.load(sys.argv[1])
settings = Settings(cache_dir=Path(sys.argv[2]))
# Once as root, so that all is imported: nobody may not even look at the interpreter.
catalog.pull("notes", settings=Settings(cache_dir=Path(sys.argv[3])))
os.setuid(65534)
outcome = catalog.pull("notes", settings=settings)
print(outcome.exit_code, outcome.datasets[0].message)
"""


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root becomes nobody"
)
@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_cache_folder_of_somebody_else_is_told_in_words(mode: int) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        a_catalog(root / "catalog", [a_file("a", b"a")])
        (root / "cache").mkdir()
        (root / "cache").chmod(mode)
        command = [sys.executable, "-c", _AS_NOBODY]
        command += [str(root / "catalog"), str(root / "cache"), str(root / "other")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = (done.stdout or done.stderr).strip().splitlines()[-1]
    assert "permission is denied" in last, done.stderr
    # What cannot even be looked at fails before there is anything to do.
    expected = "4 " if mode else "lemm_catalog.errors.LocalError: "
    assert last.startswith(expected)


def test_what_cannot_be_looked_at_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "denied", str(tmp_path))

    contents = Contents(tmp_path)
    (tmp_path / "notes").mkdir()
    monkeypatch.setattr(os, "lstat", refuse)
    with pytest.raises(LocalError, match="permission is denied"):
        contents.holding("notes", [("a", 1)])


def test_a_file_put_by_hand_is_never_lost_while_it_is_taken_in(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    lying = layout.dataset("notes") / "a"
    lying.parent.mkdir(parents=True)
    lying.write_bytes(b"the only copy")

    Store(tmp_path).adopt("notes", "a", 13)

    staged = Contents(tmp_path).holding("notes", [("a", 13)]).staged["a"]
    assert staged.done == 13
    assert (layout.staged("notes", "a") / "data").read_bytes() == b"the only copy"
