"""A repair fetches no more than it must, by the count of the server's own bytes."""

import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemm_catalog.store.marks import STRIDE
from tests.pulling import KiB, MiB, some_bytes
from tests.repairing import SLACK, Ward, flip
from tests.servers.answers import NoRanges
from tests.servers.faults import Drop
from tests.servers.http import HttpServer

MEMBERS = {f"top/d{n % 4}/m{n:02}.wav": some_bytes(400 * KiB, n) for n in range(40)}
LARGE = some_bytes(64 * MiB)
UNPACK = {"unpack": {"strip": 1, "size": {"unpacked": {"about": "17 MB"}}}}


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer({}) as running:
        yield running


def tarred(compression: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]
        for name, data in MEMBERS.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), 1_600_000_000, 0o644
            info.mode = 0o755 if name.endswith("1.wav") else 0o644
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in MEMBERS.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path, server: HttpServer) -> Ward:
    return Ward(tmp_path, server, "a.bin", LARGE)


def test_one_flipped_byte_of_a_large_file_costs_one_segment(file: Ward) -> None:
    flip(file.place / "a.bin", 20 * MiB)
    assert file.damaged(quick=True) == ()
    assert file.damaged() == ("a.bin",)

    outcome = file.repair()

    assert (outcome.result, outcome.bytes_fetched) == ("pulled", STRIDE)
    assert file.server.sent() <= STRIDE + SLACK < 9 * MiB
    file.assert_mended()


def test_a_file_cut_short_gets_its_end_back(file: Ward) -> None:
    os.truncate(file.place / "a.bin", 50 * MiB)
    file.damaged()

    file.repair()

    assert file.server.sent() <= 16 * MiB + SLACK
    file.assert_mended()


def test_a_file_grown_too_long_is_cut_and_nothing_fetched(file: Ward) -> None:
    with (file.place / "a.bin").open("ab") as grown:
        grown.write(b"more")
    file.damaged()

    assert file.repair().bytes_fetched == 0
    file.assert_mended()


def test_a_file_with_a_wrong_time_is_right_already(file: Ward) -> None:
    os.utime(file.place / "a.bin", (1, 1))
    assert file.damaged(quick=True) == ("a.bin",)

    assert file.repair().bytes_fetched == 0
    assert file.server.requests == []
    file.assert_mended()


@pytest.mark.parametrize("marks", [None, b"", b"\xff\0", b"a line\n", "flipped"])
def test_without_marks_that_count_the_file_is_fetched_anew(
    file: Ward, marks: bytes | str | None
) -> None:
    place = file.store.layout.marks("notes", "a.bin")
    if marks is None:
        place.unlink()
    elif isinstance(marks, bytes):
        place.write_bytes(marks)
    else:
        lines = place.read_text().splitlines()
        lines[3] = lines[3].translate(str.maketrans("0123456789", "1234567890"))
        place.write_text("\n".join(lines) + "\n")
    flip(file.place / "a.bin", 30 * MiB)
    file.damaged()

    assert file.repair().exit_code == 0

    assert file.server.sent() >= 64 * MiB
    assert file.damaged() == ()
    assert file.whole["a.bin"][0] == (file.place / "a.bin").read_bytes()


def test_a_source_with_other_bytes_changes_nothing_in_place(file: Ward) -> None:
    flip(file.place / "a.bin", 20 * MiB)
    before = (file.place / "a.bin").read_bytes()
    file.damaged()
    file.server.put("/a.bin", LARGE[::-1])

    assert file.repair().exit_code == 3

    assert before == (file.place / "a.bin").read_bytes()
    assert file.damaged() == ("a.bin",)


def test_a_source_that_breaks_off_goes_on_from_there(file: Ward) -> None:
    flip(file.place / "a.bin", 20 * MiB)
    file.damaged()
    file.server.script("/a.bin", Drop(at=STRIDE // 3, times=2))

    assert file.repair().exit_code == 0

    assert file.server.sent() <= STRIDE + 4 * SLACK
    file.assert_mended()


@pytest.fixture
def zip_(tmp_path: Path, server: HttpServer) -> Ward:
    return Ward(tmp_path, server, "a.zip", zipped(), **UNPACK)


def test_one_member_of_a_zip_costs_its_bytes_and_the_directory(zip_: Ward) -> None:
    flip(zip_.place / "d1" / "m21.wav")
    assert zip_.damaged() == ("d1/m21.wav",)

    outcome = zip_.repair()

    assert outcome.exit_code == 0
    # The member, the 64 KiB in which the end may be, and the reading ahead.
    assert zip_.server.sent() <= 400 * KiB + 64 * KiB + 256 * KiB
    zip_.server.wait_until(lambda server: server.sent() == outcome.bytes_fetched)
    zip_.assert_mended()


def test_a_zip_whose_server_gives_no_parts_is_fetched_anew(zip_: Ward) -> None:
    flip(zip_.place / "d1" / "m21.wav")
    zip_.damaged()
    zip_.server.script("/a.zip", NoRanges())

    assert zip_.repair().exit_code == 0
    assert zip_.damaged() == ()


@pytest.fixture
def tar(tmp_path: Path, server: HttpServer) -> Ward:
    return Ward(tmp_path, server, "a.tar.gz", tarred("gz"), **UNPACK)


@pytest.mark.parametrize("name", ["d0/m04.wav", "d1/m01.wav"])
def test_a_tar_is_read_until_the_last_damaged_member_was_found(
    tar: Ward, name: str
) -> None:
    flip(tar.place / name)
    assert tar.damaged() == (name,)

    outcome = tar.repair()

    assert outcome.exit_code == 0
    assert outcome.bytes_fetched < 0.7 * tar.size
    tar.assert_mended()


def test_the_last_member_of_a_tar_costs_no_more_than_the_tar(tar: Ward) -> None:
    (tar.place / "d3" / "m39.wav").unlink()
    tar.damaged()

    assert tar.repair().bytes_fetched <= tar.size
    tar.assert_mended()


def test_a_member_replaced_by_a_link_leaves_alone_where_it_led(tar: Ward) -> None:
    place = tar.place / "d1" / "m01.wav"
    outside = tar.place.parent / "outside"
    outside.write_bytes(b"a stranger's")
    place.unlink()
    place.symlink_to(outside)
    assert tar.damaged(quick=True) == tar.damaged() == ("d1/m01.wav",)

    assert tar.repair().exit_code == 0

    assert outside.read_bytes() == b"a stranger's"
    assert not place.is_symlink()
    tar.assert_mended()


def test_a_folder_replaced_by_a_link_is_damaged_and_never_followed(tar: Ward) -> None:
    outside = tar.place.parent / "outside"
    (tar.place / "d1").rename(outside)
    (tar.place / "d1").symlink_to(outside)
    before = sorted(path.name for path in outside.iterdir())
    assert len(tar.damaged(quick=True)) == len(tar.damaged()) == 10

    outcome = tar.repair()

    assert outcome.exit_code == 4, outcome
    assert "d1" in outcome.message
    assert before == sorted(path.name for path in outside.iterdir())


def test_a_repair_touches_no_file_that_is_right_and_no_ledger(tar: Ward) -> None:
    def seen() -> dict[str, tuple[int, int]]:
        folders = (tar.place, tar.store.layout.ledgers("notes"))
        paths = [p for f in folders for p in f.rglob("*") if p.is_file()]
        return {str(p): (p.stat().st_ino, p.stat().st_ctime_ns) for p in paths}

    flip(tar.place / "d1" / "m01.wav")
    tar.damaged()
    before = seen()

    tar.repair()

    after = seen()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {str(tar.place / "d1" / "m01.wav")}


def test_a_ledger_that_lies_is_proven_wrong_by_the_archive(tar: Ward) -> None:
    place = tar.store.layout.ledger("notes", "a.tar.gz")
    lines = place.read_text().split("\n")
    lines[3] = lines[3].replace(lines[3][:8], "0123abcd")
    place.write_text("\n".join(lines))
    assert tar.damaged() == ("d3/m03.wav",)

    assert tar.repair().exit_code == 0
    tar.assert_mended()


def test_a_source_in_vain_leaves_what_was_found(tar: Ward) -> None:
    flip(tar.place / "d1" / "m01.wav")
    tar.damaged()
    tar.server.put("/a.tar.gz", b"gone")

    assert tar.repair().exit_code == 3
    assert tar.damaged() == ("d1/m01.wav",)
    assert tar.store.verification("notes").damaged


def test_mirrors_are_asked_in_turn(tar: Ward) -> None:
    flip(tar.place / "d1" / "m01.wav")
    tar.damaged()
    sources = [tar.server.url("nowhere"), tar.server.url("a.tar.gz")]

    assert tar.repair(source=sources).exit_code == 0
    assert "not mended from there" in "\n".join(tar.listener.notes)
    tar.assert_mended()


def test_offline_nobody_is_asked(tar: Ward) -> None:
    flip(tar.place / "d1" / "m01.wav")
    tar.damaged()
    tar.settings = tar.settings.__class__(
        cache_dir=tar.settings.cache_dir, network=tar.settings.network, offline=True
    )

    assert tar.repair().exit_code == 1
    assert tar.server.requests == []
