"""Rules for what guards the bytes of a file: digests, sizes, revisions and locks."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from lemm_catalog.digest import STRONG
from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.lock import Lock, LockedFile
from lemm_catalog.model.manifest import AboutSize, File, Manifest
from lemm_catalog.model.source import Source, is_pinned_revision
from lemm_catalog.rules.finding import Finding, Key
from lemm_catalog.rules.locking import filter_of

_PLAIN_SCHEMES = frozenset({"http", "ftp"})


def sources_are_pinned(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the sources that could bring other bytes unnoticed, gravest first."""
    lock = catalog.locks.get(manifest.id)
    for index, file in enumerate(manifest.files):
        locked = lock.files.get(file.path, ()) if lock else ()
        found = [
            finding
            for number, source in enumerate(file.source)
            for finding in _of_source(
                file, ("files", index, "source", number), source, _guarded(file, locked)
            )
        ]
        yield from found
        if not locked and not found:  # one mend is enough
            yield from _of_file(index, file)
    yield from _private_hosts(manifest)


def locks_agree(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the files of which manifest and lock pin different bytes."""
    lock = catalog.locks.get(manifest.id)
    for index, file in enumerate(manifest.files):
        patterns = filter_of(file)
        if lock and lock.filters.get(file.path, patterns) != patterns:
            yield Finding(
                key=("files", index, "path"),
                code="lock-stale",
                message="its include or exclude changed since its list was pinned",
                hint=f"run lock {manifest.id} anew",
            )
        for pin in _single_pin(file, lock):
            sizes_differ = isinstance(file.size, int) and file.size != pin.size
            if sizes_differ or _differ(file.checksums, pin.checksums):
                yield Finding(
                    key=("files", index, "path"),
                    code="lock-differs",
                    message="the manifest and its lock pin different bytes",
                    hint=f"run lock {manifest.id} anew, or mend the manifest",
                )


def archives_are_bounded(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the archives of which nobody says how large they may grow."""
    archives = [file for file in manifest.files if file.unpack]
    whole = manifest.size.unpacked if len(archives) == 1 else None
    for index, file in enumerate(manifest.files):
        if file.unpack and file.unpack.size.unpacked is None and whole is None:
            yield Finding(
                key=("files", index, "unpack"),
                code="unpacked-size-missing",
                message="nothing says how large the archive is once unpacked",
                hint="add size: {unpacked: ...} under unpack, or {about: ...} of it",
            )


def _guarded(file: File, locked: tuple[LockedFile, ...]) -> bool:
    """Whether a strong digest guards every byte, be it the lock's."""
    if any(digest.is_strong for digest in file.digests):
        return True
    # By name: a lock may have ten thousand pins, whose values were read as digests.
    return bool(locked) and not any(STRONG.isdisjoint(p.checksums) for p in locked)


def _single_pin(file: File, lock: Lock | None) -> tuple[LockedFile, ...]:
    pins = lock.files.get(file.path, ()) if lock else ()
    return pins if len(pins) == 1 and not file.is_set else ()


def _differ(ours: dict[str, str], theirs: dict[str, str]) -> bool:
    return any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())


def _of_source(
    file: File, key: Key, source: Source, is_guarded: bool
) -> Iterator[Finding]:
    if source.is_manual:
        if not file.digests and not is_guarded:
            yield Finding(
                key=key,
                code="manual-without-digest",
                message="a file that people bring by hand is found by its checksum",
                hint="add checksums: {sha256: ...}",
            )
        return
    scheme = urlsplit(source.url or "").scheme
    if scheme in _PLAIN_SCHEMES and not is_guarded:
        yield Finding(
            key=key,
            code="insecure-source",
            message=f"{scheme} can be altered on its way, no strong checksum guards it",
            hint="add checksums: {sha256: ...} or use https",
        )
    is_movable = scheme == "hf" and not is_pinned_revision(source.url or "")
    if is_movable and not is_guarded:
        yield Finding(
            key=key,
            code="unpinned-source",
            message="the revision can move and no strong checksum guards it",
            hint="name the full commit: hf://datasets/owner/name@<40-hex>/path",
        )


def _private_hosts(manifest: Manifest) -> Iterator[Finding]:
    """Give each host once, where it is named first."""
    named: dict[str, Key] = {}
    for index, file in enumerate(manifest.files):
        for number, source in enumerate(file.source):
            host = urlsplit(source.url or "").hostname or ""
            named.setdefault(host, ("files", index, "source", number))
    for host, key in named.items():
        if _is_private(host):
            yield Finding(
                key=key,
                code="private-host",
                message=f"{host} is reachable from some machines only",
                hint="a site's own mirrors belong into the configuration: mirrors",
                severity="warning",
            )


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".internal"))


def _of_file(index: int, file: File) -> Iterator[Finding]:
    key = ("files", index, "size" if file.size is not None else "path")
    if isinstance(file.size, AboutSize):
        yield Finding(
            key=key,
            code="unpinned-source",
            message="its exact bytes are not known; pull refuses it until they are",
            hint="pin size and sha256 here or in locks/",
            severity="warning",
        )
    elif file.digests and file.size is not None:
        if not any(digest.is_strong for digest in file.digests):
            yield Finding(
                key=("files", index, "checksums"),
                code="weak-checksum",
                message=f"only {file.digests[0].algorithm}, which can be forged",
                hint="add a sha256 when the bytes are at hand",
                severity="warning",
            )
    elif not (file.is_set and _has_pinned_revision(file)):
        missing = "size" if file.digests else "checksum"
        what = "its list of files" if file.is_set else missing
        yield Finding(
            key=key,
            code="unpinned-source",
            message=f"no {what} pins what this source gives",
            hint="pin it in locks/, by lock"
            if file.is_set
            else "add size: and checksums: {sha256: ...}, or pin it in locks/",
        )


def _has_pinned_revision(file: File) -> bool:
    return all(source.url and is_pinned_revision(source.url) for source in file.source)
