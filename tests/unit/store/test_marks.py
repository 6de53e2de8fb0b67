"""Marks: given back as they were written, or not at all."""

import hashlib
from pathlib import Path

import pytest

from lemm_catalog.digest import RunningDigests
from lemm_catalog.store.marks import STRIDE, read_marks, write_marks

DATA = b"one segment, " * (2 * STRIDE // 13 + 1000)
SHA256 = hashlib.sha256(DATA).hexdigest()


def marks_of(data: bytes, pieces: int) -> list[bytes]:
    running = RunningDigests({"md5"}, marks_every=STRIDE)
    step = -(-len(data) // pieces)
    for start in range(0, len(data), step):
        running.update(data[start : start + step])
    assert running.digests()[0].value == hashlib.md5(data).hexdigest()
    return running.marks


@pytest.mark.parametrize("pieces", [1, 2, 3, 17])
def test_marks_are_the_digests_of_all_before_the_end_of_each_segment(
    tmp_path: Path, pieces: int
) -> None:
    marks = marks_of(DATA, pieces)
    ends = (STRIDE, 2 * STRIDE)
    assert marks == [hashlib.sha256(DATA[:end]).digest() for end in ends]

    write_marks(tmp_path / "marks", SHA256, len(DATA), marks)

    assert read_marks(tmp_path / "marks", SHA256, len(DATA)) == [
        *marks,
        bytes.fromhex(SHA256),
    ]


def test_a_file_of_whole_segments_ends_with_its_own_digest(tmp_path: Path) -> None:
    data = DATA[: 2 * STRIDE]
    sha256 = hashlib.sha256(data)
    write_marks(tmp_path / "m", sha256.hexdigest(), len(data), marks_of(data, 5))
    marks = read_marks(tmp_path / "m", sha256.hexdigest(), len(data))
    assert marks == marks_of(data, 1)
    assert marks[-1] == sha256.digest()


def test_without_marks_a_stream_has_none() -> None:
    running = RunningDigests({"sha256"})
    running.update(DATA)
    assert running.marks == []


def test_a_short_file_has_no_use_of_marks(tmp_path: Path) -> None:
    write_marks(tmp_path / "marks", SHA256, STRIDE, [b"\0" * 32])
    assert not (tmp_path / "marks").exists()
    # Nor has one whose marks are not known, such as of a fetch that had none.
    write_marks(tmp_path / "marks", SHA256, len(DATA), [])
    assert not (tmp_path / "marks").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b"@1", b"@2"),
        lambda raw: b"\xff" + raw[1:],
        lambda raw: raw[:-3] + b"zz\n",
        lambda raw: b"",
    ],
)
def test_marks_that_make_no_sense_are_none(tmp_path: Path, change: object) -> None:
    place = tmp_path / "marks"
    write_marks(place, SHA256, len(DATA), marks_of(DATA, 1))
    place.write_bytes(change(place.read_bytes()))  # type: ignore[operator]
    assert read_marks(place, SHA256, len(DATA)) is None


def test_marks_of_other_bytes_are_none(tmp_path: Path) -> None:
    place = tmp_path / "marks"
    write_marks(place, SHA256, len(DATA), marks_of(DATA, 1))
    assert read_marks(place, "0" * 64, len(DATA)) is None
    assert read_marks(place, SHA256, len(DATA) + 1) is None
    assert read_marks(tmp_path, SHA256, len(DATA)) is None
