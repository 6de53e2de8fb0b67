"""Putting trees together by renames: whole folders where nothing is in the way."""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

from lemm_catalog.errors import ArchiveError, LocalError
from lemm_catalog.store.files import local_errors


def merge(source: Path, target: Path, replaceable: Collection[str] = ()) -> None:
    """Move a tree's content into another; run again, it goes on where it stopped.

    A file that is already there must have the same bytes, unless its path relative
    to ``target`` is among the ``replaceable`` ones.

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
        return
    if _is_folder(source) and _is_folder(target):
        for entry in sorted(source.iterdir()):
            _merge(entry, target / entry.name, root, replaceable)
        source.rmdir()
        return
    name = target.relative_to(root).as_posix()
    if _is_folder(source) or _is_folder(target):
        raise LocalError(
            f"{target}: a file and a folder of one name are in each other's way",
            mend="move away what is not of this dataset",
        )
    if name not in replaceable and not _same_bytes(source, target):
        raise LocalError(
            f"{target}: a file with other bytes is in the way",
            mend="move it away, then run it again",
        )
    source.replace(target)


def check_agreement(ledgers: dict[str, dict[str, str]]) -> None:
    """Check that archives that bring the same path bring the same bytes.

    ``ledgers`` maps each artifact to the sha256 of each path it brings.

    Raises:
        ArchiveError: if two archives bring a path with different bytes.

    """
    seen: dict[str, tuple[str, str]] = {}
    for artifact, lines in ledgers.items():
        for path, digest in lines.items():
            other = seen.setdefault(path, (artifact, digest))
            if other[1] != digest:
                raise ArchiveError(
                    f"{artifact} and {other[0]} bring {path} with different bytes",
                    mend="unpack one of them `into` a folder of its own",
                )


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _same_bytes(one: Path, other: Path) -> bool:
    if other.is_symlink() or one.stat().st_size != other.stat().st_size:
        return False
    return _sha256(one) == _sha256(other)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
