"""Tar, plain or compressed: an own walk, forward only, over every header.

The laws: regular files and folders only; a header that does not add up is an error,
never the silent end (as it is for `tarfile`); after the last member two empty blocks,
then nothing but zeros, then the true end of the compressed stream.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lemm_catalog.archives import decoders
from lemm_catalog.archives.base import Entry
from lemm_catalog.archives.names import checked, decoded, shown
from lemm_catalog.archives.tar_fields import (
    BLOCK,
    Header,
    parse,
    pax_records,
    pax_seconds,
    pax_size,
)
from lemm_catalog.errors import ArchiveError

_EMPTY = bytes(BLOCK)
_MOST_EXTENSION = 1 << 20
_FILES = frozenset({b"0", b"\0", b"7"})
_FOLDER = b"5"
_EXTENSIONS = {b"L": "a long name", b"K": "a long link", b"x": "a pax header"}
_GLOBAL = b"g"
_REFUSED = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a named pipe",
    b"S": "a sparse file",
    b"M": "a part of a file from another volume",
}


@dataclass(frozen=True, kw_only=True)
class TarReader:
    """Reads tar archives whose bytes come out of one decoder."""

    name: str
    suffixes: tuple[str, ...]
    decode: Callable[[BinaryIO], Iterator[bytes]]
    streams: bool = True

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        """Yield the members, and prove the end; see `ArchiveReader`."""
        source = _Forward(self.decode(file))
        notes = _Notes()
        while (header := _next_header(source)) is not None:
            if header.kind in _EXTENSIONS or header.kind == _GLOBAL:
                notes.take(header, _extension(source, header))
                continue
            name, size, mtime = notes.applied(header)
            is_dir = _is_folder(header, name, size)
            content = _content(source, size)
            if path := checked(name, is_dir=is_dir):
                yield _entry(header, path, is_dir, size, mtime, content)
            for _ in content:  # what the caller left
                pass
        notes.expect_none()
        source.expect_zeros()


class _Forward:
    """Blocks of any length, read strictly forward in pieces of the wanted length."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._block = b""
        self._view = memoryview(b"")
        self._at = 0
        self._before = 0

    def some(self, most: int) -> memoryview:
        """Return at most so many bytes; none at the end."""
        if self._at == len(self._block):
            self._before += self._at
            self._block = next(self._blocks, b"")
            self._view = memoryview(self._block)
            self._at = 0
        piece = self._view[self._at : self._at + most]
        self._at += len(piece)
        return piece

    def exactly(self, count: int) -> bytes:
        """Return so many bytes.

        Raises:
            ArchiveError: if there are fewer.

        """
        data = self._block[self._at : self._at + count]
        self._at += len(data)
        while len(data) < count:
            more = self.some(count - len(data))
            if not more:
                raise ArchiveError("the archive is cut short: its end is missing")
            data += more
        return data

    def expect_zeros(self) -> None:
        """Read to the true end.

        Raises:
            ArchiveError: if anything but whole blocks of zeros is left.

        """
        while piece := self.some(1 << 20):
            if bytes(piece).strip(b"\0"):
                raise ArchiveError("the archive is followed by other bytes")
        if (self._before + self._at) % BLOCK:
            raise ArchiveError("the archive is cut short: its last block is not whole")


@dataclass
class _Notes:
    """What extension headers said about the next member, and about all."""

    long_name: bytes | None = None
    pax: dict[str, bytes] = field(default_factory=dict)
    pax_for_all: dict[str, bytes] = field(default_factory=dict)
    pending: set[bytes] = field(default_factory=set)

    def take(self, header: Header, data: bytes) -> None:
        """Take in one extension header."""
        if header.kind in self.pending:
            raise ArchiveError("the archive gives one member two names or headers")
        if header.kind == b"L":
            self.long_name = data.rstrip(b"\0")
        elif header.kind != b"K":
            records = pax_records(data)
            _refuse_sparse(records)
            if header.kind == _GLOBAL:
                return self._take_for_all(records)
            self.pax = records
        self.pending.add(header.kind)

    def _take_for_all(self, records: dict[str, bytes]) -> None:
        if not records.keys().isdisjoint({"path", "size"}):
            raise ArchiveError("the archive gives one name or size to all its members")
        self.pax_for_all.update(records)

    def applied(self, header: Header) -> tuple[str, int, int]:
        """Return name, size and time of the member, and forget what was its own."""
        if not self.pending and not self.pax_for_all:
            return decoded(header.name), header.size, header.mtime
        pax = {**self.pax_for_all, **self.pax}
        long_name = self.long_name
        if long_name is not None and pax.get("path"):
            raise ArchiveError("the archive gives one member two names or headers")
        name = pax.get("path") or (header.name if long_name is None else long_name)
        size = pax_size(value) if (value := pax.get("size")) else header.size
        mtime = pax_seconds(value) if (value := pax.get("mtime")) else header.mtime
        self.long_name = None
        self.pax = {}
        self.pending.clear()
        return decoded(name), size, mtime

    def expect_none(self) -> None:
        """Check that every extension header had its member."""
        if self.pending:
            raise ArchiveError("the archive ends where a member should follow")


def _entry(
    header: Header,
    path: str,
    is_dir: bool,
    size: int,
    mtime: int,
    content: Iterator[memoryview],
) -> Entry:
    return Entry(
        name=path,
        is_dir=is_dir,
        size=size,
        executable=bool(header.mode & 0o100),
        mtime=mtime,
        chunks=lambda: content,
    )


def _next_header(source: _Forward) -> Header | None:
    block = source.exactly(BLOCK)
    if block != _EMPTY:
        return parse(block)
    if source.exactly(BLOCK) != _EMPTY:
        raise ArchiveError("the archive is damaged (an empty block between members)")
    return None


def _extension(source: _Forward, header: Header) -> bytes:
    if header.size > _MOST_EXTENSION:
        raise ArchiveError(f"the archive holds an extension of {header.size} bytes")
    data = source.exactly(header.size)
    source.exactly(-header.size % BLOCK)
    return data


def _content(source: _Forward, size: int) -> Iterator[memoryview]:
    left = size
    while left:
        piece = source.some(left)
        if not piece:
            raise ArchiveError("the archive is cut short: a member ends early")
        left -= len(piece)
        yield piece
    source.exactly(-size % BLOCK)


def _is_folder(header: Header, name: str, size: int) -> bool:
    if header.kind not in _FILES and header.kind != _FOLDER:
        what = _REFUSED.get(header.kind, f"a member of type {shown(header.kind)}")
        raise ArchiveError(
            f"the archive holds {shown(name)}, {what}; only files and folders are safe"
        )
    # Before POSIX a folder was a file whose name ended with a slash.
    is_dir = header.kind == _FOLDER or name.endswith("/")
    if is_dir and size:
        raise ArchiveError(f"the archive holds {shown(name)}, a folder with content")
    return is_dir


def _refuse_sparse(records: dict[str, bytes]) -> None:
    if any(key.startswith("GNU.sparse.") for key in records):
        raise ArchiveError("the archive holds a sparse file, which is not unpacked")


TAR = TarReader(name="tar", suffixes=(".tar",), decode=decoders.plain)
TAR_GZ = TarReader(name="tar.gz", suffixes=(".tar.gz", ".tgz"), decode=decoders.gunzip)
TAR_BZ2 = TarReader(
    name="tar.bz2", suffixes=(".tar.bz2", ".tbz2", ".tbz"), decode=decoders.bunzip2
)
TAR_XZ = TarReader(name="tar.xz", suffixes=(".tar.xz", ".txz"), decode=decoders.unxz)
