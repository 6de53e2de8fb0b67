"""Putting trees together by renames: whole folders where nothing is in the way."""

import hashlib
import os
import stat
from collections.abc import Collection
from pathlib import Path

from lemm_catalog.errors import LocalError
from lemm_catalog.store.files import is_folder, local_errors, sync_folder


def merge(source: Path, target: Path, replaceable: Collection[str] = ()) -> None:
    """Move a tree's content into another; run again, it goes on where it stopped.

    A file that is already there must have the same bytes, unless its path relative
    to ``target`` is among the ``replaceable`` ones. What was moved is made to last.

    Raises:
        LocalError: if other bytes are in the way, or the disk does not let it.

    """
    with local_errors(target):
        _merge(source, target, target, replaceable)


def _merge(
    source: Path, target: Path, root: Path, replaceable: Collection[str]
) -> None:
    if not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        if target == root:
            sync_folder(target.parent)
        return
    if is_folder(source) and is_folder(target):
        for entry in sorted(source.iterdir()):
            _merge(entry, target / entry.name, root, replaceable)
        sync_folder(target)
        source.rmdir()
        return
    if is_folder(source) or is_folder(target):
        raise in_each_others_way(target)
    name = target.relative_to(root).as_posix()
    if name not in replaceable and not _same_bytes(source, target):
        raise other_bytes(target)
    source.replace(target)


def in_each_others_way(place: Path) -> LocalError:
    """Return the error for a file where a folder must be, or the reverse."""
    return LocalError(
        f"{place}: a file and a folder of one name are in each other's way",
        mend="move away what is not of this dataset",
    )


def other_bytes(place: Path) -> LocalError:
    """Return the error for a stranger's file at a place that is needed."""
    return LocalError(
        f"{place}: a file with other bytes is in the way",
        mend="move it away, then run it again",
    )


def is_plain(path: Path) -> bool:
    """Whether it is a file itself: no folder, link, pipe or device."""
    return stat.S_ISREG(path.lstat().st_mode)


def sha256_of(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _same_bytes(one: Path, other: Path) -> bool:
    if not is_plain(other) or one.stat().st_size != other.stat().st_size:
        return False
    return sha256_of(one) == sha256_of(other)
