"""The content of a zip's member: decompressed, measured and summed up, in any thread.

A member is read by its place, not by where the file happens to stand, so that several
can be read at once.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import BinaryIO

from lemm_catalog.archives.decoders import IN, crc32, in_zip, step
from lemm_catalog.archives.names import shown
from lemm_catalog.archives.zip_directory import Record
from lemm_catalog.errors import ArchiveError

PATCHED = 0x0020
_MARKS_END = 0x0002
_STORED, _LZMA = 0, 14


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
    """What a member comes to, proven at its end; ``head`` was read of it already."""

    def __init__(self, source: Source, record: Record, start: int, head: bytes) -> None:
        self._source = source
        self._record = record
        self._start = start
        self._head = head
        self._decoder = None
        if not record.flags & PATCHED:
            self._decoder = in_zip(record.method, record.size)
        if self._decoder is None:
            what = f"compressed by an unknown method ({record.method})"
            raise refused(record, what)
        self.is_taken = False

    def __iter__(self) -> Iterator[bytes]:
        self.is_taken = True
        return self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        record, decoder = self._record, self._decoder
        assert decoder is not None
        packed = self._packed()
        made = crc = 0
        while not decoder.eof:
            data = b""
            if decoder.needs_input:
                data = next(packed, b"")
                if not data:
                    break
            block = step(decoder, data)
            made += len(block)
            crc = crc32(block, crc)
            if made > record.size:
                raise refused(record, "which is larger than it declares")
            if block:
                yield block
        is_left = decoder.unused_data or next(packed, b"")
        if not (decoder.eof or _ends_unmarked(record)) or is_left:
            raise refused(record, "whose content is not of the declared size")
        if made != record.size:
            raise refused(record, "whose content is not of the declared size")
        if crc != record.crc:
            raise refused(record, "whose content is damaged (wrong CRC)")

    def _packed(self) -> Iterator[bytes]:
        """Yield the bytes as they lie in the file."""
        record = self._record
        if self._head:
            yield self._head
        done = len(self._head)
        while done < record.packed:
            count = min(IN, record.packed - done)
            data = self._source.read_at(self._start + done, count)
            if not data:
                raise refused(record, "which is cut short")
            done += len(data)
            yield data


def is_plain(record: Record, head: bytes) -> bool:
    """Whether ``head`` is all of a member that nothing is done to, and proven."""
    is_stored = record.method == _STORED and not record.flags & PATCHED
    is_all = len(head) == record.packed == record.size
    return is_stored and is_all and crc32(head) == record.crc


def _ends_unmarked(record: Record) -> bool:
    is_lzma = record.method == _LZMA
    return record.method == _STORED or (is_lzma and not record.flags & _MARKS_END)


def refused(record: Record, why: str) -> ArchiveError:
    """Return why a member is refused."""
    return ArchiveError(f"the archive holds {shown(record.name)}, {why}")
