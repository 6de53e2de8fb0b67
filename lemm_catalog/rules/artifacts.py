"""From the files a manifest declares, and a lock, to the artifacts to bring."""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from lemm_catalog.digest import Digest
from lemm_catalog.model.artifact import Artifact, Unpacking
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.lock import Lock
from lemm_catalog.model.manifest import (
    AboutSize,
    File,
    Manifest,
    Size,
    Unpack,
    UnpackedSize,
    bytes_of,
)
from lemm_catalog.model.source import Source
from lemm_catalog.rules.locking import filter_of

# What an archive may grow to when nobody says: audio hardly compresses, text does.
_GUESSED_GROWTH = 4


def artifacts_of(
    manifest: Manifest, files: Iterable[File], lock: Lock | None
) -> tuple[Artifact, ...]:
    """Return the artifacts of some files of a manifest, in its order."""
    return tuple(
        artifact
        for file in files
        for artifact in (
            _of_set(manifest, file, lock)
            if file.is_set
            else [_of_file(manifest, file, lock)]
        )
    )


def _of_file(manifest: Manifest, file: File, lock: Lock | None) -> Artifact:
    locked = lock.files.get(file.path, ()) if lock else ()
    pin = locked[0] if len(locked) == 1 else None
    size = file.size if isinstance(file.size, int) else pin.size if pin else None
    digests = _strong_first({**(pin.checksums if pin else {}), **file.checksums})
    unpacked, rough, members = _after_unpacking(manifest, file)
    return Artifact(
        dataset=manifest.id,
        path=file.path,
        sources=_at_commits(file.source, lock),
        size=size,
        expected=size if size is not None else bytes_of(file.size) or 0,
        digests=digests,
        part=file.part,
        unpack=_unpacking(file.unpack),
        unpacked=unpacked,
        rough=rough,
        members=members,
        unresolved=_why_unresolved(size, digests),
    )


def _unpacking(unpack: Unpack | None) -> Unpacking | None:
    if unpack is None:
        return None
    return Unpacking(strip=unpack.strip, into=unpack.into, format=unpack.format)


def _why_unresolved(size: int | None, digests: tuple[Digest, ...]) -> str | None:
    if size is None:
        return "its exact size is not known"
    return None if digests else "no checksum of it is known"


def _of_set(manifest: Manifest, file: File, lock: Lock | None) -> Iterator[Artifact]:
    locked = lock.files.get(file.path) if lock else None
    why = "the list of its files is not pinned"
    if lock and lock.filters.get(file.path, filter_of(file)) != filter_of(file):
        # Its list lacks what the new patterns would take, and nobody would see that.
        locked, why = None, "its patterns changed since its list was pinned"
    if lock is None or locked is None:
        yield Artifact(
            dataset=manifest.id,
            path=file.path,
            sources=file.source,
            size=None,
            expected=0,
            part=file.part,
            unresolved=why,
        )
        return
    sources = _at_commits(file.source, lock)
    for entry in locked:
        inner = entry.path.removeprefix(file.path)
        if not is_taken(file, inner):
            continue
        digests = _strong_first(entry.checksums)
        yield Artifact(
            dataset=manifest.id,
            path=entry.path,
            sources=tuple(below(source, inner) for source in sources),
            size=entry.size,
            expected=entry.size,
            digests=digests,
            part=file.part,
            unresolved=_why_unresolved(entry.size, digests),
        )


def is_taken(file: File, inner: str) -> bool:
    """Whether the patterns of a set take a file, by its path below the set's."""
    included = not file.include or _fits(inner, file.include)
    return included and not _fits(inner, file.exclude)


def _fits(inner: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(inner, pattern) for pattern in patterns)


def _at_commits(sources: tuple[Source, ...], lock: Lock | None) -> tuple[Source, ...]:
    """Return sources with each movable revision replaced by what it stood for."""
    if lock is None or not lock.commits:
        return sources
    return tuple(at_commit(source, lock.commits) for source in sources)


def at_commit(source: Source, commits: Mapping[str, str]) -> Source:
    """Return a source with a movable revision replaced by what it stood for."""
    place = HubPlace.parse(source.url or "")
    if place is None or place.is_pinned or place.root not in commits:
        return source
    return source._replace(url=place._replace(revision=commits[place.root]).url)


def below(source: Source, inner: str) -> Source:
    """Return the source of one file of a set."""
    if source.url:
        # A lock holds plain names, and # or % would mean something in these URLs.
        is_escaped = source.url.startswith(("hf:", "http"))
        name = quote(inner) if is_escaped else inner
        return source._replace(url=f"{source.url.rstrip('/')}/{name}")
    if source.path:
        return source._replace(path=f"{source.path.rstrip('/')}/{inner}")
    return source


def _strong_first(checksums: Mapping[str, str]) -> tuple[Digest, ...]:
    found = (Digest(name, value) for name, value in checksums.items())
    return tuple(sorted(found, key=lambda digest: (not digest.is_strong, digest)))


def _after_unpacking(manifest: Manifest, file: File) -> tuple[int, bool, int | None]:
    """Return what an archive unpacks to: bytes, whether rough, members."""
    if file.unpack is None:
        return 0, False, None
    archives = [f for f in manifest.files if f.unpack]
    whole = manifest.size if len(archives) == 1 else UnpackedSize()
    own = file.unpack.size
    size: Size | None = own.unpacked if own.unpacked is not None else whole.unpacked
    members = own.members or whole.members
    if isinstance(size, int):
        return size, False, members
    if isinstance(size, AboutSize):
        return size.bytes, True, members
    return _GUESSED_GROWTH * (bytes_of(file.size) or 0), True, members
