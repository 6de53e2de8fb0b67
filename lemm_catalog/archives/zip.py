"""Zip: members in the order they lie in the file, each checked against two headers.

The laws: directory and local header agree, members do not overlap, each stream ends
where it says and gives the declared size and CRC; regular files and folders only.
"""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lemm_catalog.archives.base import Entry
from lemm_catalog.archives.names import checked, decoded, shown
from lemm_catalog.archives.zip_content import ENCRYPTED, Content, Source, refused
from lemm_catalog.archives.zip_directory import Record, directory
from lemm_catalog.errors import ArchiveError

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
            content = Content(source, record, limit)
            if path:
                can_run = record.mode & 0o100 > 0
                size, mtime = record.size, record.mtime
                yield Entry(path, is_dir, size, can_run, mtime, None, content)
            if not content.is_taken:
                for _ in content:
                    pass


def _is_folder(record: Record) -> bool:
    is_dir = record.name.endswith(b"/")
    kind = stat.S_IFMT(record.mode)
    if kind in _REFUSED:
        raise refused(record, f"{_REFUSED[kind]}; only files and folders are safe")
    if is_dir and record.size:
        raise refused(record, "a folder with content")
    if kind == stat.S_IFDIR and not is_dir:
        raise refused(record, "a folder by its mode and a file by its name")
    if record.flags & ENCRYPTED:
        raise refused(record, "which is encrypted")
    return is_dir


ZIP = ZipReader()
