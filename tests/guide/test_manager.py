"""The guide's class: what it answers, and what changing its status does."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lemm_catalog import Catalog, DatasetManager
from lemm_catalog.errors import CatalogError, LocalError, UsageError
from lemm_catalog.settings import Settings
from lemm_catalog.store.contents import Contents
from tests.cli.running import process_env, snapshot
from tests.guide.managers import Notes, a_manager, a_shelf
from tests.replicas import Replica, write_catalog
from tests.servers.http import HttpServer
from tests.stores import a_catalog, a_file, settings, tree


def bytes_of(folder: Path) -> dict[str, bytes | None]:
    return tree(folder) if folder.is_dir() else {}


def test_importing_says_nothing_and_opening_writes_nothing(tmp_path: Path) -> None:
    code = "from lemm_catalog import Catalog, DatasetManager; DatasetManager('d')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=process_env(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_is_downloaded_once(
    server: HttpServer, replicas: dict[str, Replica]
) -> None:
    manager = DatasetManager(cache_dir="datasets")
    assert manager.download_dataset("fma_small")
    assert replicas["fma-small"].size == server.sent()
    server.forget()
    assert manager.download_dataset("fma-small")
    assert DatasetManager(cache_dir="datasets").download_dataset("FMA_Small")
    assert server.requests == []


def test_a_second_download_leaves_no_trace(server: HttpServer) -> None:
    manager = DatasetManager()
    assert manager.download_phase("minimal") == (4, 0)
    before = snapshot(Path("datasets"))
    server.forget()
    assert manager.download_phase("minimal") == (4, 0)
    assert DatasetManager().download_dataset("nsynth")
    assert DatasetManager().get_status_summary()["downloaded"] == 4
    assert before == snapshot(Path("datasets"))
    assert server.requests == []


def test_the_configuration_bounds_orders_and_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEMM_CATALOG", str(a_shelf(tmp_path / "c", "a-b", "c-d")))
    config = tmp_path / "config" / "config.yaml"
    config.parent.mkdir()
    text = "{cache_dir: here, phase: minimal, priorities: {c_d: 5, a_b: 1}%s}"
    config.write_text(f"datasets: {text % ', max_storage_gb: 0.000005'}")
    manager = DatasetManager()
    assert manager.get_status_summary()["max_storage_bytes"] == 5000
    assert manager.download_phase() == (0, 2)
    assert not (tmp_path / "here").exists()
    config.write_text(f"datasets: {text % ''}")
    manager = DatasetManager()
    listed = manager.list_available_datasets()
    assert [(one["id"], one["priority"]) for one in listed] == [("c-d", 5), ("a-b", 1)]
    assert [one.id for one in manager.bring("minimal").datasets] == ["c-d", "a-b"]
    assert (tmp_path / "here" / "c-d").is_dir()


def test_the_summary_counts_what_is_there(server: HttpServer) -> None:
    manager = DatasetManager()
    assert manager.download_phase("minimal") == (4, 0)
    here = ["nsynth", "ljspeech", "urmp", "fma-small"]
    summary = manager.get_status_summary()
    lying = [tree(Path("datasets") / name).values() for name in here]
    size = sum(len(data) for files in lying for data in files if data)
    assert summary["downloaded"] == 4
    assert summary["total_available"] == 8
    assert summary["failed"] == 0
    assert summary["downloaded_bytes"] == size
    assert summary["downloaded_size_gb"] == round(size / 1e9, 6) > 0
    assert summary["datasets"].keys() == set(here)


def test_the_list_is_by_priority_and_knows_every_state(
    server: HttpServer, replicas: dict[str, Replica]
) -> None:
    manager = DatasetManager()
    assert manager.download_dataset("urmp")
    listed = manager.list_available_datasets()
    assert {one["id"] for one in listed} == set(replicas)
    assert [one["priority"] for one in listed] == sorted(
        (one["priority"] for one in listed), reverse=True
    )
    states = {one["key"]: one["status"] for one in listed}
    assert states.pop("urmp") == "downloaded"
    assert set(states.values()) == {"not_downloaded"}
    names = {one["key"]: one["name"] for one in listed}
    assert names["lakh_midi"] == "Lakh MIDI Dataset"


def test_a_deleted_record_is_fetched_anew_and_stays_until_then(
    server: HttpServer, replicas: dict[str, Replica]
) -> None:
    manager = DatasetManager()
    manager.download_dataset("lakh_midi")
    before = bytes_of(Path("datasets/lakh-midi"))
    del manager.status["downloaded"]["lakh_midi"]
    manager._save_status()
    assert before == bytes_of(Path("datasets/lakh-midi"))
    assert json.loads(manager.status_file.read_text())["downloaded"] == {}

    other = DatasetManager()
    assert "lakh_midi" not in other.status["downloaded"]
    listed = {one["key"]: one["status"] for one in other.list_available_datasets()}
    assert listed["lakh_midi"] == "not_downloaded"
    server.forget()
    assert other.download_dataset("lakh_midi")
    assert replicas["lakh-midi"].size == server.sent()
    assert before == bytes_of(Path("datasets/lakh-midi"))
    assert "lakh-midi" in other.status["downloaded"]


def test_a_deletion_counts_with_the_next_download_even_if_not_saved(
    server: HttpServer,
) -> None:
    manager = DatasetManager()
    manager.download_dataset("lakh_midi")
    server.forget()
    manager.status["downloaded"].pop("lakh_midi")
    assert manager.download_dataset("lakh_midi")
    assert server.sent() > 0


def test_what_is_to_be_fetched_anew_stays_if_that_fails(
    server: HttpServer, replicas: dict[str, Replica], root: Path, tmp_path: Path
) -> None:
    manager = DatasetManager()
    manager.download_dataset("lakh_midi")
    before = bytes_of(Path("datasets/lakh-midi"))
    del manager.status["downloaded"]["lakh_midi"]
    manager._save_status()
    write_catalog(root, replicas, f"{server.origin}/nowhere", tmp_path / "catalog")
    manager = DatasetManager()
    assert not manager.download_dataset("lakh_midi")
    assert before == bytes_of(Path("datasets/lakh-midi"))
    assert "lakh-midi" in manager.status["failed"]
    saved = json.loads(manager.status_file.read_text())
    assert list(saved["failed"]) == ["lakh-midi"]
    assert manager.get_status_summary()["failed"] == 1


def test_clearing_takes_the_data_off_the_disk_and_nothing_else(tmp_path: Path) -> None:
    a_shelf(tmp_path / "catalog", "one", "two")
    notes = Notes()
    manager = a_manager(tmp_path, notes)
    assert manager.download_phase("minimal") == (2, 0)
    mine = tmp_path / "cache" / "one" / "mine.txt"
    mine.write_text("my own")

    manager.status["downloaded"].clear()
    assert (tmp_path / "cache" / "two" / "two.bin").exists(), "not saved yet"
    manager._save_status()
    assert notes.said == [
        "one: cleared, 3.00 kB (2.93 KiB) freed",
        "two: cleared, 3.00 kB (2.93 KiB) freed",
    ]
    assert mine.read_text() == "my own"
    assert not (tmp_path / "cache" / "one" / "one.bin").exists()
    assert not (tmp_path / "cache" / "two").exists()
    assert manager.get_status_summary()["downloaded_bytes"] == 0
    assert manager.download_phase("minimal") == (2, 0)


def test_a_record_put_back_before_saving_is_as_if_never_cleared(tmp_path: Path) -> None:
    a_shelf(tmp_path / "catalog", "one")
    manager = a_manager(tmp_path)
    manager.download_dataset("one")
    record = manager.status["downloaded"]["one"]
    manager.status["downloaded"].clear()
    manager.status["downloaded"]["one"] = record
    manager._save_status()
    assert (tmp_path / "cache" / "one" / "one.bin").exists()
    assert manager.status["downloaded"].keys() == {"one"}


@pytest.mark.parametrize("how", ["del", "clear", "another dict", "another status"])
def test_what_nobody_could_fetch_anew_stays_and_counts(
    how: str, tmp_path: Path
) -> None:
    by_hand = a_file("form.txt", b"from a form")
    by_hand["source"] = [{"manual": "Ask for form.txt."}]
    a_catalog(tmp_path / "catalog", [by_hand], "by-hand")
    (tmp_path / "cache" / "by-hand").mkdir(parents=True)
    (tmp_path / "cache" / "by-hand" / "form.txt").write_bytes(b"from a form")
    notes = Notes()
    manager = a_manager(tmp_path, notes)
    assert manager.download_dataset("by_hand")
    match how:
        case "del":
            del manager.status["downloaded"]["by_hand"]
        case "clear":
            manager.status["downloaded"].clear()
        case "another dict":
            manager.status["downloaded"] = {}
        case _:
            manager.status = {}
    manager._save_status()
    assert (tmp_path / "cache" / "by-hand" / "form.txt").read_bytes()
    assert "by-hand" in manager.status["downloaded"]
    assert notes.said == [
        "by-hand: stays, since no manifest tells how to fetch all of it anew; "
        "`lemm-catalog remove by-hand` takes it away"
    ]


def test_a_record_made_by_hand_proves_nothing(tmp_path: Path) -> None:
    a_shelf(tmp_path / "catalog", "one")
    notes = Notes()
    manager = a_manager(tmp_path, notes)
    manager.status["downloaded"]["one"] = {"status": "complete"}
    manager._save_status()
    assert notes.said == ["one: no receipt proves it; it does not count"]
    assert manager.status["downloaded"] == {}


def test_part_of_a_dataset_is_no_dataset(tmp_path: Path) -> None:
    files = [a_file("a.txt", b"a", part="a"), a_file("b.txt", b"b", part="b")]
    catalog = a_catalog(tmp_path / "catalog", files, "notes")
    catalog.pull("notes/a", settings=settings(tmp_path / "cache"))
    manager = a_manager(tmp_path)
    assert manager.status["downloaded"] == {}
    assert [one["status"] for one in manager.list_available_datasets()] == ["partial"]
    assert manager.download_dataset("notes")
    assert [one["status"] for one in manager.list_available_datasets()] == [
        "downloaded"
    ]


def test_what_a_policy_took_of_a_dataset_is_all_of_it(server: HttpServer) -> None:
    root = os.environ["LEMM_CATALOG"]
    taken = Settings(cache_dir=Path("datasets"), policy="commercial")
    outcome = Catalog.load(root).pull("fma-small", settings=taken)
    assert outcome.exit_code == 0, outcome
    manager = DatasetManager()
    assert manager.status["downloaded"].keys() == {"fma-small"}
    listed = {one["key"]: one["status"] for one in manager.list_available_datasets()}
    assert listed["fma_small"] == "downloaded"
    assert manager.not_counted() == []


def test_skip_existing_false_fetches_anew(server: HttpServer) -> None:
    manager = DatasetManager()
    assert manager.download_phase("minimal") == (4, 0)
    sent = server.sent()
    assert manager.download_phase("minimal", skip_existing=True) == (4, 0)
    assert server.sent() == sent
    assert manager.download_phase("minimal", skip_existing=False) == (4, 0)
    assert server.sent() == 2 * sent


def test_what_is_unknown_or_excluded_is_told_and_answered_with_false(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    manager = DatasetManager(cache_dir=tmp_path / "cache")
    assert manager.download_dataset("nsinth") is False
    assert manager.download_dataset("maestro") is False
    assert manager.download_phase("minimall") == (0, 0)
    assert manager.download_phase("nsynth") == (0, 0)
    told = [record.getMessage() for record in caplog.records]
    assert told[0].startswith(
        "Failed to download dataset nsinth: there is no dataset 'nsinth' (did you mean"
    )
    assert "maestro is excluded" in told[1]
    assert "there is no phase 'minimall'" in told[2]
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    assert manager.status["failed"].keys() == {"maestro"}
    assert not (tmp_path / "cache").exists()


def test_a_disk_that_cannot_be_asked_is_told_and_no_exception(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Contents) -> int:
        raise LocalError("the disk reports an error")

    manager = DatasetManager(cache_dir=tmp_path / "cache")
    monkeypatch.setattr(Contents, "free_bytes", broken)
    assert manager.download_dataset("sample") is False
    assert manager.download_phase("sample") == (0, 1)
    assert "Failed to download dataset sample: the disk reports an error" in caplog.text


def test_a_wrong_configuration_is_an_error_when_the_manager_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEMM_MAX_STORAGE_GB", "lots")
    with pytest.raises(UsageError, match="must be a number of GB"):
        DatasetManager()
    monkeypatch.delenv("LEMM_MAX_STORAGE_GB")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("datasets: {fase: minimal}")
    with pytest.raises(CatalogError):
        DatasetManager()


def test_settings_of_a_program_are_over_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEMM_MAX_STORAGE_GB", "lots")
    manager = DatasetManager(settings=settings(tmp_path / "a"))
    assert manager.cache_dir == tmp_path / "a"
    both = DatasetManager(tmp_path / "b", settings=settings(tmp_path / "a"))
    assert both.cache_dir == tmp_path / "b"


def test_what_the_command_line_does_is_seen_here(tmp_path: Path) -> None:
    catalog = Catalog.load(a_shelf(tmp_path / "catalog", "one", "two"))
    here = settings(tmp_path / "cache")
    manager = a_manager(tmp_path)
    catalog.pull("one", settings=here)
    assert manager.download_dataset("two")
    assert manager.status["downloaded"].keys() == {"one", "two"}
    catalog.remove("one", settings=here)
    assert a_manager(tmp_path).status["downloaded"].keys() == {"two"}


def test_a_failed_refresh_leaves_the_summary_as_it_was(tmp_path: Path) -> None:
    root = a_shelf(tmp_path / "catalog", "one", "two")
    catalog, here = Catalog.load(root), settings(tmp_path / "cache")
    assert catalog.pull("one", "two", settings=here).exit_code == 0
    for file in (root / "datasets" / "bytes").iterdir():
        if file.read_bytes().startswith(b"two"):
            file.unlink()
    assert catalog.refresh("one", "two", settings=here).exit_code == 3
    summary = json.loads((tmp_path / "cache" / "dataset_status.json").read_text())
    assert summary["downloaded"].keys() == {"one", "two"}
