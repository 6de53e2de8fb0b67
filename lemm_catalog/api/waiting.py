"""Holding a dataset's lock, and telling whoever watches that we wait for it."""

from contextlib import AbstractContextManager

from lemm_catalog.progress import Observer
from lemm_catalog.store.store import Store


def locked(
    store: Store, dataset: str, observer: Observer
) -> AbstractContextManager[None]:
    """Hold the lock of a dataset."""
    said = f"{dataset}: waiting for another process that works on it"
    return store.lock(dataset, lambda: observer.noted(said))
