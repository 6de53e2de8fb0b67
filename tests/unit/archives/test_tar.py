"""Tar, where its details matter."""

import io

import pytest

from lemm_catalog.archives import tar_fields
from lemm_catalog.archives.tar import TAR
from lemm_catalog.errors import ArchiveError
from tests.archive_builders import (
    GNU_MAGIC,
    base_256,
    long_name,
    octal,
    pax,
    pax_record,
    tar_file,
    tar_header,
    tar_of,
)


def names(archive: bytes) -> list[str]:
    return [entry.name for entry in TAR.entries(io.BytesIO(archive))]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"0000644\0", 0o644),
        (b"   644 \0", 0o644),
        (b"\0" * 8, 0),
        (b" " * 8, 0),
        (b"77777777", 0o77777777),
        (base_256(5), 5),
        (base_256(-5), -5),
        (base_256(2**70), 2**70),
    ],
)
def test_numbers(field: bytes, value: int) -> None:
    assert tar_fields.number(field) == value


@pytest.mark.parametrize("field", [b"0o644\0", b"+644\0", b"6_4\0", b"8\0", b"6 4\0"])
def test_what_is_no_number(field: bytes) -> None:
    with pytest.raises(ArchiveError):
        tar_fields.number(field)


def test_the_prefix_of_ustar_comes_before_the_name() -> None:
    assert names(tar_of(tar_file(b"name", prefix=b"some/where"))) == ["some/where/name"]


def test_what_gnu_keeps_in_the_place_of_the_prefix_is_no_name() -> None:
    header = tar_header(b"name", prefix=b"14712345670\0", magic=GNU_MAGIC)

    assert names(tar_of(header)) == ["name"]


def test_old_signed_sums_are_known() -> None:
    block = bytearray(tar_header("é".encode()))
    signed = sum(block[:148]) + 256 + sum(block[156:]) - 2 * 256
    block[148:156] = b"%06o\0 " % signed

    assert names(tar_of(bytes(block))) == ["é"]


def test_a_header_for_all_gives_its_time_to_those_without() -> None:
    archive = tar_of(
        pax({b"mtime": b"77.9"}, b"g"),
        tar_file(b"a"),
        pax({b"mtime": b"88"}),
        tar_file(b"b"),
        tar_file(b"c"),
    )
    entries = TAR.entries(io.BytesIO(archive))

    assert [(e.name, e.mtime) for e in entries] == [("a", 77), ("b", 88), ("c", 77)]


def test_a_long_name_is_for_one_member_only() -> None:
    archive = tar_of(long_name(b"long"), tar_file(b"short"), tar_file(b"next"))

    assert names(archive) == ["long", "next"]


def test_pax_records_say_their_own_length() -> None:
    data = pax_record(b"path", b"x" * 93) + pax_record(b"comment", b"a=b\nc")

    assert tar_fields.pax_records(data) == {"path": b"x" * 93, "comment": b"a=b\nc"}


def test_the_size_of_pax_may_be_more_than_eight_gigabytes() -> None:
    header = pax({b"size": b"%d" % 2**40}) + tar_header(b"big", size=octal(0))
    entry = next(TAR.entries(io.BytesIO(header)))

    assert entry.size == 2**40
