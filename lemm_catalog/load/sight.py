"""What the file system says of all that a catalog is read from.

Two equal sights mean the same catalog. Of every file that is read there is its
device, inode, size, time of change and time of *status* change, which nobody can set
back: what keeps a file's size and restores its date is still seen. Of other files the
name counts, since some earn a remark. A file that is so young that it could change
again within one tick of the clock is not to be known again (`settled`).
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

# Plain tuples and dictionaries: that is what `marshal` writes and compares fastest.
Stamp = tuple[Any, ...]
Listing = dict[str, Stamp]
_SHARED = ("licenses", "policies", "locks")
# The coarsest clock of a file system in use (FAT) ticks every two seconds, and always
# on a whole one. Where neither time is whole, the ticks are of milliseconds.
_SECOND_NS = 1_000_000_000
_TICK_NS, _FINE_TICK_NS = 2 * _SECOND_NS, _SECOND_NS // 20
# Windows has no time of status change: there the content itself must be looked at.
_HAS_CTIME = os.name != "nt"
_UNKNOWN: Stamp = (0,)


class Sight(NamedTuple):
    """What is seen: of what all manifests share, and of each folder of manifests."""

    shared: tuple[tuple[Listing | None, ...], ...]
    datasets: dict[str, Listing]


def look(folders: Iterable[Path], builtin: Path) -> Sight | None:
    """Return what is seen of some catalogs; None if something cannot be seen."""
    roots = list(folders)
    try:
        shared = tuple(_shared(root) for root in [builtin, *roots])
        homes = [str(root / "datasets") for root in roots]
        return Sight(shared, {home: _listed(home) or {} for home in homes})
    except OSError:
        return None


def settled(sight: Sight, since_ns: int) -> Sight | None:
    """Return what of a sight will tell every later change; None if too little.

    ``since_ns`` is when looking began. A manifest that is too young is marked so
    that it never compares equal.
    """
    listings = (listing for root in sight.shared for listing in root if listing)
    if any(_is_young(stamp, since_ns) for one in listings for stamp in one.values()):
        return None
    return Sight(
        sight.shared,
        {
            home: {
                name: _UNKNOWN if _is_young(stamp, since_ns) else stamp
                for name, stamp in listing.items()
            }
            for home, listing in sight.datasets.items()
        },
    )


def stamp_of(path: Path, since_ns: int) -> Stamp | None:
    """Return what will tell every later change of a file; None if nothing will."""
    try:
        stamp = _stamp(path.lstat(), str(path))
    except OSError:
        return None
    return None if _is_young(stamp, since_ns) else stamp


def stamps_below(folders: Sequence[Path], suffix: str) -> tuple[Stamp, ...]:
    """Return size and time of the files of some folders, for what only we change."""
    found = []
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(suffix):
                    info = entry.stat()
                    name = os.fsencode(entry.name)
                    found.append((name, info.st_size, info.st_mtime_ns))
    return tuple(sorted(found))


def same_names(one: Mapping[str, Listing], other: Mapping[str, Listing]) -> bool:
    """Whether the folders of manifests hold files of the same names."""
    return one.keys() == other.keys() and all(
        one[home].keys() == other[home].keys() for home in one
    )


def _shared(root: Path) -> tuple[Listing | None, ...]:
    phases = root / "phases.yaml"
    try:
        ladder = {phases.name: _stamp(phases.lstat(), str(phases))}
    except FileNotFoundError:
        ladder = None
    # That there are manifests makes a folder a catalog, whichever they are.
    any_datasets: Listing | None = {} if (root / "datasets").exists() else None
    return (any_datasets, ladder, *(_listed(str(root / name)) for name in _SHARED))


def _listed(folder: str) -> Listing | None:
    """Return the stamps of a folder's files by name; None if there is no folder."""
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return None
    found: Listing = {}
    with entries:
        for entry in entries:
            name = entry.name
            if name.endswith((".yaml", ".json")):
                found[name] = _stamp(entry.stat(follow_symlinks=False), entry.path)
            elif not name.startswith("."):
                found[name] = ()
    return found


def _stamp(info: os.stat_result, path: str) -> Stamp:
    if _HAS_CTIME:
        return (
            info.st_ino,
            info.st_size,
            info.st_mtime_ns,
            info.st_ctime_ns,
            info.st_dev,
        )
    from lemm_catalog.load.files import UnreadableError, read_bytes

    try:
        return (read_bytes(Path(path)),)
    except UnreadableError:
        return (0, info.st_size, info.st_mtime_ns)


def _is_young(stamp: Stamp, since_ns: int) -> bool:
    if not _HAS_CTIME or not stamp:
        return False
    times: tuple[int, int] = stamp[2:4]
    is_fine = all(time % _SECOND_NS for time in times)
    return max(times) >= since_ns - (_FINE_TICK_NS if is_fine else _TICK_NS)
