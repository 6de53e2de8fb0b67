"""Where the blocks of a bzip2 file start and end, found by their marks."""

import bz2
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, NamedTuple

from lemm_catalog.errors import ArchiveError

_BLOCK = 0x314159265359
_END = 0x177245385090
_MARK = 48
_SUM = 32
_LEVELS = frozenset(b"123456789")
_EMPTY = _END.to_bytes(6, "big") + bytes(4)
_CHUNK = 1 << 20
# A block of 900,000 symbols of at most 20 bits, and its tables.
_MOST_PACKED = 3 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """The bits of a block: ``raw`` without its last ``drop`` bits, ``size`` in all.

    ``stream_sum`` is what the stream ends with, if this is its last block.
    """

    level: int
    raw: bytes
    drop: int
    size: int
    stream_sum: int | None

    @property
    def block_sum(self) -> int:
        """The sum that the block itself tells."""
        head = int.from_bytes(self.raw[:11].ljust(11, b"\0"), "big")
        return head >> (8 - self._start) & 0xFFFFFFFF

    @property
    def _start(self) -> int:
        """The bits of the first byte that are not its own; they are zero."""
        return len(self.raw) * 8 - self.drop - self.size

    def _bits(self) -> int:
        return int.from_bytes(self.raw, "big") >> self.drop

    def as_stream(self) -> tuple[bytes, int]:
        """Return a stream of this block alone, and how many bytes come before it.

        To move a block by some bits costs 3 % of what decoding it does, so
        it stays where it is, behind a tiny one that ends within the same byte.
        """
        lead = _leads()[self._start]
        total = rotated(lead.block_sum) ^ self.block_sum
        end = self.raw[-1] >> self.drop << (_MARK + _SUM) | _END << _SUM | total
        parts = (
            b"BZh%c" % self.level,
            lead.raw,
            bytes((lead.rest | self.raw[0],)),
            memoryview(self.raw)[1:-1],
            (end << self.drop).to_bytes(11, "big"),
        )
        return b"".join(parts), lead.length

    def joined(self, other: "Piece") -> "Piece":
        """Return this piece and the next as one."""
        size = self.size + other.size
        bits = self._bits() << other.size | other._bits()
        raw = bits.to_bytes((size + 7) // 8, "big")
        return Piece(self.level, raw, 0, size, other.stream_sum)


class _Lead(NamedTuple):
    """A block of ``length`` bytes: whole bytes, and the first bits of another."""

    raw: bytes
    rest: int
    block_sum: int
    length: int


@cache
def _leads() -> tuple[_Lead, ...]:
    """Return tiny blocks, one that ends with each of the bits of a byte."""
    found: dict[int, _Lead] = {}
    length = 0
    while len(found) < 8:
        length += 1
        stream = bz2.compress(bytes(range(length)), 1)
        end = marks(stream + b"\0", _END, 4)[-1]
        rest = stream[end // 8] & (0xFF00 >> end % 8)
        block_sum = int.from_bytes(stream[10:14], "big")
        found.setdefault(end % 8, _Lead(stream[4 : end // 8], rest, block_sum, length))
    return tuple(found[bits] for bits in range(8))


def rotated(total: int) -> int:
    """Return the sum of a stream, ready for that of its next block."""
    return (total << 1 | total >> 31) & 0xFFFFFFFF


def pieces(file: BinaryIO) -> Iterator[Piece]:
    """Yield what lies between the marks, to the true end of the file.

    Raises:
        ArchiveError: if it is no bzip2, cut short, or followed by other bytes.

    """
    window = _Window(file)
    level = window.open_stream(0)
    if level is None:
        return
    while True:
        here = window.here
        mark = window.next_mark()
        if mark is None:
            end, stream_sum = window.end_of_stream(len(window.data) * 8)
            if end is None:
                raise ArchiveError("the archive is cut short, or other bytes follow")
            yield window.piece(level, here, end, stream_sum)
            return
        following = _level_before(window.data, mark)
        if following is not None:
            end, stream_sum = window.end_of_stream(mark - 32)
            if end is not None:
                yield window.piece(level, here, end, stream_sum)
                level = following
                window.drop_before(mark)
                continue
        yield window.piece(level, here, mark, None)
        window.drop_before(mark)


class _Window:
    """The part of the file from the current block on; places are counted in bits."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._searched = 0
        self._found: list[int] = []
        self.data = b""
        self.here = 0

    def open_stream(self, at: int) -> int | None:
        """Return the level of the first stream that is not empty, and go to its block.

        None at the end of the file.

        Raises:
            ArchiveError: if no stream starts here.

        """
        while True:
            while len(self.data) < at + 14 and self._read():
                pass
            head = self.data[at : at + 14]
            if not head and at:
                return None
            if head[:3] != b"BZh" or len(head) < 14 or head[3] not in _LEVELS:
                raise ArchiveError("the archive is no bzip2, or cut short")
            if head[4:] != _EMPTY:
                break
            at += 14
        if head[4:10] != _BLOCK.to_bytes(6, "big"):
            raise ArchiveError("the archive is damaged (no block of bzip2)")
        self.here = (at + 4) * 8
        return head[3]

    def next_mark(self) -> int | None:
        """Return where the next block starts; None if there is no other."""
        while True:
            while self._found:
                mark = self._found.pop(0)
                if mark >= self.here + _MARK + _SUM:
                    return mark
            # The last few bytes may hold the first part of a mark.
            if len(self.data) - 6 > self._searched:
                self._found = marks(self.data, _BLOCK, self._searched)
                self._searched = len(self.data) - 6
            elif len(self.data) - self.here // 8 > _MOST_PACKED:
                raise ArchiveError("the archive is damaged (an endless block of bzip2)")
            elif not self._read():
                return None

    def _read(self) -> bool:
        more = self._file.read(_CHUNK)
        self.data += more
        return bool(more)

    def end_of_stream(self, limit: int) -> tuple[int | None, int]:
        """Return where the mark lies that ends the stream at ``limit``, and its sum."""
        first = (self.here + _MARK + _SUM) // 8
        for mark in marks(self.data[: limit // 8] + b"\0", _END, first):
            end = (mark + _MARK + _SUM + 7) // 8
            rest = self.data[end : limit // 8]
            fits = mark >= self.here + _MARK + _SUM and end <= limit // 8
            if fits and _only_empty_streams(rest):
                tail = int.from_bytes(self.data[mark // 8 : end], "big")
                drop = end * 8 - (mark + _MARK + _SUM)
                return mark, tail >> drop & 0xFFFFFFFF
        return None, 0

    def piece(self, level: int, start: int, end: int, stream_sum: int | None) -> Piece:
        """Return the bits between two places."""
        first, last = start // 8, (end + 7) // 8
        drop = last * 8 - end
        head = self.data[first] & (0xFF >> start % 8)
        raw = bytes((head,)) + self.data[first + 1 : last]
        return Piece(level, raw, drop, end - start, stream_sum)

    def drop_before(self, mark: int) -> None:
        """Go on to a block, and forget what lies before it."""
        # The level of its stream, should it be the first, stays.
        gone = max(mark // 8 - 4, 0)
        self.data = self.data[gone:]
        self.here = mark - gone * 8
        self._found = [found - gone * 8 for found in self._found]
        self._searched = max(self._searched - gone, 0)


def marks(data: bytes, mark: int, first: int) -> list[int]:
    """Return where a mark of 48 bits lies, in bits, from byte ``first`` on.

    It is searched for eight times, once for each place within a byte: by the five
    bytes in its middle, which are whole wherever it starts. The byte behind a mark
    must be there as well.
    """
    found = []
    for shift in range(8):
        bits = (mark << (8 - shift)).to_bytes(7, "big")
        middle, mask = bits[1:6], 0xFF >> shift
        at = data.find(middle, first + 1, -1)
        while at >= 0:
            starts = data[at - 1] & mask == bits[0]
            if starts and (data[at + 5] & ~mask & 0xFF) == bits[6]:
                found.append((at - 1) * 8 + shift)
            at = data.find(middle, at + 1, -1)
    return sorted(found)


def _level_before(data: bytes, mark: int) -> int | None:
    """Return the level if a block is the first of a stream."""
    at = mark // 8
    head = data[at - 4 : at] if not mark % 8 and at >= 4 else b""
    return head[3] if head[:3] == b"BZh" and head[3] in _LEVELS else None


def _only_empty_streams(data: bytes) -> bool:
    return len(data) % 14 == 0 and all(
        data[at : at + 3] == b"BZh"
        and data[at + 3] in _LEVELS
        and data[at + 4 : at + 14] == _EMPTY
        for at in range(0, len(data), 14)
    )
