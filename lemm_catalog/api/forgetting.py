"""Forgetting what is here: to be fetched anew, or cleared from the disk at once."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from lemm_catalog.api.looking import items
from lemm_catalog.api.pulling import doubt
from lemm_catalog.api.upkeep import remove
from lemm_catalog.errors import LemmError, UsageError
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.item import Item
from lemm_catalog.progress import Observer
from lemm_catalog.settings import Settings
from lemm_catalog.sizes import format_size
from lemm_catalog.store.store import Store


def forget(
    catalog: Shelf,
    anew: Iterable[str],
    cleared: Iterable[str],
    settings: Settings,
    observer: Observer,
) -> None:
    """Let datasets be fetched anew by the next pull; the cleared ones go at once.

    The others' files stay until the new ones are in place. What nobody could fetch
    anew stays, and counts.

    Raises:
        LocalError: if the disk does not let it.

    """
    store = Store(settings.cache_dir)
    for item in _that_can_come_anew(catalog, anew, settings, observer):
        doubt(store, item, observer)
        observer.noted(
            f"{item.id}: the next download fetches it anew; what is here stays until "
            "the new is in place"
        )
    for item in _that_can_come_anew(catalog, cleared, settings, observer):
        try:
            freed = remove(catalog, [item.id], settings, observer)[item.id]
        except LemmError as error:
            observer.noted(f"{item.id}: not cleared: {error}")
        else:
            observer.noted(f"{item.id}: cleared, {format_size(freed)} freed")


def _that_can_come_anew(
    catalog: Shelf, names: Iterable[str], settings: Settings, observer: Observer
) -> Iterator[Item]:
    for name in names:
        found: tuple[Item, ...] = ()
        with suppress(UsageError):  # no manifest knows it, or it is excluded
            found = items(catalog, [name], settings)
        artifacts = found[0].artifacts if found else ()
        if artifacts and all(
            a.is_pinned and not all(s.is_manual for s in a.sources) for a in artifacts
        ):
            yield found[0]
        else:
            observer.noted(
                f"{name}: stays, since no manifest tells how to fetch all of it anew; "
                f"`lemm-catalog remove {name}` takes it away"
            )
