"""Mending single files of a published tree, and touching nothing else in it.

A member is written aside, on the same disk, and takes its place only once it is
verified and flushed. A segment of a kept file is written where it belongs once it is
proven: what was there is known to be wrong, and a copy of 90 GB would help nobody.
No link is followed below the root.
"""

import hashlib
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from lemm_catalog.store.files import NEW, local_error, local_errors, sync_folder
from lemm_catalog.store.folders import (
    HAS_DIR_FD,
    Folders,
    FoldersByDescriptor,
    FoldersByPath,
    Parts,
)
from lemm_catalog.store.ledger import Line

_BUFFER = 1 << 20
_SAFELY = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


class PublishedTree:
    """The files of a published dataset; ``staging`` is where new ones grow."""

    def __init__(self, root: Path, staging: Path) -> None:
        self._staging = staging
        self._folders: Folders
        with local_errors(root):
            root.mkdir(exist_ok=True)
            self.root = root.resolve()
            make = FoldersByDescriptor if HAS_DIR_FD else FoldersByPath
            self._folders = make(self.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folders.close()

    def open(self, path: str, flags: int) -> int:
        """Return the descriptor of a regular file.

        Raises:
            OSError: if there is none, or it is something else.

        """
        parts = tuple(path.split("/"))
        above = self._folders.make(parts[:-1])
        if isinstance(above, int):
            found = os.open(parts[-1], flags | _SAFELY, dir_fd=above)
        else:
            found = os.open(self.root / path, flags | _SAFELY)
        if not stat.S_ISREG(os.fstat(found).st_mode):
            os.close(found)
            raise FileNotFoundError(path)
        return found

    def mtime_of(self, path: str) -> int | None:
        """Return the time of a regular file, if there is one, in ns."""
        try:
            file = self.open(path, os.O_RDONLY)
        except OSError:
            return None
        try:
            return os.fstat(file).st_mtime_ns
        finally:
            os.close(file)

    def is_right(self, line: Line) -> bool:
        """Whether a file has the bytes its line says; its time is set right then."""
        try:
            file = self.open(line.path, os.O_RDONLY)
        except OSError:
            return False
        try:
            with os.fdopen(file, "rb", 0) as raw:
                if os.fstat(file).st_size != line.size:
                    return False
                digest = hashlib.file_digest(raw, "sha256")
                if digest.hexdigest() != line.sha256:
                    return False
                os.utime(self._by(line.path, file), ns=(line.mtime_ns, line.mtime_ns))
        except OSError:
            return False
        return True

    def new(self, line: Line, *, executable: bool) -> "NewMember":
        """Return a new file that is to take the place of a damaged one.

        Raises:
            LocalError: if the disk does not let it, or a link is on the way.

        """
        parts = tuple(line.path.split("/"))
        with local_errors(self.root / line.path):
            above = self._folders.make(parts[:-1])
            aside = self._aside(above, parts)
            mode = 0o755 if executable else 0o644
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _SAFELY
            return NewMember(line, aside, os.open(aside, flags, mode), above, self.root)

    def _aside(self, above: object, parts: Parts) -> Path:
        """Return where a file can grow that a rename brings to its place."""
        name = f"{NEW}{os.urandom(8).hex()}"
        self._staging.mkdir(parents=True, exist_ok=True)
        place = above if isinstance(above, int | Path) else self.root
        if os.stat(place).st_dev == self._staging.stat().st_dev:  # noqa: PTH116
            return self._staging / name
        return self.root.joinpath(*parts[:-1], name)  # the dataset is a disk of its own

    def _by(self, path: str, descriptor: int) -> int | Path:
        return descriptor if os.utime in os.supports_fd else self.root / path


class NewMember:
    """A member being written aside."""

    def __init__(
        self, line: Line, aside: Path, descriptor: int, above: object, root: Path
    ) -> None:
        self._line = line
        self._aside = aside
        self._file = descriptor
        self._above = above
        self._place = root / line.path
        self._digest = hashlib.sha256()
        self.is_in_place = False

    def __enter__(self) -> Self:
        return self

    def write(self, data: memoryview | bytes) -> None:
        """Write all of the data.

        Raises:
            LocalError: if the disk does not take it.

        """
        self._digest.update(data)
        view = memoryview(data)
        with local_errors(self._place):
            while view:
                view = view[os.write(self._file, view) :]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put it in its place if its bytes are right; otherwise it goes."""
        right = kind is None and self._digest.hexdigest() == self._line.sha256
        try:
            try:
                if right:
                    at = self._line.mtime_ns
                    by_fd = os.utime in os.supports_fd
                    os.fsync(self._file)
                    os.utime(self._file if by_fd else self._aside, ns=(at, at))
            finally:
                os.close(self._file)
            if right:
                self._put()
        except OSError as fault:
            if kind is None:
                raise local_error(fault, self._place) from fault
        finally:
            self._aside.unlink(missing_ok=True)

    def _put(self) -> None:
        if isinstance(self._above, int):
            os.replace(self._aside, self._place.name, dst_dir_fd=self._above)
        else:
            self._aside.replace(self._place)
        sync_folder(self._place.parent)
        self.is_in_place = True


def write_piece(file: int, data: bytes, offset: int) -> None:
    """Write a proven piece where it belongs.

    Raises:
        OSError: if the disk does not take it.

    """
    view = memoryview(data)
    os.lseek(file, offset, os.SEEK_SET)
    while view:
        view = view[os.write(file, view) :]
