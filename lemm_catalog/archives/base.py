"""What every archive format offers: its members, streamed, and proof of its end."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Protocol


class Entry(NamedTuple):
    """One regular file or folder of an archive.

    ``name`` has passed `names.checked`: relative, with single slashes, no trailing
    one. ``size`` is what the archive declares. ``mtime`` is in seconds, 0 if not
    known. ``chunks`` streams the content once, while the entry is the current one.
    """

    name: str
    is_dir: bool
    size: int
    executable: bool
    mtime: int
    chunks: Callable[[], Iterator[memoryview | bytes]]


class ArchiveReader(Protocol):
    """A way to read one archive format.

    ``streams`` tells that it reads strictly forward, so that it can follow a file
    that is still being downloaded; any other needs a whole file that can seek.
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

        What the caller does not read of a member is read, and checked, for it.
        Errors of ``file`` itself pass through unchanged.

        Raises:
            ArchiveError: if the archive is damaged, cut short, followed by other
                bytes, or holds what must not be unpacked.

        """
