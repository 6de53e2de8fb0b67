"""What differs between two states of a catalog, and what of it is suspicious."""

from collections.abc import Iterator, Mapping

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.difference import (
    Change,
    DatasetChange,
    FileChange,
    Suspicion,
    VerdictChange,
)
from lemm_catalog.model.entry import Dossier, Entry, Shelf

_EMPTY = Dossier("", "", None, None, (), (), (), "", (), (), (), "")


def changes_between(old: Shelf, new: Shelf, policy: str) -> tuple[DatasetChange, ...]:
    """Return the datasets that differ, in the order of their ids."""
    names = sorted({*old.entries, *new.entries})
    found = (_dataset(name, old, new, policy) for name in names)
    return tuple(one for one in found if one is not None)


def suspicions(changes: tuple[DatasetChange, ...]) -> tuple[Suspicion, ...]:
    """Return what a reviewer must look at, gravest first."""
    found = [one for change in changes for one in _suspicions(change)]
    return tuple(sorted(found, key=lambda one: one.severity != "error"))


def _dataset(name: str, old: Shelf, new: Shelf, policy: str) -> DatasetChange | None:
    before, after = old.entries.get(name), new.entries.get(name)
    was = old.dossiers[name] if before else _EMPTY
    now = new.dossiers[name] if after else _EMPTY
    change: Change = "changed" if before and after else "added" if after else "removed"
    found = DatasetChange(
        id=name,
        change=change,
        old_version=was.version,
        new_version=now.version,
        keys=tuple(_keys(before, after, was, now)) if before and after else (),
        files=tuple(_files(was.artifacts, now.artifacts)),
        verdicts=tuple(_verdicts(was, now, policy)),
    )
    differs = found.keys or found.files or found.verdicts or change != "changed"
    return found if differs else None


def _keys(
    before: Entry, after: Entry, was: Dossier, now: Dossier
) -> Iterator[tuple[str, str, str]]:
    pairs = {
        "version": (was.version, now.version),
        "license": (_licenses(was), _licenses(now)),
        "phase": (before.phase, after.phase),
        "priority": (before.priority, after.priority),
        "state": (before.state, after.state),
        "title": (was.title, now.title),
        "homepage": (was.homepage, now.homepage),
    }
    for name, (one, other) in pairs.items():
        if one != other:
            yield name, _shown(one), _shown(other)


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _licenses(dossier: Dossier) -> str:
    return ", ".join(dict.fromkeys(one.license for one in dossier.licenses))


def _files(
    old: tuple[Artifact, ...], new: tuple[Artifact, ...]
) -> Iterator[FileChange]:
    before = {one.path: one for one in old}
    after = {one.path: one for one in new}
    urls = _by_url(old)
    for path in dict.fromkeys([*before, *after]):
        was, now = before.get(path), after.get(path)
        if was and now and not contradict(was, now) and was.size == now.size:
            continue
        change: Change = "changed" if was and now else "added" if now else "removed"
        yield FileChange(
            path=path,
            change=change,
            old_bytes=was.size if was else None,
            new_bytes=now.size if now else None,
            old_digest=_digest(was, now),
            new_digest=_digest(now, was),
            same_url=bool(now) and _replaced(now, urls),
        )


def contradict(one: Artifact, other: Artifact) -> bool:
    """Whether two artifacts are said to have different bytes."""
    ours, theirs = dict(one.digests), dict(other.digests)
    if any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys()):
        return True
    return None not in {one.size, other.size} and one.size != other.size


def _by_url(artifacts: tuple[Artifact, ...]) -> Mapping[str, Artifact]:
    return {
        source.url: one
        for one in artifacts
        for source in one.sources
        if source.url and not source.is_manual
    }


def _replaced(now: Artifact | None, before: Mapping[str, Artifact]) -> bool:
    """Whether a URL of an artifact gave other bytes, at whatever path."""
    return now is not None and any(
        contradict(before[url], now)
        for url in (source.url for source in now.sources if source.url)
        if url in before
    )


def _digest(one: Artifact | None, other: Artifact | None) -> str | None:
    """Return a digest to show: one that both sides have, if there is any."""
    if one is None or not one.digests:
        return None
    common = dict(other.digests).keys() if other else {one.digests[0].algorithm}
    shared = [digest for digest in one.digests if digest.algorithm in common]
    return str((shared or one.digests)[0])


def _verdicts(was: Dossier, now: Dossier, policy: str) -> Iterator[VerdictChange]:
    before, after = _judged(was, policy), _judged(now, policy)
    for part in dict.fromkeys([*before, *after]):
        if before.get(part) != after.get(part):
            yield VerdictChange(part, before.get(part), after.get(part))


def _judged(dossier: Dossier, policy: str) -> dict[str | None, str]:
    return {
        one.part: one.verdicts[policy].decision
        for one in dossier.licenses
        if policy in one.verdicts
    }


def _suspicions(change: DatasetChange) -> Iterator[Suspicion]:
    is_same_version = change.old_version == change.new_version
    for file in change.files:
        if file.change == "changed" and is_same_version:
            version = change.new_version or "none"
            yield Suspicion(
                "error",
                "digest-without-version",
                change.id,
                file.path,
                f"other bytes, and the version is still {version}",
                "raise version, or say in notes why the old digest was wrong",
            )
        if file.same_url:
            yield Suspicion(
                "warning",
                "same-url-new-digest",
                change.id,
                file.path,
                "the same URL is said to give other bytes",
                "ask upstream; name a URL that has the release in it",
            )
    for verdict in change.verdicts:
        if verdict.old in {"denied", "review"} and verdict.new == "allowed":
            yield Suspicion(
                "warning",
                "verdict-loosened",
                change.id,
                verdict.part or "",
                f"{verdict.old} becomes allowed",
                "read the claims that are new",
            )
