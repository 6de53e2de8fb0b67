"""Whether a dataset can be put together, asked before it is decided to.

Once publishing is decided it must succeed, whoever carries it out: archives that
contradict each other, and files of strangers in the way, are found before.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lemm_catalog.errors import ArchiveError
from lemm_catalog.store.files import is_folder, local_errors
from lemm_catalog.store.ledger import Line
from lemm_catalog.store.merge import (
    in_each_others_way,
    is_plain,
    other_bytes,
    sha256_of,
)


def check_agreement(ledgers: Mapping[str, Iterable[Line]]) -> dict[str, Line]:
    """Return the files that the artifacts bring together, by path.

    Raises:
        ArchiveError: if two of them bring a path with different bytes, or one a
            file where another has a folder.

    """
    seen: dict[str, tuple[str, Line]] = {}
    for artifact, lines in ledgers.items():
        for line in lines:
            other, known = seen.setdefault(line.path, (artifact, line))
            if known.sha256 != line.sha256:
                raise _disagreement(artifact, other, line.path, "different bytes")
    for path, (artifact, _) in seen.items():
        for above in _parents(path):
            if above in seen:
                what = "a file where a folder must be"
                raise _disagreement(artifact, seen[above][0], above, what)
    return {path: line for path, (_, line) in seen.items()}


def check_place(root: Path, brought: Mapping[str, Line], ours: set[str]) -> None:
    """Check that nothing of a stranger is in the way of files below a folder.

    Raises:
        LocalError: if other bytes than those brought are, at a path not of ``ours``.

    """
    with local_errors(root):
        known = {"": is_folder(root)}
        if not known[""]:
            if os.path.lexists(root):
                raise in_each_others_way(root)
            return
        for path, line in brought.items():
            if not _has_folder(root, path.rpartition("/")[0], known, ours):
                continue
            place = root / path
            if is_folder(place):
                _check_folder(place, root, ours)
            elif path not in ours and os.path.lexists(place):
                _check_file(place, line)


def _check_file(place: Path, line: Line) -> None:
    if not is_plain(place) or place.stat().st_size != line.size:
        raise other_bytes(place)
    if sha256_of(place) != line.sha256:
        raise other_bytes(place)


def _check_folder(place: Path, root: Path, ours: set[str]) -> None:
    """Check that a folder whose place a file takes holds nothing but old members."""
    for inner in place.rglob("*"):
        if not is_folder(inner) and inner.relative_to(root).as_posix() not in ours:
            raise in_each_others_way(place)


def _has_folder(
    root: Path, folder: str, known: dict[str, bool], ours: set[str]
) -> bool:
    """Whether a folder is there already; each is looked at once."""
    if folder in known:
        return known[folder]
    place = root / folder
    is_here = _has_folder(root, folder.rpartition("/")[0], known, ours)
    if is_here and not is_folder(place):
        is_here = False
        if os.path.lexists(place) and folder not in ours:
            raise in_each_others_way(place)
    known[folder] = is_here
    return is_here


def _parents(path: str) -> Iterator[str]:
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)


def _disagreement(one: str, other: str, path: str, what: str) -> ArchiveError:
    who = f"{one} brings" if one == other else f"{one} and {other} bring"
    return ArchiveError(
        f"{who} {path} with {what}",
        mend="unpack one of them `into` a folder of its own",
    )
