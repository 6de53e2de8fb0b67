"""How the files below one root are looked at and opened, without following a link.

Known to processes that are bare interpreters, hence nothing but the standard library.
"""

import errno
import os
import stat
from typing import Self

_NO_NAMES = frozenset({"", ".", ".."})
_KEPT_OPEN = 32
_HAS_DIR_FD = {os.open, os.stat} <= os.supports_dir_fd
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


class Files:
    """How files below one root are named once the folder they are in was found."""

    def at(self, folder: str) -> tuple[str, int | None]:
        """Return what comes before a name in a folder, and what it is relative to.

        Raises:
            OSError: if there is no such folder, or a link is on the way.

        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Keep nothing open."""


class FilesByDescriptor(Files):
    """Takes every step from an open folder; the latest of them are kept open."""

    def __init__(self, root: str) -> None:
        self._open = {"": os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))}

    def at(self, folder: str) -> tuple[str, int | None]:
        """Return what comes before a name in a folder, and what it is relative to."""
        return "", self._at(folder)

    def _at(self, folder: str) -> int:
        if (known := self._open.get(folder)) is not None:
            return known
        above, _, name = folder.rpartition("/")
        if name in _NO_NAMES:
            raise OSError(errno.ENOENT, folder)
        found = os.open(name, os.O_RDONLY | _FOLDER, dir_fd=self._at(above))
        if len(self._open) > _KEPT_OPEN:
            self._drop()
        self._open[folder] = found
        return found

    def _drop(self) -> None:
        root = self._open.pop("")
        self.__exit__()
        self._open = {"": root}

    def __exit__(self, *_: object) -> None:
        """Close all folders."""
        for descriptor in self._open.values():
            os.close(descriptor)


class FilesByPath(Files):
    """For systems without such steps (Windows): every folder is seen to be one."""

    def __init__(self, root: str) -> None:
        self._seen = {"": root}

    def at(self, folder: str) -> tuple[str, int | None]:
        """Return what comes before a name in a folder, and what it is relative to."""
        return f"{self._at(folder)}/", None

    def _at(self, folder: str) -> str:
        if (known := self._seen.get(folder)) is not None:
            return known
        above, _, name = folder.rpartition("/")
        if name in _NO_NAMES:
            raise OSError(errno.ENOENT, folder)
        place = f"{self._at(above)}/{name}"
        found = os.lstat(place)
        # A junction of Windows is a folder that leads elsewhere.
        is_junction = getattr(found, "st_file_attributes", 0) & 0x400
        if is_junction or not stat.S_ISDIR(found.st_mode):
            raise OSError(errno.ENOTDIR, place)
        self._seen[folder] = place
        return place


def open_file(name: str, folder: int | None) -> int:
    """Return the descriptor of a file that is to be read, and never waits.

    Raises:
        OSError: if there is none, or a link.

    """
    if folder is None and not stat.S_ISREG(os.lstat(name).st_mode):
        raise OSError(errno.ELOOP, name)
    return os.open(name, _FILE, dir_fd=folder)


def files_below(root: str) -> Files:
    """Return the best way this system has.

    Raises:
        OSError: if there is no such folder.

    """
    return FilesByDescriptor(root) if _HAS_DIR_FD else FilesByPath(root)
