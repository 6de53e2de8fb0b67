"""The staged tree: the only writer of unpacked members.

The laws: nothing is made outside the root, whatever the caller passes; every file is
new; no link is followed, at any step.
"""

import errno
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from lemm_catalog.archives.names import shown
from lemm_catalog.errors import ArchiveError, LemmError
from lemm_catalog.store.files import local_error
from lemm_catalog.store.folders import (
    HAS_DIR_FD,
    NEW_FILE,
    Folders,
    FoldersByDescriptor,
    FoldersByPath,
    Parts,
)

# A time outside 1970 to 2106 is a slip of the tool that wrote the archive.
_LATEST = 2**32 - 1
_SECOND = 1_000_000_000
_NO_NAMES = frozenset({"", ".", ".."})
_BAD_NAME = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})
_IN_THE_WAY = frozenset({errno.ENOTDIR, errno.ELOOP})


class Clock:
    """Sets the times of files, and knows what the disk makes of them.

    Some disks (FAT) keep only every other second. The first file tells; where the
    disk is not exact, each file is asked back.
    """

    def __init__(self) -> None:
        self._is_exact: bool | None = None

    def stamp(self, descriptor: int, mtime: int) -> int:
        """Set a file's time if it is sane, and return what it is, in ns."""
        if self._is_exact and 0 < mtime <= _LATEST:  # nearly always, so it comes first
            at = mtime * _SECOND
            os.utime(descriptor, ns=(at, at))
            return at
        if not (0 < mtime <= _LATEST and os.utime in os.supports_fd):
            return os.fstat(descriptor).st_mtime_ns
        if self._is_exact is None:
            self._is_exact = _keeps(descriptor, mtime) and _keeps(descriptor, mtime + 1)
        _keeps(descriptor, mtime)
        return os.fstat(descriptor).st_mtime_ns


def _keeps(descriptor: int, mtime: int) -> bool:
    at = mtime * _SECOND
    os.utime(descriptor, ns=(at, at))
    return os.fstat(descriptor).st_mtime_ns == at


class NewFile:
    """A file being written; its time is set when it is left without an error."""

    def __init__(self, descriptor: int, name: str, mtime: int, clock: Clock) -> None:
        self._descriptor = descriptor
        self._name = name
        self._mtime = mtime
        self._clock = clock
        self.mtime_ns = 0

    def write(self, data: memoryview | bytes) -> None:
        """Write all of the data.

        Raises:
            LocalError: if the disk does not take it.

        """
        try:
            written = os.write(self._descriptor, data)
            while written < len(data):
                written += os.write(self._descriptor, memoryview(data)[written:])
        except OSError as error:
            raise _in_words(error, self._name) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            try:
                if kind is None:
                    self.mtime_ns = self._clock.stamp(self._descriptor, self._mtime)
            finally:
                os.close(self._descriptor)
        except OSError as fault:
            # Some network file systems tell of a full disk only here.
            if kind is None:
                raise _in_words(fault, self._name) from fault


class _Here(threading.local):
    """The folder a thread wrote into last: members of one mostly follow each other.

    Each thread has its own, so that none waits while another opens a file.
    """

    folder: str | None = None
    before: str = ""
    above: int | None = None


class StagedTree:
    """Writes files and folders below an existing root, and nothing anywhere else.

    Modes are 0644, 0755 for executables and folders, and never more than the umask
    allows; owners, setuid bits and links do not exist here. Whoever made the root
    deletes it when anything fails. Several may write below the same root.
    """

    def __init__(self, root: Path | int, *, by_descriptor: bool = HAS_DIR_FD) -> None:
        self._folders: Folders
        self._clock = Clock()
        self._lock = threading.Lock()
        self._here = _Here()
        self._held: set[int] = set()
        try:
            if isinstance(root, int) or by_descriptor:
                self._folders = FoldersByDescriptor(root)
            else:
                self._folders = FoldersByPath(root)
        except OSError as error:
            raise local_error(error, f"{root}") from error

    @property
    def descriptor(self) -> int | None:
        """The open root, by which another process can write into the same tree."""
        return self._folders.descriptor

    def create(self, path: str, executable: bool, mtime: int) -> NewFile:
        """Return a new file, and make the folders above it.

        Raises:
            ArchiveError: if the name is taken or cannot be one here.
            LocalError: if this machine does not allow it.

        """
        try:
            return NewFile(self._opened(path, executable), path, mtime, self._clock)
        except OSError as error:
            raise _in_words(error, path) from error

    def put(
        self, path: str, data: memoryview | bytes, executable: bool, mtime: int
    ) -> int:
        """Write a whole new file, and return its time in ns; see `create`."""
        try:
            descriptor = self._opened(path, executable)
            try:
                size = len(data)
                written = os.write(descriptor, data) if size else 0
                while written < size:
                    written += os.write(descriptor, memoryview(data)[written:])
                return self._clock.stamp(descriptor, mtime)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _in_words(error, path) from error

    def _opened(self, path: str, executable: bool) -> int:
        folder, slash, name = path.rpartition("/")
        if name in _NO_NAMES or "\0" in name or (slash and not folder):
            raise _outside(path)
        here = self._here
        if folder != here.folder:
            self._go_to(folder, path)
        mode = 0o755 if executable else 0o644
        return os.open(here.before + name, NEW_FILE, mode, dir_fd=here.above)

    def _go_to(self, folder: str, path: str) -> None:
        parts = _parts(folder, path) if folder else ()
        here = self._here
        with self._lock:
            self._leave(here)
            here.before, here.above = self._folders.at(parts)
            here.folder = folder
            if here.above is not None:
                self._held.add(here.above)

    def _leave(self, here: "_Here") -> None:
        here.folder = None
        if here.above is not None:
            self._held.discard(here.above)
            os.close(here.above)
            here.above = None

    def make_dir(self, path: str) -> None:
        """Make a folder, and those above it; one that exists is left alone.

        Raises:
            ArchiveError: if a file is in the way, or the name cannot be one here.
            LocalError: if this machine does not allow it.

        """
        parts = _parts(path, path)
        try:
            with self._lock:
                self._folders.make(parts)
        except OSError as error:
            raise _in_words(error, path) from error

    def close(self) -> None:
        """Close the folders that are kept open."""
        while self._held:
            os.close(self._held.pop())
        self._here = _Here()
        self._folders.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _parts(folder: str, path: str) -> Parts:
    parts = tuple(folder.split("/"))
    if "\0" in folder or not _NO_NAMES.isdisjoint(parts):
        raise _outside(path)
    return parts


def _outside(path: str) -> ArchiveError:
    return ArchiveError(f"{shown(path)} would land outside the dataset")


def _in_words(error: OSError, name: str) -> LemmError:
    """Return what an error of the system means for a member."""
    if error.errno == errno.EEXIST:
        return ArchiveError(f"the archive brings {shown(name)} twice")
    if error.errno in _IN_THE_WAY:
        return ArchiveError(
            f"the archive brings {shown(name)}, and a file where its folder must be"
        )
    if error.errno in _BAD_NAME:
        return ArchiveError(
            f"the archive brings {shown(name)}, a name this disk cannot hold"
        )
    return local_error(error, shown(name))
