"""What was published: found damaged, mended, fetched anew, taken away, tidied up."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.errors import LocalError, UsageError
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.progress import SilentObserver
from lemm_catalog.store.receipts import Verification
from lemm_catalog.store.store import Store
from tests.stores import (
    MORE,
    NEWER,
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
    an_archive("a.tar.gz", tar(NOTES), part="early"),
    an_archive("b.tar.gz", tar(MORE, mtime=1_500_000_000), part="late"),
    a_file("plain.txt", b"plain", part="late"),
]


class Heard(SilentObserver):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def noted(self, message: str) -> None:
        self.notes.append(message)


class Shop:
    """A catalog of one dataset, pulled into a store."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog = a_catalog(root / "catalog", FILES)
        self.settings = settings(root / "cache")
        self.store = Store(root / "cache")
        self.place = root / "cache" / "notes"
        assert self.pull().exit_code == 0
        self.whole = tree(self.place)

    def pull(self, *words: str) -> Outcome:
        return self.catalog.pull(*words or ("notes",), settings=self.settings)

    def verify(self, *words: str, quick: bool = False) -> Verification:
        return self.catalog.verify(
            *words or ("notes",), settings=self.settings, quick=quick
        )["notes"]

    def state(self, catalog: Catalog | None = None) -> tuple[str, str]:
        (found,) = (catalog or self.catalog).status("notes", settings=self.settings)
        return found.state, found.reason

    def repair(self) -> Outcome:
        return self.catalog.repair(["notes"], self.settings)

    def lose_sources(self) -> None:
        shutil.rmtree(self.root / "catalog" / "datasets" / "bytes")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def flip(path: Path) -> None:
    """Flip a bit under an unchanged size and time."""
    info = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def truncate(path: Path) -> None:
    os.truncate(path, 1)


def replace_by_link(path: Path) -> None:
    path.rename(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere").name)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "a flipped bit": flip,
    "truncated": truncate,
    "missing": Path.unlink,
    "replaced by a link": replace_by_link,
}


def test_what_is_whole_is_found_whole_by_content_and_at_a_glance(shop: Shop) -> None:
    assert shop.verify().damaged == {}
    # `same` was brought by two archives with two times; neither is held against it.
    assert shop.verify(quick=True).damaged == {}
    assert shop.state()[0] == "present"


def test_a_flipped_bit_under_an_unchanged_time_takes_a_full_look(shop: Shop) -> None:
    flip(shop.place / "a.txt")

    assert shop.verify(quick=True).damaged == {}
    assert shop.verify().damaged == {"a.tar.gz": ("a.txt",)}
    assert shop.state() == ("damaged", "a.txt is damaged")


def test_a_quick_look_does_not_absolve_what_was_read_as_damaged(shop: Shop) -> None:
    flip(shop.place / "a.txt")
    shop.verify()

    assert shop.verify(quick=True).damaged == {"a.tar.gz": ("a.txt",)}
    assert shop.state()[0] == "damaged"


@pytest.mark.parametrize("name", ["a.txt", "plain.txt", "same"])
@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_found_and_repair_fetches_that_artifact_only(
    shop: Shop, kind: str, name: str
) -> None:
    DAMAGE[kind](shop.place / name)
    damaged = shop.verify().damaged
    assert [name] == [file for files in damaged.values() for file in files]
    sizes = {str(file["path"]): int(file["size"]) for file in FILES}

    outcome = shop.repair()

    assert outcome.exit_code == 0
    assert sizes[next(iter(damaged))] == outcome.datasets[0].bytes_fetched
    assert shop.verify().damaged == {}
    found = tree(shop.place)
    found.pop(str(Path(name).with_suffix(".elsewhere")), None)
    assert shop.whole == found
    assert shop.state()[0] == "present"


@pytest.mark.parametrize(
    "content", [None, "", "nonsense\n", "a\tb\tc\td\n", "half a l"]
)
def test_a_lost_or_damaged_ledger_is_found_and_mended(
    shop: Shop, content: str | None
) -> None:
    ledger = shop.store.layout.ledger("notes", "a.tar.gz")
    ledger.unlink() if content is None else ledger.write_text(content)

    assert shop.verify().damaged == {"a.tar.gz": ("a.tar.gz (its ledger is lost)",)}
    assert shop.repair().exit_code == 0
    assert shop.verify().damaged == {}
    assert shop.whole == tree(shop.place)


def test_verifying_a_part_looks_at_it_only_and_forgets_nothing_else(shop: Shop) -> None:
    flip(shop.place / "a.txt")
    flip(shop.place / "plain.txt")
    shop.verify("notes/early")
    assert shop.state() == ("damaged", "a.txt is damaged")

    assert shop.verify("notes/late").damaged == {"plain.txt": ("plain.txt",)}

    known = shop.store.verification("notes").damaged
    assert known == {"a.tar.gz": ("a.txt",), "plain.txt": ("plain.txt",)}


def test_mending_one_part_does_not_absolve_the_other(shop: Shop) -> None:
    flip(shop.place / "a.txt")
    flip(shop.place / "plain.txt")
    shop.verify()

    shop.pull("notes/early")

    assert shop.store.verification("notes").damaged == {"plain.txt": ("plain.txt",)}
    assert shop.state() == ("damaged", "plain.txt is damaged")


def test_what_a_store_does_not_let_be_noted_is_found_all_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(shop.place / "a.txt")

    def refused(*_: object) -> None:
        raise LocalError("the file system is read-only")

    monkeypatch.setattr(Store, "lock", refused)
    heard = Heard()
    found = shop.catalog.verify("notes", settings=shop.settings, observer=heard)

    assert found["notes"].damaged == {"a.tar.gz": ("a.txt",)}
    assert (heard.notes) == [
        "notes: what was found cannot be noted: the file system is read-only"
    ]


def test_a_pull_meanwhile_makes_nothing_look_damaged(shop: Shop) -> None:
    found: dict[str, Verification] = {}
    waits = threading.Event()
    heard = Heard()
    heard.noted = lambda message: waits.set()  # type: ignore[method-assign]

    def look() -> None:
        found.update(shop.catalog.verify(settings=shop.settings, observer=heard))

    with shop.store.lock("notes", lambda: None):
        # As if a pull had just begun to replace files that the old ledger lists.
        truncate(shop.place / "a.txt")
        thread = threading.Thread(target=look)
        thread.start()
        assert waits.wait(30)
        (shop.place / "a.txt").write_bytes(b"a" * 3000)
        os.utime(shop.place / "a.txt", (1_600_000_000, 1_600_000_000))
    thread.join(30)

    assert found["notes"].damaged == {}
    assert shop.store.verification("notes").damaged == {}


def test_a_folder_deleted_by_hand_is_noticed_and_fetched_again(shop: Shop) -> None:
    shutil.rmtree(shop.place)
    assert shop.state() == ("damaged", "it is no longer where it was published")

    assert shop.pull().exit_code == 0
    assert shop.whole == tree(shop.place)


def test_one_part_fetched_again_does_not_stand_for_the_other(shop: Shop) -> None:
    shutil.rmtree(shop.place)
    shop.pull("notes/early")

    assert shop.state()[0] == "damaged"
    assert shop.pull().exit_code == 0
    assert shop.whole == tree(shop.place)


def test_a_folder_moved_away_is_fetched_again_and_left_alone(shop: Shop) -> None:
    shop.place.rename(shop.root / "cache" / "my-notes")

    assert shop.pull().exit_code == 0
    assert shop.whole == tree(shop.place) == tree(shop.root / "cache" / "my-notes")


def test_an_update_takes_old_members_and_the_folders_they_leave_empty(
    shop: Shop,
) -> None:
    (shop.place / "mine.txt").write_text("not of the dataset")
    moved = {"top/plain.txt/in": b"a file where a file was", "top/deep": b"a file now"}
    files = [an_archive("a2.tar.gz", tar(NEWER)), an_archive("x.zip", zipped(moved))]
    newer = a_catalog(shop.root / "newer", files)
    assert shop.state(newer)[0] == "missing"

    assert newer.pull("notes", settings=shop.settings).exit_code == 0

    expected = {
        "a.txt": b"A" * 3500,
        "deep": b"a file now",
        "mine.txt": b"not of the dataset",
        "new": None,
        "new/e.txt": b"e",
        "plain.txt": None,
        "plain.txt/in": b"a file where a file was",
        "same": b"same",
    }
    assert expected == tree(shop.place)
    assert newer.verify("notes", settings=shop.settings)["notes"].damaged == {}
    assert shop.state(newer)[0] == "present"


def test_a_changed_digest_is_outdated(shop: Shop) -> None:
    newer = a_catalog(shop.root / "newer", [an_archive("a.tar.gz", tar(NEWER))])
    assert shop.state(newer)[0] == "outdated"


def test_archives_that_contradict_each_other_leave_what_is_here(shop: Shop) -> None:
    other = tar({"top/a.txt": b"other bytes"})
    both = a_catalog(shop.root / "both", [*FILES, an_archive("c.tar.gz", other)])

    outcome = both.pull("notes", settings=shop.settings)

    assert outcome.exit_code == 3
    message = "c.tar.gz and a.tar.gz bring a.txt with different bytes"
    assert outcome.datasets[0].message.startswith(message)
    assert shop.whole == tree(shop.place)
    assert not shop.store.layout.pending_receipt("notes").exists()
    assert shop.state()[0] == "present"


@pytest.mark.parametrize("name", ["a.txt", "deep", "c.txt/inside", "plain.txt"])
def test_files_of_strangers_are_in_the_way_before_anything_is_decided(
    tmp_path: Path, name: str
) -> None:
    catalog = a_catalog(tmp_path / "catalog", FILES)
    foreign = tmp_path / "cache" / "notes" / name
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"a stranger's")
    before = tree(tmp_path / "cache" / "notes")

    outcome = catalog.pull("notes", settings=settings(tmp_path / "cache"))

    assert outcome.exit_code == 4
    assert re.search("in (the|each other's) way", outcome.datasets[0].message)
    assert before == tree(tmp_path / "cache" / "notes")
    assert not Store(tmp_path / "cache").layout.pending_receipt("notes").exists()
    shutil.rmtree(tmp_path / "cache" / "notes")
    assert catalog.pull("notes", settings=settings(tmp_path / "cache")).exit_code == 0


def test_a_refresh_fetches_anew_and_keeps_the_old_if_the_source_fails(
    shop: Shop,
) -> None:
    assert shop.catalog.refresh("notes", settings=shop.settings).exit_code == 0
    shop.lose_sources()

    outcome = shop.catalog.refresh("notes", settings=shop.settings)

    assert outcome.exit_code == 3
    assert shop.whole == tree(shop.place)
    assert shop.state() == ("present", "all of it was verified and published")
    assert shop.pull().datasets[0].result == "present"


def test_a_failed_refresh_does_not_absolve_what_is_damaged(shop: Shop) -> None:
    flip(shop.place / "a.txt")
    shop.verify()
    shop.lose_sources()

    shop.catalog.refresh("notes", settings=shop.settings)

    assert shop.state() == ("damaged", "a.txt is damaged")


def test_a_receipt_that_cannot_be_read_is_restored_from_its_copy(shop: Shop) -> None:
    receipt = shop.store.layout.receipt("notes")
    before = receipt.read_text()
    receipt.write_bytes(b'{"schema": "lemm-\xff')
    state, reason = shop.state()
    assert state == "present"
    assert reason.startswith("its receipt cannot be read, its copy is used")

    heard = Heard()
    outcome = shop.catalog.pull("notes", settings=shop.settings, observer=heard)

    assert outcome.datasets[0].result == "present"
    assert [f"{receipt}: could not be read; it was restored from its copy"] == (
        heard.notes
    )
    assert before == receipt.read_text()


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\x00", b"[1]"])
def test_without_a_copy_the_dataset_is_looked_at_anew(
    shop: Shop, content: bytes
) -> None:
    shop.store.layout.receipt("notes").write_bytes(content)
    shop.store.layout.receipt_copy("notes").unlink()
    assert shop.state()[0] == "damaged"

    heard = Heard()
    outcome = shop.catalog.pull("notes", settings=shop.settings, observer=heard)

    assert outcome.exit_code == 0
    assert "looked at anew" in heard.notes[0]
    assert shop.whole == tree(shop.place)
    assert shop.state()[0] == "present"


def test_garbage_in_any_state_file_ends_in_no_traceback(shop: Shop) -> None:
    files = [p for p in (shop.root / "cache" / ".lemm").rglob("*") if p.is_file()]
    for path in files:
        before = path.read_bytes()
        path.write_bytes(b"\x00\xff garbage")
        shop.state()
        shop.catalog.plan("notes", settings=shop.settings)
        shop.verify()
        path.write_bytes(before)
        shop.repair()
    assert shop.verify().damaged == {}


def test_removing_takes_the_dataset_and_leaves_files_of_strangers(shop: Shop) -> None:
    (shop.place / "deep" / "mine.txt").write_text("not of the dataset")

    freed = shop.catalog.remove("notes", settings=shop.settings)

    assert freed["notes"] > 5000
    assert tree(shop.place) == {"deep": None, "deep/mine.txt": b"not of the dataset"}
    assert shop.state()[0] == "missing"
    assert shop.catalog.remove("notes", settings=shop.settings) == {"notes": 0}
    assert tree(shop.place) == {"deep": None, "deep/mine.txt": b"not of the dataset"}


def test_a_folder_without_a_receipt_is_no_dataset_and_is_not_removed(
    tmp_path: Path,
) -> None:
    catalog = a_catalog(tmp_path / "catalog", FILES)
    (tmp_path / "cache" / "notes").mkdir(parents=True)
    (tmp_path / "cache" / "notes" / "a.txt").write_text("mine")

    assert catalog.remove("notes", settings=settings(tmp_path / "cache")) == {
        "notes": 0
    }
    assert tree(tmp_path / "cache" / "notes") == {"a.txt": b"mine"}


def test_a_dataset_behind_a_link_is_not_removed_and_says_so(shop: Shop) -> None:
    elsewhere = shop.root / "bigger-disk"
    shop.place.rename(elsewhere)
    shop.place.symlink_to(elsewhere)
    assert shop.verify().damaged == {}

    with pytest.raises(LocalError, match="is a link, and what it leads to"):
        shop.catalog.remove("notes", settings=shop.settings)

    assert shop.whole == tree(elsewhere)
    assert shop.state()[0] == "present"
    shop.place.unlink()
    shop.catalog.remove("notes", settings=shop.settings)
    assert shop.whole == tree(elsewhere)
    assert shop.state()[0] == "missing"


def test_a_link_inside_a_dataset_leads_no_deletion_out_of_it(shop: Shop) -> None:
    outside = shop.root / "outside"
    (shop.place / "deep").rename(outside)
    (shop.place / "deep").symlink_to(outside)

    shop.catalog.remove("notes", settings=shop.settings)

    assert tree(outside) == {"b.txt": b"b" * 500, "d.txt": b"d"}


def test_a_dataset_on_a_disk_of_its_own_is_emptied_in_place(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(source: Path, target: Path) -> None:
        raise LocalError(f"{target}: it is on another file system")

    monkeypatch.setattr("lemm_catalog.store.removal.move", refused)
    shop.catalog.remove("notes", settings=shop.settings)

    assert not shop.place.exists()
    assert shop.state()[0] == "missing"


def test_what_is_only_staged_or_left_the_catalog_can_be_removed(shop: Shop) -> None:
    interrupted(shop, "notes")
    other = a_catalog(shop.root / "other", FILES, name="others")

    assert other.remove("notes", settings=shop.settings)["notes"] > 0

    assert not shop.place.exists()
    assert frozenset() == shop.store.known_datasets()
    with pytest.raises(UsageError):
        other.remove("notes", settings=shop.settings)


def test_an_excluded_dataset_can_be_removed(shop: Shop) -> None:
    status = {"state": "excluded", "since": "2026-01-01", "reason": "Too large."}
    excluded = a_catalog(shop.root / "excluded", FILES, status=status)

    assert excluded.remove("notes", settings=shop.settings)["notes"] > 0
    assert not shop.place.exists()


def interrupted(shop: Shop, name: str) -> Path:
    """Leave a partial download of the first artifact."""
    staged = shop.store.layout.staged(name, "a.tar.gz")
    staged.mkdir(parents=True)
    (staged / "data").write_bytes(b"half of it")
    return staged


def test_gc_drops_what_is_staged_of_what_is_here_or_left_the_catalog(
    shop: Shop,
) -> None:
    interrupted(shop, "notes")
    interrupted(shop, "long-gone")

    assert shop.catalog.gc(shop.settings) == {"notes": 10, "long-gone": 10}
    assert shop.store.staged_datasets() == ()
    assert shop.catalog.gc(shop.settings) == {}
    assert shop.state()[0] == "present"


def test_gc_keeps_a_download_that_can_go_on(tmp_path: Path) -> None:
    catalog = a_catalog(tmp_path / "catalog", FILES)
    cache = settings(tmp_path / "cache")
    source = tmp_path / "catalog" / "datasets" / "bytes"
    broken = source / FILES[2]["checksums"]["sha256"]
    data = broken.read_bytes()
    broken.unlink()
    assert catalog.pull("notes", settings=cache).exit_code == 3

    catalog.gc(cache)

    broken.write_bytes(data)
    outcome = catalog.pull("notes", settings=cache)
    assert len(data) == outcome.datasets[0].bytes_fetched


def test_a_partial_download_of_another_part_outlives_a_publishing(
    tmp_path: Path,
) -> None:
    catalog = a_catalog(tmp_path / "catalog", FILES)
    cache = settings(tmp_path / "cache")
    broken = tmp_path / "catalog/datasets/bytes" / FILES[2]["checksums"]["sha256"]
    data = broken.read_bytes()
    broken.unlink()
    assert catalog.pull("notes/late", settings=cache).exit_code == 3

    assert catalog.pull("notes/early", settings=cache).exit_code == 0

    broken.write_bytes(data)
    outcome = catalog.pull("notes/late", settings=cache)
    assert len(data) == outcome.datasets[0].bytes_fetched


def test_gc_leaves_alone_what_another_process_works_on(shop: Shop) -> None:
    staged = interrupted(shop, "notes")
    with shop.store.lock("notes", lambda: None):
        assert shop.catalog.gc(shop.settings) == {}
    assert staged.exists()


def test_gc_drops_forgotten_temporary_files_and_orphan_ledgers(shop: Shop) -> None:
    private = shop.root / "cache" / ".lemm"
    old, new = private / "verified" / ".new-1", shop.root / "cache" / ".new-2"
    for path in (old, new):
        path.parent.mkdir(exist_ok=True)
        path.write_text("cut off")
    os.utime(old, (0, 0))
    orphan = shop.store.layout.ledger("notes", "gone.tar.gz")
    orphan.write_text("x" * 7)
    stranger = shop.store.layout.ledger("long-gone", "a.tar.gz")
    stranger.parent.mkdir()
    stranger.write_text("x" * 9)

    freed = shop.catalog.gc(shop.settings)

    assert freed == {"long-gone": 9, "notes": 7, "temporary files": 7}
    assert not old.exists()
    assert new.exists()  # somebody may be writing it right now
    assert not orphan.exists()
    assert not stranger.parent.exists()
    assert shop.verify().damaged == {}


def test_eight_processes_pull_one_catalog_at_once(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    a_catalog(catalog, FILES)
    other = [an_archive("o.zip", zipped({"top/o": b"o"}))]
    loaded = a_catalog(catalog, other, name="others")
    command = [sys.executable, "-m", "lemm_catalog", "pull", "notes", "others"]
    command += ["--catalog", str(catalog), "--cache-dir", str(tmp_path / "cache")]
    crew = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(8)
    ]
    ends = [
        (process.communicate(timeout=110)[1], process.returncode) for process in crew
    ]

    assert [code for _, code in ends] == [0] * 8, ends
    store = Store(tmp_path / "cache")
    assert [receipt.id for receipt in store.receipts()] == ["notes", "others"]
    assert store.staged_datasets() == ()
    summary = (tmp_path / "cache" / "dataset_status.json").read_text()
    assert '"notes"' in summary
    assert '"others"' in summary
    for name in ("notes", "others"):
        with store.lock(name, lambda: pytest.fail("a lock outlived its process")):
            pass
    found = loaded.verify(settings=settings(tmp_path / "cache"))
    assert [finding.damaged for finding in found.values()] == [{}, {}]
