"""State that is derived, rebuilt where it was damaged, and said to have been."""

import json
from collections.abc import Iterator
from pathlib import Path

from lemm_catalog.store.files import is_folder, local_errors, remove_tree
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.locks import held
from lemm_catalog.store.receipts import read_verification, receipts_in, write_summary
from lemm_catalog.store.store import Store


def mend_state(store: Store, dataset: str) -> Iterator[str]:
    """Set right what is said of a dataset, inside its lock; gives what was done.

    Raises:
        LocalError: if the disk does not let it.

    """
    # Without a copy there is nothing to set it right from: a pull looks at it anew.
    if store.receipt(dataset) is not None and (said := store.mend_receipt(dataset)):
        yield said
    place = store.layout.verification(dataset)
    with local_errors(place):
        is_lost = place.exists() and read_verification(place) is None
        is_lost = is_lost or is_folder(place)
    if is_lost:
        remove_tree(place)
        yield f"{place}: could not be read; what was found before is forgotten"


def mend_summary(layout: Layout) -> str | None:
    """Write the summary anew if it is missing or damaged; returns what was done.

    Raises:
        LocalError: if the disk does not let it, or a folder is in its place.

    """
    place = layout.summary
    if not layout.receipts() or _is_summary(place):
        return None
    with held(layout.summary_lock, lambda: None):
        write_summary(layout, receipts_in(layout))
    return f"{place}: was missing or damaged; it was written anew from the receipts"


def _is_summary(place: Path) -> bool:
    try:
        found = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("downloaded"), dict)
