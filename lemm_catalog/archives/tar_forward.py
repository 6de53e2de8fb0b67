"""The decoded bytes of a tar, read strictly forward."""

from collections.abc import Iterable, Iterator

from lemm_catalog.archives.base import SMALL
from lemm_catalog.archives.tar_fields import BLOCK
from lemm_catalog.errors import ArchiveError


class Forward:
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
        start = self._at
        data = self._block[start : start + count]
        self._at = start + len(data)
        while len(data) < count:
            more = self.some(count - len(data))
            if not more:
                raise ArchiveError("the archive is cut short: its end is missing")
            data += more
        return data

    def content(self, size: int) -> tuple[bytes | None, Iterable[memoryview | bytes]]:
        """Return the next content, whole if it is small, and pass its padding."""
        if size > SMALL:
            return None, self._pieces(size)
        start = self._at
        end = start + size + -size % BLOCK
        if end <= len(self._block):  # nearly always, so it comes first
            self._at = end
            return self._block[start : start + size], ()
        whole = self.exactly(size)
        if padding := -size % BLOCK:
            self.exactly(padding)
        return whole, ()

    def _pieces(self, size: int) -> Iterator[memoryview]:
        left = size
        while left:
            piece = self.some(left)
            if not piece:
                raise ArchiveError("the archive is cut short: a member ends early")
            left -= len(piece)
            yield piece
        self.exactly(-size % BLOCK)

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
