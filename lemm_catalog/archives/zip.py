"""Zip: members in the order they lie in the file, each checked against two headers.

The laws: directory and local header agree, members do not overlap, each stream ends
where it says and gives the declared size and CRC; regular files and folders only.
"""

import stat
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lemm_catalog.archives.base import SMALL, Entry
from lemm_catalog.archives.names import checked, decoded, shown
from lemm_catalog.archives.zip_content import (
    PATCHED,
    Content,
    Source,
    is_plain,
    refused,
)
from lemm_catalog.archives.zip_directory import Record, directory
from lemm_catalog.errors import ArchiveError

_LOCAL = struct.Struct("<4s5H3L2H")
_LONG = 0xFFFFFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_SIZES_FOLLOW = 0x0008
# What the second header may bring beyond the first is read along with small members.
_MOST_EXTRA = 64
_REFUSED = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


@dataclass(frozen=True, kw_only=True)
class ZipReader:
    """Reads zip archives, which must be whole: their directory comes last."""

    name: str = "zip"
    suffixes: tuple[str, ...] = (".zip",)
    streams: bool = False

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        """Yield the members, and prove each; see `ArchiveReader`."""
        return self.picked(file, lambda _: True)

    def picked(self, file: BinaryIO, wanted: Callable[[str], bool]) -> Iterator[Entry]:
        """Yield the wanted members; of the others only the directory is read."""
        records, end = directory(file)
        source = Source(file)
        limits = [*(record.offset for record in records), end][1:]
        seen: set[str] = set()
        for record, limit in zip(records, limits, strict=True):
            is_dir = _is_folder(record)
            path = checked(decoded(record.name), is_dir=is_dir)
            if path in seen:
                raise ArchiveError(f"the archive brings {shown(path)} twice")
            seen.add(path)
            if not wanted(path):
                continue
            start, head = _start(source, record, limit)
            content = whole = None
            if is_plain(record, head):
                whole = head
            else:
                content = Content(source, record, start, head)
                whole = b"".join(content) if record.size <= SMALL else None
            if path:
                yield _entry(record, path, is_dir, whole, content or ())
            if content and not content.is_taken:
                for _ in content:
                    pass


def _entry(
    record: Record,
    path: str,
    is_dir: bool,
    whole: bytes | None,
    content: Iterable[bytes],
) -> Entry:
    can_run = bool(record.mode & 0o100)
    return Entry(path, is_dir, record.size, can_run, record.mtime, whole, content)


def _is_folder(record: Record) -> bool:
    is_dir = record.name.endswith(b"/")
    kind = stat.S_IFMT(record.mode)
    if kind in _REFUSED:
        raise refused(record, f"{_REFUSED[kind]}; only files and folders are safe")
    if is_dir and record.size:
        raise refused(record, "a folder with content")
    if kind == stat.S_IFDIR and not is_dir:
        raise refused(record, "a folder by its mode and a file by its name")
    if record.flags & _ENCRYPTED:
        raise refused(record, "which is encrypted")
    return is_dir


def _start(source: Source, record: Record, limit: int) -> tuple[int, bytes]:
    """Return where the content starts, once both headers were seen to agree.

    And what was read of it already: with a small member, its header comes along.
    """
    named = record.offset + _LOCAL.size + len(record.name)
    if named > limit:
        raise refused(record, "which overlaps another member")
    ahead = record.packed + _MOST_EXTRA if record.packed <= SMALL else 0
    data = source.read_at(record.offset, min(named + ahead, limit) - record.offset)
    if len(data) < _LOCAL.size + len(record.name):
        raise refused(record, "which is cut short")
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = (
        _LOCAL.unpack_from(data)
    )
    at = _LOCAL.size + name_length
    if mark != b"PK\3\4" or data[_LOCAL.size : at] != record.name:
        raise refused(record, "which is not where the directory says")
    agree = (
        method == record.method
        and not (flags ^ record.flags) & (_ENCRYPTED | PATCHED)
        and (crc == record.crc or (flags & _SIZES_FOLLOW and not crc))
        and _sizes_agree(packed, record.packed, flags)
        and _sizes_agree(size, record.size, flags)
    )
    if not agree:
        raise refused(record, "which its two headers describe differently")
    at += extra_length
    if record.offset + at + record.packed > limit:
        raise refused(record, "which overlaps another member")
    return record.offset + at, data[at : at + record.packed]


def _sizes_agree(local: int, listed: int, flags: int) -> bool:
    """Whether a local size is the listed one, left for later, or in zip64."""
    return local in (listed, _LONG) or bool(flags & _SIZES_FOLLOW and not local)


ZIP = ZipReader()
