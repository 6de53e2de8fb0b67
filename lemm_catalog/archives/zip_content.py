"""The content of a zip's member: found, decompressed and proven, in any thread.

A member is read by its place, not by where the file happens to stand, so that several
can be read at once. Its own header comes along with its first bytes.
"""

import contextlib
import os
import struct
import threading
from collections.abc import Iterator
from typing import BinaryIO

from lemm_catalog.archives.decompressors import IN, OUT, crc32, in_zip, step
from lemm_catalog.archives.names import shown
from lemm_catalog.archives.zip_directory import Record
from lemm_catalog.errors import ArchiveError

PATCHED = 0x0020
ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_SIZES_FOLLOW = 0x0008
_MARKS_END = 0x0002
_STORED, _LZMA = 0, 14
_LONG = 0xFFFFFFFF
_LOCAL = struct.Struct("<4s5H3L2H")
# What the second header may bring beyond the first is read along with the content.
_MOST_EXTRA = 64


class Source:
    """An archive whose places are read by several threads at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._descriptor = -1
        if hasattr(os, "pread"):
            # Not every file is one of the system.
            with contextlib.suppress(OSError):
                self._descriptor = file.fileno()

    def read_at(self, offset: int, count: int) -> bytes:
        """Return so many bytes from a place; fewer only at the end of the file."""
        if self._descriptor >= 0:
            data = os.pread(self._descriptor, count, offset)
            while len(data) < count:
                more = os.pread(self._descriptor, count - len(data), offset + len(data))
                if not more:
                    break
                data += more
            return data
        with self._lock:
            self._file.seek(offset)
            data = self._file.read(count)
            while data and len(data) < count:
                more = self._file.read(count - len(data))
                if not more:
                    break
                data += more
            return data


class Content:
    """What a member comes to, proven at its end; it must end before ``limit``."""

    def __init__(self, source: Source, record: Record, limit: int) -> None:
        self._source = source
        self._record = record
        self._limit = limit
        self.is_taken = False

    @property
    def place(self) -> tuple[tuple[object, ...], int]:
        """What another process must know to read it: the record, and the limit."""
        return tuple(self._record), self._limit

    def __iter__(self) -> Iterator[memoryview | bytes]:
        self.is_taken = True
        return self._pieces()

    def _pieces(self) -> Iterator[memoryview | bytes]:
        record = self._record
        is_stored = record.method == _STORED and not record.flags & PATCHED
        # Nothing but the file itself is needed for what nothing is done to.
        blocks = self._packed(OUT) if is_stored else self._decoded()
        made = crc = 0
        for block in blocks:
            made += len(block)
            crc = crc32(block, crc)
            if made > record.size:
                raise refused(record, "which is larger than it declares")
            yield block
        if made != record.size:
            raise _of_another_size(record)
        if crc != record.crc:
            raise refused(record, "whose content is damaged (wrong CRC)")

    def _decoded(self) -> Iterator[bytes]:
        """Yield the decompressed bytes, and see that the stream ends with them."""
        record, decoder = self._record, None
        if not record.flags & PATCHED:
            decoder = in_zip(record.method, record.size)
        if decoder is None:
            what = f"compressed by an unknown method ({record.method})"
            raise refused(record, what)
        packed = self._packed(IN)
        while not decoder.eof:
            data: memoryview | bytes = b""
            if decoder.needs_input:
                data = next(packed, b"")
                if not data:
                    break
            if block := step(decoder, bytes(data)):
                yield block
        is_left = decoder.unused_data or next(packed, b"")
        if not (decoder.eof or _ends_unmarked(record)) or is_left:
            raise _of_another_size(record)

    def _packed(self, most: int) -> Iterator[memoryview | bytes]:
        """Yield the bytes as they lie in the file, behind a header that agrees."""
        record = self._record
        start, head = self._start(most)
        if head:
            yield head
        done = len(head)
        while done < record.packed:
            data = self._source.read_at(start + done, min(most, record.packed - done))
            if not data:
                raise refused(record, "which is cut short")
            done += len(data)
            yield data

    def _start(self, most: int) -> tuple[int, memoryview]:
        """Return where the content starts, and what was read of it already.

        Only once both headers were seen to agree, and it ends before the limit.
        """
        record = self._record
        at = _LOCAL.size + len(record.name)
        if record.offset + at > self._limit:
            raise refused(record, "which overlaps another member")
        wanted = min(at + _MOST_EXTRA + record.packed, most)
        left = self._limit - record.offset
        data = self._source.read_at(record.offset, min(max(wanted, at), left))
        if len(data) < at:
            raise refused(record, "which is cut short")
        at += _extra_length(record, data)
        if record.offset + at + record.packed > self._limit:
            raise refused(record, "which overlaps another member")
        return record.offset + at, memoryview(data)[at : at + record.packed]


def _extra_length(record: Record, data: bytes) -> int:
    """Return how long the last field of a member's own header is.

    Raises:
        ArchiveError: if the header contradicts the directory.

    """
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = (
        _LOCAL.unpack_from(data)
    )
    name = data[_LOCAL.size : _LOCAL.size + name_length]
    if mark != b"PK\3\4" or name != record.name:
        raise refused(record, "which is not where the directory says")
    agree = (
        method == record.method
        and not (flags ^ record.flags) & (ENCRYPTED | PATCHED)
        and (crc == record.crc or (flags & _SIZES_FOLLOW and not crc))
        and _sizes_agree(packed, record.packed, flags)
        and _sizes_agree(size, record.size, flags)
    )
    if not agree:
        raise refused(record, "which its two headers describe differently")
    return int(extra_length)


def _sizes_agree(local: int, listed: int, flags: int) -> bool:
    """Whether a local size is the listed one, left for later, or in zip64."""
    return local in (listed, _LONG) or bool(flags & _SIZES_FOLLOW and not local)


def _ends_unmarked(record: Record) -> bool:
    return record.method == _LZMA and not record.flags & _MARKS_END


def _of_another_size(record: Record) -> ArchiveError:
    return refused(record, "whose content is not of the declared size")


def refused(record: Record, why: str) -> ArchiveError:
    """Return why a member is refused."""
    return ArchiveError(f"the archive holds {shown(record.name)}, {why}")
