"""Taking staged things away, so that no crash leaves half of one that counts."""

from pathlib import Path

from lemm_catalog.store.files import (
    NEW,
    local_errors,
    remove_if_empty,
    remove_tree,
    sync_folder,
)
from lemm_catalog.store.layout import Layout


def drop_staged(folder: Path) -> None:
    """Delete what is staged of one artifact.

    Its record goes first: while there is one, all that it speaks of must be there.

    Raises:
        LocalError: if the disk does not let it.

    """
    with local_errors(folder):
        if (folder / "record.json").exists():
            (folder / "record.json").unlink()
            sync_folder(folder)
    remove_tree(folder)


def drop_all_staged(layout: Layout, dataset: str) -> None:
    """Delete all that is staged of a dataset, the intent to publish it first.

    Raises:
        LocalError: if the disk does not let it.

    """
    folder = layout.staging(dataset)
    remove_tree(layout.pending_receipt(dataset))
    with local_errors(folder):
        inner = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in inner:
        drop_staged(path)
    remove_tree(folder)


def tidy(layout: Layout, dataset: str) -> None:
    """Delete what is of no use between two pulls; partial downloads stay.

    Raises:
        LocalError: if the disk does not let it.

    """
    folder = layout.staging(dataset)
    if not folder.is_dir():
        return
    remove_tree(layout.removed(dataset))
    with local_errors(folder):
        for stray in folder.glob(f"{NEW}*"):
            stray.unlink()
    remove_if_empty(folder)
