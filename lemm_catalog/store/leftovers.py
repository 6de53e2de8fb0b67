"""What no receipt speaks of and no process writes any more."""

import time

from lemm_catalog.store.files import NEW, drop_files, local_errors, remove_if_empty
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.receipts import Unreadable, read_receipt, receipt_of

# A temporary file is written within moments.
_LONG = 3600.0


def drop_orphans(layout: Layout, dataset: str) -> int:
    """Drop the ledgers of what is not here any more; returns the bytes freed.

    Raises:
        LocalError: if the disk does not let it.

    """
    receipt = receipt_of(layout, dataset)
    found = read_receipt(layout.receipt(dataset), dataset)
    if receipt is None and (
        isinstance(found, Unreadable) or layout.dataset(dataset).exists()
    ):
        return 0  # they still tell its files from those of others
    shared = layout.shared_ledger(dataset)
    keep = {layout.receipt_copy(dataset), shared} if receipt else set()
    for artifact in receipt.artifacts if receipt else ():
        keep.add(layout.ledger(dataset, artifact.path))
        keep.add(layout.marks(dataset, artifact.path))
        if artifact.selection:
            keep.add(layout.credits(dataset, artifact.path))
    folder = layout.ledgers(dataset)
    freed = drop_files(path for path in folder.glob("*") if path not in keep)
    remove_if_empty(folder)
    return freed


def drop_forgotten(layout: Layout) -> int:
    """Drop temporary files that no process can still be writing.

    Returns the bytes freed.

    Raises:
        LocalError: if the disk does not let it.

    """
    private, long_ago = layout.private, time.time() - _LONG
    found = [*layout.root.glob(f"{NEW}*"), *private.glob(f"*/{NEW}*")]
    found += private.glob(f"ledgers/*/{NEW}*")
    with local_errors(layout.root):
        return drop_files(p for p in found if p.lstat().st_mtime < long_ago)
