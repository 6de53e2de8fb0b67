"""Zip: members in the order they lie in the file, each checked against two headers.

The laws: directory and local header agree, members do not overlap, each stream ends
where it says and gives the declared size and CRC; regular files and folders only.
"""

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lemm_catalog.archives import decoders
from lemm_catalog.archives.base import Entry
from lemm_catalog.archives.names import checked, decoded, shown
from lemm_catalog.archives.zip_directory import Record, directory
from lemm_catalog.errors import ArchiveError

_LOCAL = struct.Struct("<4s5H3L2H")
_LONG = 0xFFFFFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_PATCHED = 0x0020
_SIZES_FOLLOW = 0x0008
_MARKS_END = 0x0002
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
        records, end = directory(file)
        limits = [*(record.offset for record in records), end][1:]
        seen: set[str] = set()
        for record, limit in zip(records, limits, strict=True):
            is_dir = _is_folder(record)
            path = checked(decoded(record.name), is_dir=is_dir)
            if path in seen:
                raise ArchiveError(f"the archive brings {shown(path)} twice")
            seen.add(path)
            content = _content(file, record, _start(file, record, limit))
            if path:
                yield _entry(record, path, is_dir, content)
            for _ in content:  # what the caller left
                pass


def _entry(record: Record, path: str, is_dir: bool, content: Iterator[bytes]) -> Entry:
    return Entry(
        name=path,
        is_dir=is_dir,
        size=record.size,
        executable=bool(record.mode & 0o100),
        mtime=record.mtime,
        chunks=lambda: content,
    )


def _is_folder(record: Record) -> bool:
    is_dir = record.name.endswith(b"/")
    kind = stat.S_IFMT(record.mode)
    if kind in _REFUSED:
        raise _refused(record, f"{_REFUSED[kind]}; only files and folders are safe")
    if is_dir and record.size:
        raise _refused(record, "a folder with content")
    if kind == stat.S_IFDIR and not is_dir:
        raise _refused(record, "a folder by its mode and a file by its name")
    if record.flags & _ENCRYPTED:
        raise _refused(record, "which is encrypted")
    return is_dir


def _start(file: BinaryIO, record: Record, limit: int) -> int:
    """Return where the content starts, once both headers were seen to agree."""
    if record.offset + _LOCAL.size + len(record.name) > limit:
        raise _refused(record, "which overlaps another member")
    file.seek(record.offset)
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = (
        _LOCAL.unpack(_exactly(file, _LOCAL.size, record))
    )
    name = _exactly(file, name_length, record) if mark == b"PK\3\4" else b""
    if name != record.name:
        raise _refused(record, "which is not where the directory says")
    agree = (
        method == record.method
        and not (flags ^ record.flags) & (_ENCRYPTED | _PATCHED)
        and (crc == record.crc or (flags & _SIZES_FOLLOW and not crc))
        and _sizes_agree(packed, record.packed, flags)
        and _sizes_agree(size, record.size, flags)
    )
    if not agree:
        raise _refused(record, "which its two headers describe differently")
    start: int = record.offset + _LOCAL.size + name_length + extra_length
    if start + record.packed > limit:
        raise _refused(record, "which overlaps another member")
    return start


def _sizes_agree(local: int, listed: int, flags: int) -> bool:
    """Whether a local size is the listed one, left for later, or in zip64."""
    return local in (listed, _LONG) or bool(flags & _SIZES_FOLLOW and not local)


def _exactly(file: BinaryIO, count: int, record: Record) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise _refused(record, "which is cut short")
    return data


def _content(file: BinaryIO, record: Record, start: int) -> Iterator[bytes]:
    decoder = None
    if not record.flags & _PATCHED:
        decoder = decoders.in_zip(record.method, record.size)
    if decoder is None:
        raise _refused(record, f"compressed by an unknown method ({record.method})")
    file.seek(start)
    left, made, crc = record.packed, 0, 0
    while not decoder.eof:
        data = b""
        if decoder.needs_input:
            data = file.read(min(left, decoders.IN))
            if not data:
                break
            left -= len(data)
        block = decoders.step(decoder, data)
        made += len(block)
        crc = zlib.crc32(block, crc)
        if made > record.size:
            raise _refused(record, "which is larger than it declares")
        if block:
            yield block
    has_end = decoder.eof or _ends_unmarked(record)
    if not has_end or left or decoder.unused_data or made != record.size:
        raise _refused(record, "whose content is not of the declared size")
    if crc != record.crc:
        raise _refused(record, "whose content is damaged (wrong CRC)")


def _ends_unmarked(record: Record) -> bool:
    is_lzma = record.method == 14
    return record.method == 0 or (is_lzma and not record.flags & _MARKS_END)


def _refused(record: Record, why: str) -> ArchiveError:
    return ArchiveError(f"the archive holds {shown(record.name)}, {why}")


ZIP = ZipReader()
