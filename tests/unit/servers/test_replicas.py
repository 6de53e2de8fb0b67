"""Replicas are upstream's layout in small, the same on every day and machine."""

import hashlib
import tarfile
import wave
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.replicas import IDS, Replica, build_replicas, read_manifest, write_catalog


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replicas")


@pytest.fixture(scope="module")
def replicas(root: Path) -> dict[str, Replica]:
    return build_replicas(root)


def test_all_eight_datasets_have_a_small_replica(replicas: dict[str, Replica]) -> None:
    assert tuple(replicas) == IDS
    assert 2_000_000 < sum(replica.size for replica in replicas.values()) < 8_000_000


def test_replicas_are_deterministic(
    replicas: dict[str, Replica], tmp_path: Path
) -> None:
    again = build_replicas(tmp_path, ids=["urmp", "fma-small"])

    for id_, replica in again.items():
        for path, archive in replica.archives.items():
            assert archive.read_bytes() == replicas[id_].archives[path].read_bytes()
        assert replica.tree == replicas[id_].tree


def test_scale_makes_them_larger(replicas: dict[str, Replica], tmp_path: Path) -> None:
    larger = build_replicas(tmp_path, scale=4, ids=["nsynth"])["nsynth"]

    assert larger.size > 3.9 * replicas["nsynth"].size


def test_fma_members_are_bzip2_with_true_sha1_lines(
    replicas: dict[str, Replica],
) -> None:
    path = replicas["fma-small"].archives["fma_small.zip"]
    with zipfile.ZipFile(path) as archive:
        assert {info.compress_type for info in archive.infolist()} == {12}
        for line in archive.read("fma_small/checksums").decode().splitlines():
            digest, name = line.split("  ")
            data = archive.read(f"fma_small/{name}")
            assert hashlib.sha1(data).hexdigest() == digest
        assert archive.testzip() is None


def test_libritts_archives_share_files_of_the_same_bytes(
    replicas: dict[str, Replica],
) -> None:
    found = set()
    for path in replicas["libritts"].archives.values():
        with tarfile.open(path) as tar:
            file = tar.extractfile("LibriTTS/SPEAKERS.txt")
            assert file is not None
            found.add(file.read())

    assert len(replicas["libritts"].archives) == 7
    assert len(found) == 1


def test_sound_is_sound(replicas: dict[str, Replica]) -> None:
    with tarfile.open(replicas["urmp"].archives["Dataset.tar.gz"]) as tar:
        file = tar.extractfile("Dataset/01_Jupiter_vn_vc/AuMix_01_Jupiter_vn_vc.wav")
        assert file is not None
        with wave.open(file) as sound:
            shape = (sound.getframerate(), sound.getsampwidth(), sound.getnchannels())
            assert shape == (48_000, 3, 1)


def test_the_catalog_is_the_real_one_but_for_the_facts_of_the_bytes(
    root: Path, replicas: dict[str, Replica], tmp_path: Path
) -> None:
    write_catalog(root, replicas, "http://127.0.0.1:8/x/", tmp_path)

    for id_, replica in replicas.items():
        text = (tmp_path / "datasets" / f"{id_}.yaml").read_text(encoding="utf-8")
        real, made = read_manifest(id_), yaml.safe_load(text)
        for key in real.keys() - {"files", "size"}:
            assert real[key] == made[key]
        assert made["size"]["members"] == len(replica.tree)
        for file in made["files"]:
            archive = replica.archives[file["path"]]
            assert file["source"] == [f"http://127.0.0.1:8/x/{id_}/{file['path']}"]
            assert file["size"] == archive.stat().st_size
            digest = hashlib.sha256(archive.read_bytes()).hexdigest()
            assert file["checksums"]["sha256"] == digest
