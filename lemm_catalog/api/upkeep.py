"""Upkeep of what is here: verify, take away, drop what nothing needs."""

from collections.abc import Sequence
from contextlib import suppress

from lemm_catalog.api.looking import items, plan
from lemm_catalog.api.waiting import locked
from lemm_catalog.errors import LocalError
from lemm_catalog.model.entry import Shelf
from lemm_catalog.progress import Observer
from lemm_catalog.rules.selection import find
from lemm_catalog.settings import Settings
from lemm_catalog.store.locks import BusyError, refuse_to_wait
from lemm_catalog.store.rebuilding import mend_summary
from lemm_catalog.store.receipts import Verification
from lemm_catalog.store.store import Store
from lemm_catalog.verify.crew import Crew
from lemm_catalog.verify.verifying import verify as verify_one

TEMPORARY = "temporary files"


def verify(
    catalog: Shelf,
    selection: Sequence[str],
    settings: Settings,
    observer: Observer,
    *,
    quick: bool,
) -> dict[str, Verification]:
    """Look whether what is here of a selection is whole, and note what is not.

    Raises:
        UsageError: if the selection names nothing.
        LocalError: if the store cannot be read.

    """
    store = Store(settings.cache_dir)
    found: dict[str, Verification] = {}
    with Crew() as crew:
        for item in items(catalog, selection, settings):
            paths = {artifact.path for artifact in item.artifacts}
            finding = verify_one(
                item.id, paths, store, observer, quick=quick, crew=crew
            )
            if finding is not None:
                found[item.id] = finding
    if found:
        _mend_summary(store, observer)
    return found


def _mend_summary(store: Store, observer: Observer) -> None:
    try:
        said = mend_summary(store.layout)
    except LocalError as error:
        said = str(error)
    if said:
        observer.noted(said)


def remove(
    catalog: Shelf, names: Sequence[str], settings: Settings, observer: Observer
) -> dict[str, int]:
    """Take datasets away, known to the catalog or not; bytes freed by id.

    Raises:
        UsageError: if an id is neither known nor here.
        LocalError: if the disk does not let it.

    """
    store = Store(settings.cache_dir)
    here = store.known_datasets()
    ids = [name if name in here else find(catalog, name).id for name in names]
    freed: dict[str, int] = {}
    for name in dict.fromkeys(ids):
        freed[name] = 0
        if name in here:
            with locked(store, name, observer):
                freed[name] = store.remove(name)
    return freed


def gc(catalog: Shelf, settings: Settings) -> dict[str, int]:
    """Drop what nothing needs; bytes freed by id, and by `TEMPORARY`.

    Raises:
        LocalError: if the disk does not let it.

    """
    store = Store(settings.cache_dir)
    freed: dict[str, int] = {}
    for dataset in sorted(store.known_datasets()):
        # What another process works on is not ours to judge.
        with suppress(BusyError), store.lock(dataset, refuse_to_wait):
            store.finish(dataset)
            needed = _needed(catalog, dataset, store)
            orphans = store.drop_orphans(dataset)
            freed[dataset] = orphans + store.drop_unneeded(dataset, needed)
    freed[TEMPORARY] = store.drop_forgotten()
    return {dataset: count for dataset, count in freed.items() if count}


def _needed(catalog: Shelf, dataset: str, store: Store) -> set[str]:
    """Return the staged artifacts that a pull would go on with."""
    entry = catalog.entries.get(dataset)
    if entry is None or not entry.is_offered or not store.staged_bytes(dataset):
        return set()
    here = Settings(cache_dir=store.layout.root)
    planned = plan([dataset], items(catalog, [dataset], here), here)
    actions = planned.datasets[0].actions
    return {action.path for action in actions if action.action == "resume"}
