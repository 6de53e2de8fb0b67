"""``dataset_status.json``: ours, the guide's tool's, and whatever else lies there."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog import Catalog, DatasetManager
from lemm_catalog.store.summary import MOST_BYTES, read_summary
from tests.guide.managers import Notes, a_manager, a_shelf
from tests.replicas import Replica
from tests.servers.http import HttpServer
from tests.stores import settings

# The shape of the guide's tool: records of the Hub and of URLs, and failures.
OLDER: dict[str, Any] = {
    "downloaded": {
        "ljspeech": {"source": "huggingface", "id": "lj_speech", "status": "complete"},
        "musicnet": {
            "source": "url",
            "url": "https://zenodo.org/record/5120004/files/musicnet.tar.gz",
            "path": "datasets/musicnet.tar.gz",
            "status": "complete",
        },
    },
    "failed": {"nsynth": "Dataset 'google/nsynth' doesn't exist on the Hub"},
    "last_updated": "2025-11-12T08:13:37.980431",
}


def status_file(tmp_path: Path) -> Path:
    place = tmp_path / "cache" / "dataset_status.json"
    place.parent.mkdir(exist_ok=True)
    return place


def test_ours_has_the_guides_shape(tmp_path: Path) -> None:
    a_shelf(tmp_path / "catalog", "one")
    manager = a_manager(tmp_path)
    assert manager.download_dataset("one")
    saved = json.loads(status_file(tmp_path).read_text())
    assert list(saved) == [
        *("schema", "downloaded", "failed", "last_updated", "downloaded_size_gb")
    ]
    assert saved["downloaded"] == manager.status["downloaded"]
    assert saved["last_updated"] == manager.status["last_updated"]
    record = saved["downloaded"]["one"]
    assert record["path"] == str(tmp_path / "cache" / "one")
    assert record["size_gb"] == saved["downloaded_size_gb"] == 0.000003


def test_failures_are_kept_until_the_dataset_is_here(tmp_path: Path) -> None:
    root = a_shelf(tmp_path / "catalog", "one", "two")
    files = sorted((root / "datasets" / "bytes").iterdir())
    hidden = {file: file.read_bytes() for file in files}
    for file in files:
        file.write_bytes(bytes(len(hidden[file])))
    assert a_manager(tmp_path).download_phase("minimal") == (0, 2)
    assert a_manager(tmp_path).get_status_summary()["failures"].keys() == {"one", "two"}
    listed = a_manager(tmp_path).list_available_datasets()
    assert [one["status"] for one in listed] == ["failed", "failed"]
    for file, data in hidden.items():
        file.write_bytes(data)
    # By the command line, too.
    catalog = Catalog.load(root)
    assert catalog.pull("one", settings=settings(tmp_path / "cache")).exit_code == 0
    assert a_manager(tmp_path).status["failed"].keys() == {"two"}
    saved = json.loads(status_file(tmp_path).read_text())
    assert saved["failed"].keys() == {"two"}


def test_records_of_another_tool_prove_nothing_and_are_set_aside(
    tmp_path: Path,
) -> None:
    a_shelf(tmp_path / "catalog", "ljspeech", "musicnet")
    place, text = status_file(tmp_path), json.dumps(OLDER)
    place.write_text(text)
    notes = Notes()
    manager = a_manager(tmp_path, notes)
    assert manager.status["downloaded"] == manager.status["failed"] == {}
    assert notes.said == [
        f"{place}: another tool wrote it; it proves nothing, and will be set aside"
    ]
    assert manager.not_counted() == [
        f"ljspeech: {place} of another tool has it, but it lies converted in the "
        "Hub's cache, without the pinned bytes",
        f"musicnet: {place} of another tool has it, but its word is no proof",
    ]
    assert text == place.read_text(), "looking changes nothing"
    assert manager.download_dataset("musicnet")
    assert text == place.with_name("dataset_status.old.json").read_text()
    assert json.loads(place.read_text())["downloaded"].keys() == {"musicnet"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"downloaded": {"one": {', "it is no JSON: "),
        (b"", "it is no JSON: "),
        (b"\xff\xfe", "it is no JSON: "),
        (b"[" * 200_000, "it is no JSON: "),
        (b"[]", "it has no `downloaded` that maps ids to records"),
        (b'{"downloaded": ["one"]}', "it has no `downloaded` that maps ids"),
        (b'{"downloaded": 3, "failed": null}', "it has no `downloaded` that maps"),
        (b'{"downloaded": {"one": 7}}', "another tool wrote it"),
    ],
)
def test_what_makes_no_sense_is_told_and_set_aside(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    a_shelf(tmp_path / "catalog", "one")
    place = status_file(tmp_path)
    place.write_bytes(content)
    place.with_name("dataset_status.old.json").write_text("older still")
    notes = Notes()
    manager = a_manager(tmp_path, notes)
    assert notes.said[0].startswith(f"{place}: {reason}")
    assert manager.download_dataset("one")
    assert content == place.with_name("dataset_status.old-1.json").read_bytes()
    assert place.with_name("dataset_status.old.json").read_text() == "older still"
    assert read_summary(place).kind == "ours"


def test_a_giant_is_not_read(tmp_path: Path) -> None:
    a_shelf(tmp_path / "catalog", "one")
    place = status_file(tmp_path)
    with place.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    notes = Notes()
    assert a_manager(tmp_path, notes).download_dataset("one")
    assert notes.said[0].startswith(f"{place}: it has 16,777,217 bytes, and is not")
    assert place.with_name("dataset_status.old.json").stat().st_size == MOST_BYTES + 1


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("leads", ["to a file", "nowhere", "to a pipe"])
def test_a_link_is_not_followed(leads: str, tmp_path: Path) -> None:
    a_shelf(tmp_path / "catalog", "one")
    place, target = status_file(tmp_path), tmp_path / "elsewhere.json"
    if leads == "to a file":
        target.write_text(json.dumps(OLDER))
    elif leads == "to a pipe":
        os.mkfifo(target)
    place.symlink_to(target)
    notes = Notes()
    manager = a_manager(tmp_path, notes)
    assert notes.said[0].startswith(f"{place}: it is a link, a folder or a device")
    assert manager.download_dataset("one")
    assert not place.is_symlink()
    assert place.with_name("dataset_status.old.json").is_symlink()
    if leads == "to a file":
        assert target.read_text() == json.dumps(OLDER)


def test_a_folder_in_its_place_is_left_to_its_owner(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    a_shelf(tmp_path / "catalog", "one")
    status_file(tmp_path).mkdir()
    manager = a_manager(tmp_path)
    assert not manager.download_dataset("one")
    assert "a folder stands where a file is needed (move it away)" in caplog.text
    assert status_file(tmp_path).is_dir()


def test_strange_failures_of_ours_are_dropped(tmp_path: Path) -> None:
    place = status_file(tmp_path)
    ours = {"schema": "lemm-catalog/dataset_status@1", "downloaded": {}}
    place.write_text(json.dumps({**ours, "failed": {"a": 1, "b": "why"}}))
    assert read_summary(place).failed == {"b": "why"}
    place.write_text(json.dumps({**ours, "failed": [], "last_updated": 3}))
    assert (read_summary(place).failed, read_summary(place).updated) == ({}, None)


def test_archives_of_the_guides_tool_are_taken_in_by_their_digest(
    server: HttpServer, replicas: dict[str, Replica], root: Path
) -> None:
    cache = Path("datasets")
    cache.mkdir()
    # It kept a zip under this name, too.
    for name, archive in (("fma_small", "fma_small.zip"), ("musicnet", "")):
        held = replicas[name.replace("_", "-")].archives
        data = (held[archive] if archive else held["musicnet.tar.gz"]).read_bytes()
        (cache / f"{name}.tar.gz").write_bytes(data)
    older = {"downloaded": {"fma_small": {"source": "url"}, "musicnet": {}}}
    (cache / "dataset_status.json").write_text(json.dumps(older))
    manager = DatasetManager()
    assert manager.status["downloaded"] == {}
    told = "\n".join(manager.not_counted())
    assert "has the size of fma_small.zip: it counts once a download" in told

    assert manager.download_dataset("musicnet")
    assert manager.download_dataset("fma_small")
    asked = {one.path.rpartition("/")[2] for one in server.requests}
    assert asked == {
        *("musicnet_metadata.csv", "musicnet_midis.tar.gz", "fma_metadata.zip")
    }
    assert not list(cache.glob("*.tar.gz")), "they are unpacked, and their disk freed"
    assert manager.status["downloaded"].keys() == {"fma-small", "musicnet"}


@pytest.mark.parametrize("fault", ["flipped", "shorter"])
def test_other_bytes_of_the_guides_tool_stay_where_they_are(
    fault: str, server: HttpServer, replicas: dict[str, Replica]
) -> None:
    [archive] = replicas["lakh-midi"].archives.values()
    data = bytearray(archive.read_bytes())
    data[100] ^= 1
    wrong = bytes(data if fault == "flipped" else data[:-1])
    loose = Path("datasets") / "lakh_midi.tar.gz"
    loose.parent.mkdir()
    loose.write_bytes(wrong)
    notes = Notes()
    manager = DatasetManager(observer=notes)
    assert manager.download_dataset("lakh_midi")
    assert server.sent() == replicas["lakh-midi"].size
    assert wrong == loose.read_bytes()
    why = "other bytes" if fault == "flipped" else "as no file of the manifest"
    assert any(str(loose) in one and why in one for one in notes.said), notes.said
    again = Notes()
    assert DatasetManager(observer=again).download_dataset("lakh_midi")
    assert again.said == [], "what is here needs no other file"


def test_an_archive_of_the_guides_tool_takes_no_other_files_place(
    server: HttpServer, replicas: dict[str, Replica]
) -> None:
    [archive] = replicas["lakh-midi"].archives.values()
    place = Path("datasets") / "lakh-midi" / archive.name
    place.parent.mkdir(parents=True)
    place.write_bytes(b"mine")
    loose = Path("datasets") / "lakh_midi.tar.gz"
    loose.write_bytes(archive.read_bytes())
    notes = Notes()
    DatasetManager(observer=notes).download_dataset("lakh_midi")
    assert place.read_bytes() == b"mine"
    assert loose.read_bytes() == archive.read_bytes()
    assert notes.said[0] == f"{loose}: is here already; nothing needs it"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_under_the_guides_name_is_not_taken_in(
    server: HttpServer, replicas: dict[str, Replica]
) -> None:
    [archive] = replicas["lakh-midi"].archives.values()
    loose = Path("datasets") / "lakh_midi.tar.gz"
    loose.parent.mkdir()
    loose.symlink_to(archive)
    assert DatasetManager().not_counted() == []
    assert DatasetManager().download_dataset("lakh_midi")
    assert server.sent() == replicas["lakh-midi"].size
    assert loose.is_symlink()
    assert archive.exists()
