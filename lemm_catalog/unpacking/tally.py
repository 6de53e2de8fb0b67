"""What an archive may come to, and what it has come to so far."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from lemm_catalog.archives.base import Entry
from lemm_catalog.errors import ArchiveError

# Folders cost no bytes and are no members, so they need a bound of their own.
_FOLDERS_PER_MEMBER = 16
_FOLDERS_AT_LEAST = 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most an archive may unpack to; ``members`` counts regular files."""

    bytes: int
    members: int | None


class Tally:
    """Counts what was written, and refuses what exceeds the limits."""

    def __init__(self, limits: Limits, advanced: Callable[[int], None]) -> None:
        self._limits = limits
        self._advanced = advanced
        self._declared = 0
        self._told = 0
        self._folders = 0
        self._lock = threading.Lock()
        self.members = 0
        self.bytes = 0

    def add_folder(self) -> None:
        """Count a folder.

        Raises:
            ArchiveError: if it is one too many.

        """
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
        """Count a file that is about to be written.

        Raises:
            ArchiveError: if it is one too many, or too large for what is left.

        """
        self.members += 1
        most = self._limits.members
        if most is not None and self.members > most:
            raise ArchiveError(f"the archive holds more than the declared {most} files")
        # None will be written beyond what it declares.
        self._declared += entry.size
        if self._declared > self._limits.bytes:
            raise ArchiveError(
                "the archive unpacks to more than the declared"
                f" {self._limits.bytes} bytes"
            )

    def add_bytes(self, count: int) -> None:
        """Add what was written, by any thread."""
        with self._lock:
            self.bytes += count

    def tell(self, at_least: int = 1) -> None:
        """Tell how many bytes were written since it was last told."""
        # Whoever watches need not hear of every small file.
        if (count := self.bytes - self._told) >= at_least:
            self._advanced(count)
            self._told += count
