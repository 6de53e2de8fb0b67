"""Writing files so that a crash leaves the old or the new one, never half of one."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from lemm_catalog.errors import LocalError

# How a file is called that is not yet what it is to be; `gc` drops forgotten ones.
NEW = ".new-"
_NO_FOLDER = (
    "a file stands where a folder is needed",
    "choose another place, or move it away",
)
_WORDS = {
    errno.ENOSPC: ("no space is left on the disk", "free some, then run it again"),
    errno.EDQUOT: ("the disk quota is used up", "free some, then run it again"),
    errno.EACCES: ("permission is denied", "see who owns it"),
    errno.EPERM: ("the operation is not permitted", "see who owns it"),
    errno.EROFS: ("the file system is read-only", "choose another --cache-dir"),
    errno.EMFILE: ("too many files are open", "raise `ulimit -n`"),
    errno.ENFILE: ("too many files are open on this machine", "close some programs"),
    errno.EIO: ("the disk reports an error", "check the disk"),
    errno.ENOTDIR: _NO_FOLDER,
    errno.EISDIR: ("a folder stands where a file is needed", "move it away"),
    errno.EEXIST: _NO_FOLDER,
    errno.ELOOP: ("a link leads back to itself", "remove the link"),
    errno.EXDEV: ("it is on another file system", "keep the cache on one"),
    errno.EBUSY: ("it is in use", "see what holds it"),
    errno.ENAMETOOLONG: ("the name is too long for this disk", "use a shorter path"),
    errno.EFBIG: (
        "the file gets larger than this disk, or `ulimit -f`, allows",
        "choose another --cache-dir, or raise the limit",
    ),
}
# What systems say that cannot flush a folder, as opposed to a disk that fails.
_CANNOT_SYNC = frozenset(
    {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM}
)

# What systems say that cannot copy by themselves, between these disks or at all.
_CANNOT_COPY = frozenset(
    {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM, errno.EBADF}
)
_AT_ONCE = 1 << 30

_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR})


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
        at = error.filename or path
        # What only we know by its name says nothing to who reads it.
        is_ours = isinstance(at, str) and NEW in at
        raise local_error(error, path if is_ours else at) from error


def write_atomically(path: Path, text: str | Iterable[str]) -> None:
    """Write a whole file beside its place, flush it to disk, rename it there.

    Text may come in pieces.

    Raises:
        LocalError: if the disk does not let it.

    """
    # As `secrets` does it, which brings hashing and random along.
    new = path.parent / f"{NEW}{os.urandom(8).hex()}"
    with local_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # The umask decides who may read it, as with any other file.
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.writelines((text,) if isinstance(text, str) else text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except BaseException:
            with suppress(OSError):
                new.unlink()
            raise
    sync_folder(path.parent)


def write_state(path: Path, text: str) -> None:
    """Write a state file of ours, even where a folder has taken its place.

    Raises:
        LocalError: if the disk does not let it.

    """
    if is_folder(path):
        remove_tree(path)
    write_atomically(path, text)


def move(source: Path, target: Path) -> None:
    """Rename within the store and make it last.

    Raises:
        LocalError: if the disk does not let it.

    """
    with local_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    sync_folder(target.parent)


def names_in(folder: Path) -> frozenset[str]:
    """Return the names in a folder; none if it is not there."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()


def copy_file(source: Path, target: Path) -> None:
    """Copy the bytes of a file into a new one, or into one that is there.

    The kernel does it where it can, and shares the extents where the disk can.

    Raises:
        OSError: if the disk does not let it.

    """
    with source.open("rb") as from_, target.open("wb") as to:
        if hasattr(os, "copy_file_range"):
            try:
                while os.copy_file_range(from_.fileno(), to.fileno(), _AT_ONCE):
                    pass
            except OSError as error:
                if error.errno not in _CANNOT_COPY:
                    raise
                from_.seek(to.tell())
        shutil.copyfileobj(from_, to, 1024 * 1024)
        to.flush()
        os.fsync(to.fileno())


def move_all(pairs: Iterable[tuple[Path, Path]]) -> None:
    """Rename many files within the store, and make that last.

    Raises:
        LocalError: if the disk does not let it.

    """
    folders = set()
    for source, target in pairs:
        with local_errors(target):
            if target.parent not in folders:
                target.parent.mkdir(parents=True, exist_ok=True)
                folders.add(target.parent)
            source.replace(target)
    for folder in folders:
        sync_folder(folder)


def sync_file(path: Path) -> None:
    """Make the content of a file survive a power cut.

    Raises:
        LocalError: if the disk does not let it.

    """
    with local_errors(path), path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the system can.

    Raises:
        LocalError: if the disk fails.

    """
    if os.name == "nt":
        return  # Windows cannot open a folder for this; NTFS journals renames
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise local_error(error, folder) from error


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
        if is_folder(path):
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def is_folder(path: Path) -> bool:
    """Whether it is a folder itself, and no link to one."""
    return path.is_dir() and not path.is_symlink()


def drop_files(paths: Iterable[Path]) -> int:
    """Delete files, and return the bytes they had; those that are gone are fine.

    Raises:
        LocalError: if the disk does not let it.

    """
    freed = 0
    for path in paths:
        with local_errors(path), suppress(FileNotFoundError):
            size = path.lstat().st_size
            path.unlink()
            freed += size
    return freed


def remove_files(root: Path, names: Iterable[str]) -> None:
    """Delete files below a folder, and the folders that are empty then.

    What lies behind a link on the way is not below it, and stays.

    Raises:
        LocalError: if the disk does not let it.

    """
    emptied: set[PurePosixPath] = set()
    with local_errors(root):
        real = root.resolve()
        for name in names:
            place = PurePosixPath(name)
            folder = real / place.parent
            if os.path.realpath(folder) == str(folder) and not is_folder(root / name):
                with suppress(FileNotFoundError, NotADirectoryError):
                    (root / name).unlink()
                emptied.update(p for p in place.parents if p.parts)
        for place in sorted(emptied, key=lambda p: len(p.parts), reverse=True):
            remove_if_empty(root / place)


def remove_if_empty(folder: Path) -> None:
    """Delete a folder, unless something is in it.

    Raises:
        LocalError: if the disk does not let it.

    """
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno not in _NOT_EMPTY:
            raise local_error(error, folder) from error
