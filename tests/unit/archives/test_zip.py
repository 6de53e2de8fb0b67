"""Zip, where its details matter."""

import io
import os
import struct
import time

import pytest

from lemm_catalog.archives.base import Entry
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.errors import ArchiveError
from tests.archive_builders import ZipMember, zip_end, zip_of


def entries(archive: bytes) -> list[Entry]:
    return list(ZIP.entries(io.BytesIO(archive)))


def test_members_come_in_the_order_they_lie_in_the_file() -> None:
    archive = zip_of(ZipMember(name=b"z"), ZipMember(name=b"a"))

    assert [entry.name for entry in entries(archive)] == ["z", "a"]


def test_two_archives_in_a_row_are_refused_though_the_last_could_be_read() -> None:
    one, two = zip_of(ZipMember(name=b"one")), zip_of(ZipMember(name=b"two"))

    with pytest.raises(ArchiveError, match="not where it says"):
        entries(one + two)


def test_a_stored_zip_cut_behind_a_zip_that_it_holds_is_refused() -> None:
    inner = zip_of(ZipMember(name=b"inner", data=b"1"))
    outer = zip_of(ZipMember(name=b"box.zip", data=inner))
    cut = outer[: outer.index(inner) + len(inner)]

    assert len(entries(inner)) == len(entries(outer)) == 1
    with pytest.raises(ArchiveError):
        entries(cut)


def test_the_longest_comment_is_legal() -> None:
    archive = zip_of(ZipMember(name=b"a"), comment=b"c" * 65_535)

    assert [entry.name for entry in entries(archive)] == ["a"]


def test_a_time_with_a_zone_is_preferred() -> None:
    extra = struct.pack("<HHBl", 0x5455, 5, 1, 1_700_000_000)

    (entry,) = entries(zip_of(ZipMember(name=b"a", extra=extra)))

    assert entry.mtime == 1_700_000_000


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone cannot be set here")
def test_dos_time_is_the_same_in_every_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = zip_of(ZipMember(name=b"a"))
    found = set()
    for zone in ("UTC", "Asia/Tokyo", "America/Lima"):
        monkeypatch.setitem(os.environ, "TZ", zone)
        time.tzset()
        found.add(entries(archive)[0].mtime)
    monkeypatch.undo()
    time.tzset()

    assert found == {315_532_800}


def test_more_than_65535_members_without_zip64_are_counted_over() -> None:
    members = [ZipMember(name=b"%d" % number) for number in range(65_537)]

    assert len(entries(zip_of(*members, count=1))) == 65_537


def test_a_directory_that_would_fill_the_memory_is_not_read() -> None:
    class Sparse(io.BytesIO):
        """Four gigabytes of nothing before an end record."""

        end = zip_end(1, 0xF0000000, 0)
        at = 0

        def seek(self, offset: int, whence: int = 0, /) -> int:
            self.at = offset + (0xF0000000 + 22 if whence == 2 else 0)
            return self.at

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size < 1 << 20
            if self.at + size == 0xF0000000 + 22:
                return bytes(size - 22) + self.end
            return bytes(size)

    with pytest.raises(ArchiveError, match="a directory of 4026531840 bytes"):
        list(ZIP.entries(Sparse()))
