"""Two ways to make folders and open new files below one root, and nowhere else.

On POSIX each step goes through the open folder above it, so that no path is ever
looked up twice; elsewhere every folder on the way is seen to be a real one.
"""

import contextlib
import errno
import os
import stat
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

Parts = tuple[str, ...]
# What comes before a name, and the descriptor of the folder it is relative to.
Place = tuple[str, int | None]

HAS_DIR_FD = {os.open, os.mkdir} <= os.supports_dir_fd
NEW_FILE = (
    os.O_CREAT
    | os.O_EXCL
    | os.O_WRONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


def _most_open() -> int:
    """Return how many folders may be kept open: a quarter of what the system allows.

    macOS allows 256 files unless told otherwise, Linux 1024.
    """
    try:
        import resource
    except ImportError:
        return 64
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 512 if soft == resource.RLIM_INFINITY else min(max(soft // 4, 16), 512)


_MOST_OPEN = _most_open()


class Folders(Protocol):
    """How folders are made and files are opened below one root."""

    @property
    def descriptor(self) -> int | None:
        """The open root, if it is one."""

    def make(self, parts: Parts) -> object:
        """Make a folder and those above it, where they are missing."""

    def at(self, folder: Parts) -> Place:
        """Return how names in a folder are written, which is made if missing.

        The place is the caller's, who closes what it is relative to.
        """

    def close(self) -> None:
        """Close what is open."""


class FoldersByDescriptor:
    """Takes every step from an open folder; the latest of them are kept open."""

    def __init__(self, root: Path | int) -> None:
        if isinstance(root, int):
            self._root = os.dup(root)
        else:
            self._root = os.open(root, os.O_RDONLY | _FOLDER)
        self._open: OrderedDict[Parts, int] = OrderedDict()

    @property
    def descriptor(self) -> int:
        """The open root."""
        return self._root

    def make(self, parts: Parts) -> int:
        """Return the descriptor of a folder, made with those above it if missing."""
        if not parts:
            return self._root
        if (known := self._open.get(parts)) is not None:
            self._open.move_to_end(parts)
            return known
        above = self.make(parts[:-1])
        try:
            made = os.open(parts[-1], os.O_RDONLY | _FOLDER, dir_fd=above)
        except FileNotFoundError:
            # Another process of ours may make it just now.
            with contextlib.suppress(FileExistsError):
                os.mkdir(parts[-1], 0o755, dir_fd=above)
            made = os.open(parts[-1], os.O_RDONLY | _FOLDER, dir_fd=above)
        self._open[parts] = made
        if len(self._open) > _MOST_OPEN:
            os.close(self._open.popitem(last=False)[1])
        return made

    def at(self, folder: Parts) -> Place:
        """Return how names in a folder are written: as they are, from its own."""
        # Opened once more, since the next folder may close what is kept open here.
        return "", os.dup(self.make(folder))

    def close(self) -> None:
        """Close all folders."""
        while self._open:
            os.close(self._open.popitem()[1])
        if self._root >= 0:
            os.close(self._root)
            self._root = -1


class FoldersByPath:
    """For systems without such steps (Windows): every folder is seen to be one."""

    def __init__(self, root: Path) -> None:
        self.descriptor = None
        self._root = root
        self._seen: set[Parts] = set()
        self._expect_folder(root)

    def make(self, parts: Parts) -> Path:
        """Return the path of a folder, made with those above it if missing."""
        path = self._root.joinpath(*parts)
        if not parts or parts in self._seen:
            return path
        self.make(parts[:-1])
        with contextlib.suppress(FileExistsError):
            path.mkdir(0o755)
        self._expect_folder(path)
        self._seen.add(parts)
        return path

    def at(self, folder: Parts) -> Place:
        """Return how names in a folder are written: behind its path."""
        return f"{self.make(folder)}{os.sep}", None

    def close(self) -> None:
        """Do nothing: nothing is kept open."""

    def _expect_folder(self, path: Path) -> None:
        found = path.lstat()
        # A junction of Windows is a folder that leads elsewhere.
        is_junction = getattr(found, "st_file_attributes", 0) & 0x400
        if is_junction or not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
