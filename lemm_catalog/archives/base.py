"""What every archive format offers: its members, streamed, and proof of its end."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable

# Members up to this size come whole: pieces would cost more than they save.
SMALL = 1 << 16


class Entry(NamedTuple):
    """One regular file or folder of an archive.

    ``name`` has passed `names.checked`: relative, with single slashes, no trailing
    one. ``size`` is what the archive declares. ``mtime`` is in seconds, 0 if not
    known. A small content is there as a ``whole``, read and checked; any other
    streams as ``pieces``, once, while the entry is the current one.
    """

    name: str
    is_dir: bool
    size: int
    executable: bool
    mtime: int
    whole: memoryview | bytes | None
    pieces: Iterable[memoryview | bytes] = ()

    def chunks(self) -> Iterator[memoryview | bytes]:
        """Return the content either way, in pieces."""
        if self.whole is None:
            return iter(self.pieces)
        return iter((self.whole,) if self.whole else ())


class ArchiveReader(Protocol):
    """A way to read one archive format.

    ``streams`` tells that it reads strictly forward, so that it can follow a file
    that is still being downloaded; any other needs a whole file that can seek. The
    ``pieces`` of such another may be read in any order and in any thread, also when
    the entry is no longer the current one.
    """

    @property
    def name(self) -> str:
        """The name of the format, such as ``tar.gz``."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How the names of such files end, in lower case."""

    @property
    def streams(self) -> bool:
        """Whether it reads strictly forward."""

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        """Yield the members; reaching the end proves that the archive was whole.

        What the caller does not begin to read of a member is read, and checked, for
        it. Errors of ``file`` itself pass through unchanged.

        Raises:
            ArchiveError: if the archive is damaged, cut short, followed by other
                bytes, or holds what must not be unpacked.

        """


@runtime_checkable
class PickingReader(Protocol):
    """A reader of a format with a directory, which can pass over members unread."""

    def picked(self, file: BinaryIO, wanted: Callable[[str], bool]) -> Iterator[Entry]:
        """Yield the members whose names are wanted; see `ArchiveReader.entries`."""
