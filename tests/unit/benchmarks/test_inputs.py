import gzip
import hashlib
import tarfile
import zipfile
from pathlib import Path

import pytest

from benchmarks.catalogs import a_file, write_manifest
from benchmarks.data import Inputs, notes, recordings
from benchmarks.workloads.table import WORKLOADS
from lemm_catalog import Catalog


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    return Inputs(tmp_path, lambda _: None)


def test_a_blob_is_the_same_each_time_and_made_once(inputs: Inputs) -> None:
    blob = inputs.blob(1_500_000)
    data = blob.path.read_bytes()
    assert blob.size == len(data) == 1_500_000
    assert blob.sha256 == hashlib.sha256(data).hexdigest()
    before = blob.path.stat().st_mtime_ns
    assert inputs.blob(1_500_000) == blob
    assert blob.path.stat().st_mtime_ns == before


def test_recordings_compress_as_recordings_do() -> None:
    (_, data), *_ = recordings(1)
    assert data[:4] == b"RIFF"
    assert 0.75 < len(gzip.compress(data, 6)) / len(data) < 0.80


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "tar.bz2"])
def test_a_tar_holds_what_its_record_says(inputs: Inputs, suffix: str) -> None:
    archive = inputs.tar(f"a.{suffix}", lambda: notes(120, 500))
    with tarfile.open(archive.path) as tar:
        sizes = [member.size for member in tar]
    assert (archive.members, archive.unpacked) == (len(sizes), sum(sizes))
    assert len(sizes) == 120


def test_a_zip_is_stored(inputs: Inputs) -> None:
    archive = inputs.zip("a.zip", lambda: recordings(2, 1000))
    with zipfile.ZipFile(archive.path) as opened:
        assert opened.testzip() is None
        kinds = {info.compress_type for info in opened.infolist()}
    assert kinds == {zipfile.ZIP_STORED}


def test_a_written_manifest_is_a_manifest(tmp_path: Path, inputs: Inputs) -> None:
    blob = inputs.blob(1000)
    url = "https://example.org/a.tar.gz"
    file = a_file("a.tar.gz", blob.size, blob.sha256, url, unpack={"strip": 0})
    size = {"unpacked": 3000, "members": 2}
    write_manifest(tmp_path / "catalog", "one", [file], size=size)
    plan = Catalog.load(tmp_path / "catalog").plan("one")
    assert plan is not None


def test_workloads_have_names_of_their_own() -> None:
    names = [workload.name for workload in WORKLOADS]
    assert len(names) == len(set(names))
    assert all(workload.summary for workload in WORKLOADS)
