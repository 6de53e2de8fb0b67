"""Tar, plain or compressed: an own walk, forward only, over every header.

The laws: regular files and folders only; a header that does not add up is an error,
never the silent end (as it is for `tarfile`); after the last member two empty blocks,
then nothing but zeros, then the true end of the compressed stream.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from lemm_catalog.archives.tar_forward import Forward
from lemm_catalog.errors import ArchiveError

_EMPTY = bytes(BLOCK)
_MOST_EXTENSION = 1 << 20
_FILES = frozenset({b"0", b"\0", b"7"})
_FOLDER = b"5"
# An incremental dump by GNU tar: its content, a list of names, is passed over.
_DUMPED = b"D"
_LABEL = b"V"
_LONG_NAME, _LONG_LINK, _PAX, _GLOBAL = b"L", b"K", b"x", b"g"
# What a header of Solaris is called; else it is the one of pax.
_SOLARIS = b"X"
_EXTENSIONS = frozenset({_LONG_NAME, _LONG_LINK, _PAX, _SOLARIS, _GLOBAL})
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
        source = Forward(self.decode(file))
        notes = _Notes()
        while (header := _next_header(source)) is not None:
            kind, raw, size, mtime, mode = header
            if kind in _EXTENSIONS:
                notes.take(kind, _extension(source, size))
                continue
            if kind == _LABEL:
                notes.expect_none()
                _pass_over(source, "its label", size, has_list=False)
                continue
            if notes.apply:
                raw, size, mtime = notes.applied(raw, size, mtime)
            name = decoded(raw)
            is_dir = kind == _FOLDER or _is_folder(kind, name)
            if is_dir:
                _pass_over(source, "a folder", size, has_list=kind == _DUMPED)
                size = 0
            whole, pieces = source.content(size)
            if path := checked(name, is_dir=is_dir):
                yield Entry(path, is_dir, size, mode & 0o100 > 0, mtime, whole, pieces)
            for _ in pieces:  # what the caller left
                pass
        notes.expect_none()
        source.expect_zeros()


class _Notes:
    """What extension headers said about the next member, and about all.

    ``apply`` tells that they said anything.
    """

    def __init__(self) -> None:
        self.apply = False
        self._long_name: bytes | None = None
        self._pax: dict[str, bytes] = {}
        self._pax_for_all: dict[str, bytes] = {}
        self._pending: set[bytes] = set()

    def take(self, kind: bytes, data: bytes) -> None:
        """Take in one extension header."""
        kind = _PAX if kind == _SOLARIS else kind
        if kind in self._pending:
            raise ArchiveError("the archive gives one member two names or headers")
        self.apply = True
        if kind == _LONG_NAME:
            self._long_name = data.rstrip(b"\0")
        elif kind != _LONG_LINK:
            records = pax_records(data)
            _refuse_sparse(records)
            if kind == _GLOBAL:
                return self._take_for_all(records)
            self._pax = records
        self._pending.add(kind)

    def _take_for_all(self, records: dict[str, bytes]) -> None:
        if not records.keys().isdisjoint({"path", "size"}):
            raise ArchiveError("the archive gives one name or size to all its members")
        self._pax_for_all.update(records)

    def applied(self, raw: bytes, size: int, mtime: int) -> tuple[bytes, int, int]:
        """Return name, size and time of the member, and forget what was its own."""
        pax = {**self._pax_for_all, **self._pax}
        long_name = self._long_name
        if long_name is not None and pax.get("path"):
            raise ArchiveError("the archive gives one member two names or headers")
        name = pax.get("path") or (raw if long_name is None else long_name)
        size = pax_size(value) if (value := pax.get("size")) else size
        mtime = pax_seconds(value) if (value := pax.get("mtime")) else mtime
        self._long_name = None
        self._pax = {}
        self._pending.clear()
        self.apply = bool(self._pax_for_all)
        return name, size, mtime

    def expect_none(self) -> None:
        """Check that every extension header had its member."""
        if self._pending:
            raise ArchiveError("the archive ends where a member should follow")


def _next_header(source: Forward) -> Header | None:
    block = source.exactly(BLOCK)
    if block != _EMPTY:
        return parse(block)
    if source.exactly(BLOCK) != _EMPTY:
        raise ArchiveError("the archive is damaged (an empty block between members)")
    return None


def _extension(source: Forward, size: int) -> bytes:
    if size > _MOST_EXTENSION:
        raise ArchiveError(f"the archive holds an extension of {size} bytes")
    data = source.exactly(size)
    source.exactly(-size % BLOCK)
    return data


def _is_folder(kind: bytes, name: str) -> bool:
    if kind in _FILES:
        # Before POSIX a folder was a file whose name ended with a slash.
        return name.endswith("/")
    if kind == _DUMPED:
        return True
    what = _REFUSED.get(kind, f"a member of type {shown(kind)}")
    raise ArchiveError(
        f"the archive holds {shown(name)}, {what}; only files and folders are safe"
    )


def _pass_over(source: Forward, what: str, size: int, *, has_list: bool) -> None:
    if size and not has_list:
        raise ArchiveError(f"the archive holds {what} with content")
    _extension(source, size)


def _refuse_sparse(records: dict[str, bytes]) -> None:
    if any(key.startswith("GNU.sparse.") for key in records):
        raise ArchiveError("the archive holds a sparse file, which is not unpacked")


TAR = TarReader(name="tar", suffixes=(".tar",), decode=decoders.plain)
TAR_GZ = TarReader(name="tar.gz", suffixes=(".tar.gz", ".tgz"), decode=decoders.gunzip)
TAR_BZ2 = TarReader(
    name="tar.bz2", suffixes=(".tar.bz2", ".tbz2", ".tbz"), decode=decoders.bunzip2
)
TAR_XZ = TarReader(name="tar.xz", suffixes=(".tar.xz", ".txz"), decode=decoders.unxz)
TAR_ZST = TarReader(
    name="tar.zst", suffixes=(".tar.zst", ".tzst"), decode=decoders.unzstd
)
