"""Writing files so that a crash leaves the old or the new one, never half of one."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lemm_catalog.errors import LocalError

_WORDS = {
    errno.ENOSPC: ("no space is left on the disk", "free some, then run it again"),
    errno.EDQUOT: ("the disk quota is used up", "free some, then run it again"),
    errno.EACCES: ("permission is denied", "see who owns it"),
    errno.EPERM: ("the operation is not permitted", "see who owns it"),
    errno.EROFS: ("the file system is read-only", "choose another --cache-dir"),
    errno.EMFILE: ("too many files are open", "raise `ulimit -n`"),
    errno.ENFILE: ("too many files are open on this machine", "close some programs"),
    errno.EIO: ("the disk reports an error", "check the disk"),
    errno.ENOTDIR: ("a file stands where a folder is needed", "move it away"),
    errno.EISDIR: ("a folder stands where a file is needed", "move it away"),
    errno.ENAMETOOLONG: ("the name is too long for this disk", "use a shorter path"),
}


def local_error(error: OSError, path: Path | str) -> LocalError:
    """Return an `OSError` of this machine in words."""
    words, mend = _WORDS.get(error.errno or 0, (error.strerror or str(error), None))
    return LocalError(f"{path}: {words}", mend=mend)


@contextmanager
def local_errors(path: Path) -> Iterator[None]:
    """Turn what the system says of a path into a `LocalError`."""
    try:
        yield
    except OSError as error:
        raise local_error(error, error.filename or path) from error


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file beside its place, flush it to disk, rename it there.

    Raises:
        LocalError: if the disk does not let it.

    """
    with local_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            # mkstemp makes the file private; a shared store is read by others.
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Rename within the store and make it last.

    Raises:
        LocalError: if the disk does not let it.

    """
    with local_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the system can."""
    if os.name == "nt":
        return  # Windows cannot open a folder for this; NTFS journals renames
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_everything() -> None:
    """Flush all that was written: one call for a tree of 100,000 files."""
    if hasattr(os, "sync"):
        os.sync()


def remove_tree(path: Path) -> None:
    """Delete a file or a whole folder, without following links; a missing one is fine.

    Raises:
        LocalError: if the disk does not let it.

    """
    with local_errors(path):
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)


def _umask() -> int:
    # There is no call that only reads it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
