"""Where processes find the members that they are to write."""

import marshal
import os
import tempfile
from collections.abc import Sequence
from typing import BinaryIO, Protocol

from lemm_catalog.archives.base import Entry
from lemm_catalog.archives.zip_content import Content as ZipContent
from lemm_catalog.unpacking.writing import Content, Item, of_another_size

BATCH = 1 << 22
# A larger member of a stream is written by the process that decodes it.
MOST_IN_RING = 1 << 20
_SLOT = BATCH + MOST_IN_RING


class Place(Protocol):
    """Where processes find the members."""

    kind: str
    descriptor: int

    def content(self, entry: Entry) -> Content | None:
        """Return what a batch holds of a member; None if processes cannot have it."""

    def message(self, slot: int, items: Sequence[Item]) -> bytes | None:
        """Return what a process must know of a batch; None if it cannot be told."""

    def close(self) -> None:
        """Let go of what was taken for it."""


class InZip:
    """In the archive itself, which is a file of the system."""

    kind = "zip"

    def __init__(self, archive: BinaryIO) -> None:
        self.descriptor = archive.fileno()

    def content(self, entry: Entry) -> Content | None:
        """Return the content, unread."""
        assert isinstance(entry.pieces, ZipContent)
        # The reader sees by this that it need not read the content itself.
        entry.pieces.is_taken = True
        return entry.pieces

    def message(self, slot: int, items: Sequence[Item]) -> bytes:
        """Return where the members lie."""
        return marshal.dumps(
            [
                (entry.name, path, entry.executable, *content.place)  # type: ignore[union-attr]
                for entry, path, content in items
            ]
        )

    def close(self) -> None:
        """Do nothing: the archive is the caller's."""


class InRing:
    """In memory, or a file without a name where the system has no such memory."""

    kind = "ring"

    def __init__(self, slots: int) -> None:
        if hasattr(os, "memfd_create"):
            self.descriptor = os.memfd_create("members")
        else:
            with tempfile.TemporaryFile() as file:
                self.descriptor = os.dup(file.fileno())
        try:
            os.truncate(self.descriptor, slots * _SLOT)
        except OSError:
            self.close()
            raise

    def content(self, entry: Entry) -> Content | None:
        """Return the content, if it is not too large."""
        if (whole := entry.whole) is None:
            if entry.size > MOST_IN_RING:
                return None
            whole = b"".join(entry.pieces)
        if len(whole) != entry.size:
            raise of_another_size(entry)
        return whole

    def message(self, slot: int, items: Sequence[Item]) -> bytes | None:
        """Lay the members into a slot, and return where they are."""
        start = slot * _SLOT
        whole = sum(entry.size for entry, _, _ in items)
        try:
            contents: list[bytes] = [data for _, _, data in items]  # type: ignore[misc]
            if os.pwritev(self.descriptor, contents, start) != whole:
                return None
        except OSError:
            return None
        members = [
            (path, entry.executable, entry.mtime, entry.size)
            for entry, path, _ in items
        ]
        return marshal.dumps((start, members))

    def close(self) -> None:
        """Give the memory back, once no process has it any more."""
        os.close(self.descriptor)
