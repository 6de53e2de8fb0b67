"""What is to be asked of sources, and what their answers come to as pins.

Laws, each a test: what the manifest pins by itself is not asked for; a file without a
digest is not pinned; what failed or is open keeps the pin it had; asking again where
nothing changed gives an equal lock; what no manifest asks for any more goes.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lemm_catalog.digest import Digest
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.lock import Filter, Lock, LockedFile
from lemm_catalog.model.locking import CommitChange, PinChange
from lemm_catalog.model.manifest import File, Manifest
from lemm_catalog.model.source import Source
from lemm_catalog.model.told import plain_line


class Pinned(NamedTuple):
    """What came of asking for one file, or set, of a manifest.

    ``commits`` are by repository and revision, as a lock has them.
    """

    path: str
    files: tuple[LockedFile, ...]
    commits: Mapping[str, str]


def files_to_ask(manifest: Manifest, lock: Lock | None) -> tuple[File, ...]:
    """Return the files whose bytes the manifest does not pin by itself."""
    return tuple(
        file
        for file in manifest.files
        if _wants_pin(file) and not _is_settled(file, lock)
    )


def _wants_pin(file: File) -> bool:
    if all(source.is_manual for source in file.source):
        return False
    if file.is_set or not isinstance(file.size, int) or not file.digests:
        return True
    is_strong = any(digest.is_strong for digest in file.digests)
    return not is_strong and any(_is_movable(source) for source in file.source)


def _is_settled(file: File, lock: Lock | None) -> bool:
    """Whether what is pinned is of a commit, and hence cannot have changed."""
    pins = lock.files.get(file.path) if lock else None
    if lock is None or pins is None or filter_of(file) != lock.filters.get(file.path):
        return False
    places = [HubPlace.parse(source.url or "") for source in file.source]
    is_fixed = all(place is not None and place.is_pinned for place in places)
    return is_fixed and all(_is_proven(pin) for pin in pins)


def _is_movable(source: Source) -> bool:
    place = HubPlace.parse(source.url or "")
    return place is not None and not place.is_pinned


def _is_proven(pin: LockedFile) -> bool:
    return any(Digest(*pair).is_strong for pair in pin.checksums.items())


def filter_of(file: File) -> Filter | None:
    """Return the patterns of a set as a lock keeps them; None if it has none."""
    if not (file.include or file.exclude):
        return None
    return Filter(include=file.include, exclude=file.exclude)


def known_pin(
    lock: Lock | None, file: File, path: str, *, size: int | None, etag: str | None
) -> LockedFile | None:
    """Return an earlier proven pin if size and ETag say that it still holds."""
    for pin in lock.files.get(file.path, ()) if lock else ():
        if pin.path == path and pin.size == size and etag and pin.etag == etag:
            return pin if _is_proven(pin) else None
    return None


def new_lock(
    manifest: Manifest, old: Lock | None, answers: Sequence[Pinned], when: str
) -> Lock:
    """Return the lock with new answers; the time is the old one if nothing changed."""
    fresh = {pinned.path: pinned for pinned in answers}
    files: dict[str, tuple[LockedFile, ...]] = {}
    filters: dict[str, Filter] = {}
    commits: dict[str, str] = {}
    for file in manifest.files:
        pinned = fresh.get(file.path)
        if pinned is not None:
            files[file.path] = pinned.files
            commits |= pinned.commits
            if (patterns := filter_of(file)) is not None:
                filters[file.path] = patterns
        elif old is not None and file.path in old.files and _wants_pin(file):
            files[file.path] = old.files[file.path]
            commits |= _commits_for(file, old)
            if file.path in old.filters:
                filters[file.path] = old.filters[file.path]
    return Lock(
        schema_="lemm-catalog/lock@1",
        id=manifest.id,
        locked=when,
        files=files,
        commits=commits,
        filters=filters,
    )


class Noted(NamedTuple):
    """What the source of an artifact said of its version when all was well."""

    artifact: Artifact
    url: str | None
    etag: str | None
    last_modified: str | None


def noted_lock(
    dataset: str, old: Lock | None, noted: Sequence[Noted], when: str
) -> Lock:
    """Return the lock with what the first source of each file said of its version.

    Nothing is pinned here: a file without an exact size is `lock`'s to look at, and
    what is no plain line is left out, as in a lock.
    """
    files = dict(old.files) if old else {}
    keys = {pin.path: key for key, pins in files.items() for pin in pins}
    done = set[str]()
    for one in noted:
        artifact = one.artifact
        if artifact.size is None or artifact.path in done:
            continue
        done.add(artifact.path)
        key = keys.get(artifact.path, artifact.path)
        sums = {digest.algorithm: digest.value for digest in artifact.digests}
        blank = LockedFile(path=artifact.path, size=artifact.size, checksums=sums)
        pins = files.get(key) or (blank,)
        said = {
            "url": one.url,
            "etag": plain_line(one.etag),
            "last_modified": plain_line(one.last_modified),
        }
        files[key] = tuple(
            pin.model_copy(update=said) if pin.path == artifact.path else pin
            for pin in pins
        )
    return Lock(
        schema_="lemm-catalog/lock@1",
        id=dataset,
        locked=when,
        files=files,
        commits=old.commits if old else {},
        filters=old.filters if old else {},
    )


def _commits_for(file: File, lock: Lock) -> dict[str, str]:
    places = (HubPlace.parse(source.url or "") for source in file.source)
    roots = {place.root for place in places if place is not None}
    return {root: commit for root, commit in lock.commits.items() if root in roots}


def is_same(old: Lock | None, new: Lock) -> bool:
    """Whether two locks pin the same, whenever they were made."""
    if old is None:
        return not new.files
    return old.model_copy(update={"locked": new.locked}) == new


class Differences(NamedTuple):
    """How the pins of two locks differ, sorted by path."""

    added: tuple[PinChange, ...]
    removed: tuple[PinChange, ...]
    changed: tuple[PinChange, ...]
    commits: tuple[CommitChange, ...]


def differences(old: Lock | None, new: Lock) -> Differences:
    """Return what a reviewer is to see of a new lock."""
    before, after = _by_path(old), _by_path(new)
    changes = {
        path: _change(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    }
    was, now = (old.commits if old else {}), new.commits
    return Differences(
        added=tuple(c for p, c in changes.items() if p not in before),
        removed=tuple(c for p, c in changes.items() if p not in after),
        changed=tuple(c for p, c in changes.items() if p in before and p in after),
        commits=tuple(
            CommitChange(root, was.get(root), now.get(root))
            for root in sorted(was.keys() | now.keys())
            if was.get(root) != now.get(root)
        ),
    )


def size_of(lock: Lock | None) -> int:
    """Return the bytes of all that a lock pins."""
    return sum(pin.size for pin in _by_path(lock).values())


def _by_path(lock: Lock | None) -> dict[str, LockedFile]:
    if lock is None:
        return {}
    return {pin.path: pin for pins in lock.files.values() for pin in pins}


def _change(path: str, old: LockedFile | None, new: LockedFile | None) -> PinChange:
    return PinChange(
        path=path,
        old_size=old.size if old else None,
        new_size=new.size if new else None,
        old_digest=_digest(old),
        new_digest=_digest(new),
    )


def _digest(pin: LockedFile | None) -> str | None:
    found = [Digest(*pair) for pair in pin.checksums.items()] if pin else []
    found.sort(key=lambda digest: (not digest.is_strong, digest))
    return str(found[0]) if found else None
