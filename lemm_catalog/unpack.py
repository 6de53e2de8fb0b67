"""Unpacking: the members of an archive into a staged tree, contained and bounded.

The reader proves the archive, the tree contains it, and this file bounds it: by bytes
that were really written, not by those declared. The first fault ends it; the caller
then deletes the staged folder, so that nothing half-made is ever seen.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from lemm_catalog.archives.base import ArchiveReader, Entry
from lemm_catalog.archives.names import shown
from lemm_catalog.errors import ArchiveError
from lemm_catalog.store.tree import StagedTree

# Folders cost no bytes and are no members, so they need a bound of their own.
_FOLDERS_PER_MEMBER = 16
_FOLDERS_AT_LEAST = 1024
_TOLD_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most an archive may unpack to; ``members`` counts regular files."""

    bytes: int
    members: int | None


class Member(NamedTuple):
    """One unpacked file: its POSIX path below the tree, and how to know it again."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """What an archive came to."""

    members: int
    bytes: int


def unpack(
    archive: BinaryIO,
    reader: ArchiveReader,
    tree: StagedTree,
    *,
    limits: Limits,
    strip: int = 0,
    record: Callable[[Member], None],
    advanced: Callable[[int], None],
) -> Unpacked:
    """Write all members into the tree, without their ``strip`` leading folders.

    Each file is told to ``record`` once it is written, and now and then the bytes
    written since to ``advanced``. Errors of ``archive`` itself pass through unchanged.

    Raises:
        ArchiveError: if the archive is damaged or hostile, or exceeds its limits.
        LocalError: if this machine cannot take the files.

    """
    tally = _Tally(limits, advanced)
    for entry in reader.entries(archive):
        parts = _stripped(entry, strip)
        if entry.is_dir:
            tally.add_folder()
            if parts:
                tree.make_dir(parts)
        else:
            tally.add_member(entry)
            record(_written(entry, parts, tree, tally))
    tally.tell()
    return Unpacked(members=tally.members, bytes=tally.bytes)


class _Tally:
    """Counts what was written, and refuses what exceeds the limits."""

    def __init__(self, limits: Limits, advanced: Callable[[int], None]) -> None:
        self._limits = limits
        self._advanced = advanced
        self._told = 0
        self._folders = 0
        self.members = 0
        self.bytes = 0

    def add_folder(self) -> None:
        self._folders += 1
        most = self._limits.members
        if most is None:
            return
        if self._folders > _FOLDERS_AT_LEAST + _FOLDERS_PER_MEMBER * most:
            raise ArchiveError(
                f"the archive holds more than {self._folders - 1} folders, too many"
                f" for {most} files"
            )

    def add_member(self, entry: Entry) -> None:
        self.members += 1
        most = self._limits.members
        if most is not None and self.members > most:
            raise ArchiveError(f"the archive holds more than the declared {most} files")
        # Declared sizes may lie; this only spares the writing when they do not.
        self._expect_room(entry.size)

    def add_bytes(self, count: int) -> None:
        self._expect_room(count)
        self.bytes += count
        # Whoever watches need not hear of every small file.
        if self.bytes - self._told >= _TOLD_BYTES:
            self.tell()

    def tell(self) -> None:
        """Tell how many bytes were written since it was last told."""
        if count := self.bytes - self._told:
            self._advanced(count)
            self._told = self.bytes

    def _expect_room(self, count: int) -> None:
        if self.bytes + count > self._limits.bytes:
            raise ArchiveError(
                "the archive unpacks to more than the declared"
                f" {self._limits.bytes} bytes"
            )


def _stripped(entry: Entry, strip: int) -> tuple[str, ...]:
    parts = tuple(entry.name.split("/"))
    if not entry.is_dir and len(parts) <= strip:
        noun = "folder" if strip == 1 else "folders"
        raise ArchiveError(
            f"the archive holds {shown(entry.name)}, a file that nothing is left of"
            f" without its {strip} leading {noun}"
        )
    return parts[strip:]


def _written(
    entry: Entry,
    parts: tuple[str, ...],
    tree: StagedTree,
    tally: _Tally,
) -> Member:
    digest = hashlib.sha256()
    before = tally.bytes
    with tree.create(parts, entry.executable, entry.mtime) as file:
        for chunk in entry.chunks():
            tally.add_bytes(len(chunk))
            file.write(chunk)
            digest.update(chunk)
    size = tally.bytes - before
    if size != entry.size:
        raise ArchiveError(
            f"the archive holds {shown(entry.name)}, whose content is not of the"
            " declared size"
        )
    return Member(
        path="/".join(parts),
        size=size,
        mtime_ns=file.mtime_ns,
        sha256=digest.hexdigest(),
    )
