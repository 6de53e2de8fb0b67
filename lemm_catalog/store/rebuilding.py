"""State that is derived, rebuilt where it was damaged, and said to have been."""

from collections.abc import Iterator

from lemm_catalog.store.files import is_folder, local_errors, remove_tree
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.receipts import read_verification
from lemm_catalog.store.store import Store
from lemm_catalog.store.summary import read_summary, summarize


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
    if not layout.receipts() or read_summary(place).kind in {"ours", "older"}:
        return None
    summarize(layout)
    return f"{place}: was missing or damaged; it was written anew from the receipts"
