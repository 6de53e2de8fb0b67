"""Bzip2 in pieces: the same as the standard library, or an error."""

import bz2
import io
import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemm_catalog.archives import bzip2_cutting
from lemm_catalog.archives.bzip2 import blocks
from lemm_catalog.archives.bzip2_cutting import marks
from lemm_catalog.errors import ArchiveError, PassingError
from tests.archive_builders import many_streams

NOISE = random.Random(1).randbytes(450_000)
# Five blocks of 100 kB, none of which starts at a whole byte but the first.
LONG = bz2.compress(NOISE, 1)
EMPTY = bz2.compress(b"")


def unpacked(data: bytes) -> bytes:
    return b"".join(blocks(io.BytesIO(data)))


def by_the_library(data: bytes) -> bytes | None:
    """Return what the standard library makes of all of the data, if it is whole."""
    whole = b""
    while True:
        decoder = bz2.BZ2Decompressor()
        try:
            whole += decoder.decompress(data)
        except OSError:
            return None
        if not decoder.eof:
            return None
        data = decoder.unused_data
        if not data:
            return whole


def test_a_stream_is_cut_into_all_its_blocks() -> None:
    found = list(bzip2_cutting.pieces(io.BytesIO(LONG)))

    assert len(found) == 5
    assert [piece.stream_sum is None for piece in found] == [True] * 4 + [False]
    assert unpacked(LONG) == NOISE


def test_a_block_is_decoded_wherever_it_starts_and_ends_within_a_byte() -> None:
    found = list(bzip2_cutting.pieces(io.BytesIO(bz2.compress(NOISE * 9, 1))))
    places = {(piece._start, piece.drop) for piece in found}
    starts, ends = zip(*places, strict=True)

    assert set(starts) == set(ends) == set(range(8))
    whole = b""
    for piece in found:
        stream, before = piece.as_stream()
        whole += bz2.decompress(stream)[before:]
    assert whole == NOISE * 9


def test_a_block_and_its_neighbor_are_not_taken_for_one() -> None:
    found = list(bzip2_cutting.pieces(io.BytesIO(LONG)))
    stream, _ = found[1].joined(found[2]).as_stream()

    with pytest.raises(OSError, match="Invalid data stream"):
        bz2.decompress(stream)


@pytest.mark.parametrize("level", range(1, 10))
def test_every_level_is_known(level: int) -> None:
    data = NOISE * 3

    assert unpacked(bz2.compress(data, level)) == data


@pytest.mark.parametrize(
    "streams",
    [
        [EMPTY],
        [EMPTY, EMPTY, EMPTY],
        [EMPTY, LONG, EMPTY, EMPTY, LONG, EMPTY],
        [bz2.compress(b"a", 9), bz2.compress(b"b", 1), LONG],
        [many_streams(NOISE[:9000], 100)],
    ],
)
def test_streams_follow_each_other(streams: list[bytes]) -> None:
    data = b"".join(streams)

    assert unpacked(data) == by_the_library(data)


@pytest.mark.parametrize("step", [1, 7, 4096])
def test_the_file_may_come_in_drops(step: int) -> None:
    class Drops(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(step)

    data = bz2.compress(NOISE[:3000]) + bz2.compress(b"x" * 300_000, 1)

    assert b"".join(blocks(Drops(data))) == by_the_library(data)


@pytest.mark.parametrize("shift", range(8))
def test_marks_are_found_at_every_bit(shift: int) -> None:
    mark = 0x314159265359
    bits = mark << (8 - shift)
    data = b"\xff" * 9 + bits.to_bytes(7, "big") + b"\xff" * 9

    assert marks(data, mark, 0) == [9 * 8 + shift]
    assert marks(data, mark, 10) == []


def test_a_bomb_of_one_block_comes_in_small_parts() -> None:
    bomb = bz2.compress(bytes(40_000_000))
    sizes = [len(block) for block in blocks(io.BytesIO(bomb))]

    assert sum(sizes) == 40_000_000
    assert max(sizes) <= 1 << 20


def test_the_sums_of_all_blocks_are_checked_against_the_streams() -> None:
    """Blocks left out, swapped or brought twice are each whole in themselves."""
    found = list(bzip2_cutting.pieces(io.BytesIO(LONG)))
    tail = found[-1].stream_sum
    assert tail is not None
    assert unpacked(stream(found, tail)) == NOISE
    for wrong in (found[1:], found[::-1], found[:1] + found, [*found[:-2], found[-1]]):
        data = stream(wrong, tail)
        assert by_the_library(data) is None
        with pytest.raises(ArchiveError, match="wrong sum"):
            unpacked(data)


def stream(pieces: list[bzip2_cutting.Piece], stream_sum: int) -> bytes:
    """Return a stream of these blocks."""
    bits, size = 0, 0
    for piece in pieces:
        whole = int.from_bytes(piece.raw, "big") >> piece.drop
        bits, size = bits << piece.size | whole, size + piece.size
    bits, size = (bits << 48 | 0x177245385090) << 32 | stream_sum, size + 80
    padding = -size % 8
    return b"BZh1" + (bits << padding).to_bytes((size + padding) // 8, "big")


def test_what_a_false_mark_cuts_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark by chance comes up once in 30 TB, so one is made up here."""

    def lying(data: bytes, mark: int, first: int) -> list[int]:
        true = marks(data, mark, first)
        if mark != 0x314159265359:
            return true
        return sorted({*true, *(place + 100_003 for place in true)})

    monkeypatch.setattr(bzip2_cutting, "marks", lying)

    assert unpacked(LONG) == NOISE


def test_no_number_of_false_marks_costs_more_than_a_few_tries() -> None:
    block = LONG[:4] + LONG[4:90_000]
    hostile = block + bytes.fromhex("314159265359") * 20_000

    with pytest.raises(ArchiveError, match="not whole"):
        unpacked(hostile + b"\x17\x72\x45\x38\x50\x90\0\0\0\0")


def test_an_endless_block_is_not_kept_in_memory() -> None:
    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.given += 1 << 20
            assert self.given < 9 << 20
            return bytes(1 << 20) if self.given > 1 << 20 else LONG[:90]

    with pytest.raises(ArchiveError, match="endless"):
        list(blocks(Endless()))


@pytest.mark.parametrize("data", [LONG, many_streams(NOISE[:2000], 300)])
def test_cut_or_followed_by_anything_it_is_refused(data: bytes) -> None:
    chance = random.Random(2)
    ends = {*range(30), *range(len(data) - 30, len(data))}
    ends |= {chance.randrange(len(data)) for _ in range(30)}
    for end in ends:
        if by_the_library(data[:end]) is None:
            with pytest.raises(ArchiveError):
                unpacked(data[:end])
    for garbage in (
        b"\0",
        b"B",
        b"BZh9",
        b"BZh91AY&SY",
        EMPTY[:-1],
        data[:-1],
        b"x" * 99,
    ):
        with pytest.raises(ArchiveError):
            unpacked(data + garbage)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(chance=st.randoms(use_true_random=True), which=st.sampled_from([0, 1, 2]))
def test_it_never_says_more_than_the_standard_library(
    chance: random.Random, which: int
) -> None:
    small = bz2.compress(NOISE[:4000])
    data = bytearray(
        (small, many_streams(NOISE[:900], 90), small + EMPTY + small)[which]
    )
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + chance.choice((1, 4, 60))]
            case _:
                data[at:at] = data[at : at + chance.choice((1, 4, 60))]
        if not data:
            return
    try:
        found = unpacked(bytes(data))
    except ArchiveError:
        assert by_the_library(bytes(data)) is None
    else:
        assert found == by_the_library(bytes(data))


def test_no_thread_stays_when_the_reader_leaves_or_the_file_fails() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if data := super().read(150_000):
                return data
            raise PassingError("the connection broke")

    before = threading.active_count()
    reading = blocks(io.BytesIO(LONG))
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    with pytest.raises(PassingError):
        list(blocks(Failing(LONG)))

    assert threading.active_count() == before
