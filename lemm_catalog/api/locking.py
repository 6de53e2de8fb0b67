"""Locking: unpinned sources are asked once, and the answer becomes a reviewed file."""

from collections.abc import Sequence
from pathlib import Path

from lemm_catalog.api.asking import Asker, Open
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import CatalogError, LemmError, UsageError
from lemm_catalog.load.catalog import Loaded, load
from lemm_catalog.load.roots import lock_place
from lemm_catalog.means import Means, now
from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.lock import Lock
from lemm_catalog.model.locking import LockOutcome, LockReport, Result
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.problems import errors_in
from lemm_catalog.progress import Observer, SilentObserver
from lemm_catalog.render.locks import lock_json
from lemm_catalog.rules.locking import (
    differences,
    files_to_ask,
    is_same,
    new_lock,
    size_of,
)
from lemm_catalog.rules.selection import find
from lemm_catalog.rules.shelving import shelved
from lemm_catalog.settings import Settings
from lemm_catalog.store.files import remove_tree, write_atomically
from lemm_catalog.store.store import Store
from lemm_catalog.transfer.lanes import Hosts
from lemm_catalog.transfer.pace import Pace
from lemm_catalog.transfer.traffic import Traffic

# What a lock is there to mend must not keep it from being made.
_MENDED = frozenset(
    {
        "unpinned-source",
        "insecure-source",
        "lock-differs",
        "lock-stale",
        "weak-checksum",
    }
)
_SILENT = SilentObserver()


def lock(
    names: Sequence[str],
    settings: Settings,
    observer: Observer = _SILENT,
    *,
    fetches: bool = False,
    checks: bool = False,
) -> LockReport:
    """Pin what datasets' manifests leave open; no names mean all that are offered.

    With ``fetches`` digests that no source tells are made of the bytes, which stay in
    the cache for a pull; with ``checks`` nothing is written, and a change only told.

    Raises:
        UsageError: if a name is no dataset's, or nothing may be asked.
        CatalogError: if a manifest is wrong otherwise.

    """
    if settings.offline:
        raise UsageError("lock asks sources", mend="run it without --offline")
    loaded = load(settings.catalog)
    chosen = _chosen(loaded, names)
    means = Means(
        store=Store(settings.cache_dir),
        backends=Backends(settings.network),
        observer=observer,
        homes=loaded.catalog.homes,
        tokens=settings.tokens,
        traffic=Traffic(
            hosts=Hosts(settings.connections), pace=Pace(settings.limit_rate)
        ),
    )
    outcomes = tuple(
        _lock_one(one, loaded.catalog, Asker(means=means, fetches=fetches), checks)
        for one in chosen
    )
    return LockReport(datasets=outcomes, checked=checks)


def _chosen(loaded: Loaded, names: Sequence[str]) -> list[Manifest]:
    """Return the manifests that are meant, if nothing but pins is wrong with them."""
    catalog = loaded.catalog
    unread = tuple(
        problem
        for problem in errors_in(loaded.problems)
        if (name := Path(problem.path).stem) not in catalog.manifests
        and problem.path.endswith(".yaml")
        and name in {one.replace("_", "-") for one in names}
    )
    if unread:
        raise CatalogError(unread)
    shelf = shelved(catalog)
    ids = dict.fromkeys(find(shelf, name).id for name in names) or {
        name: None for name, entry in shelf.entries.items() if entry.is_offered
    }
    places = {str(catalog.homes[name] / f"{name}.yaml") for name in ids}
    wrong = [
        problem
        for problem in errors_in(loaded.problems)
        if problem.path in places and problem.code not in _MENDED
    ]
    # A manifest that cannot be read has no id: without names, it might be meant.
    known = {str(home / f"{name}.yaml") for name, home in catalog.homes.items()}
    if not names:
        wrong += [
            problem
            for problem in errors_in(loaded.problems)
            if problem.path not in known and not problem.path.endswith(".json")
        ]
    if wrong:
        raise CatalogError(tuple(wrong))
    return [catalog.manifests[name] for name in ids]


def _lock_one(
    manifest: Manifest, catalog: Catalog, asker: Asker, checks: bool
) -> LockOutcome:
    """Lock one dataset; its failure is an outcome too."""
    old = catalog.locks.get(manifest.id)
    place = lock_place(catalog.homes[manifest.id], manifest.id)
    answers, open_, failures, code = [], list[str](), list[str](), 0
    for file in files_to_ask(manifest, old):
        try:
            answer = asker.ask(manifest, file, old)
        except LemmError as error:
            failures.append(f"{file.path}: {error}")
            code = max(code, error.exit_code)
            continue
        if isinstance(answer, Open):
            open_.append(f"{answer.path}: {answer.why}")
        else:
            answers.append(answer)
    new = new_lock(manifest, old, answers, now())
    is_changed = not is_same(old, new)
    if is_changed and not checks:
        try:
            write_lock(place, new)
        except LemmError as error:
            failures.append(str(error))
            code = max(code, error.exit_code)
    diff = differences(old, new)
    result: Result = "new" if old is None else "changed"
    if not is_changed:
        result = "unchanged"
    if open_:
        result = "open"
    if failures:
        result = "failed"
    return LockOutcome(
        id=manifest.id,
        result=result,
        path=str(place),
        files=sum(map(len, new.files.values())),
        bytes=size_of(new),
        bytes_before=size_of(old),
        added=diff.added,
        removed=diff.removed,
        changed=diff.changed,
        commits=diff.commits,
        notes=(*failures, *open_, *asker.notes),
        is_written=is_changed and not checks and code < 4,
        exit_code=max(code, int(bool(open_))),
    )


def write_lock(place: Path, new: Lock) -> None:
    """Write a lock; one that pins nothing is taken away.

    Raises:
        LocalError: if the disk does not let it.

    """
    if new.files:
        write_atomically(place, lock_json(new))
    else:
        remove_tree(place)
