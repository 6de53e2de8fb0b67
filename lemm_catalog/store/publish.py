"""Publishing a dataset: intended first, then done, so that any crash is finished.

Each step may be the last before a crash: run again, it goes on where it stopped.
"""

from contextlib import suppress
from pathlib import Path

from lemm_catalog.model.receipt import Receipt
from lemm_catalog.store.files import (
    local_errors,
    move,
    remove_tree,
    sync_folder,
    write_atomically,
)
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import read_ledger
from lemm_catalog.store.merge import check_agreement, merge
from lemm_catalog.store.receipts import read_receipt, to_json


def intend(layout: Layout, receipt: Receipt) -> None:
    """Decide to publish: after this the dataset will be, crash or no crash.

    Raises:
        ArchiveError: if two archives bring a path with different bytes.
        LocalError: if the disk does not let it.

    """
    staged = {
        artifact.path: {line.path: line.sha256 for line in lines}
        for artifact in receipt.artifacts
        if (lines := read_ledger(_staged_ledger(layout, receipt.id, artifact.path)))
    }
    check_agreement(staged)
    write_atomically(layout.pending_receipt(receipt.id), to_json(receipt))


def finish(layout: Layout, dataset: str) -> Receipt | None:
    """Publish what was intended, and return its receipt; None where nothing was.

    Raises:
        LocalError: if the disk does not let it, or other files are in the way.

    """
    pending = read_receipt(layout.pending_receipt(dataset))
    if not isinstance(pending, Receipt):
        return None
    replaceable = _paths_of_older_versions(layout, pending)
    _put_together(layout, pending)
    tree = layout.staging(dataset) / "tree"
    if tree.is_dir():
        merge(tree, layout.dataset(dataset), replaceable)
        sync_folder(layout.root)
    _drop_old_members(layout, pending, replaceable)
    for artifact in pending.artifacts:
        ledger = _staged_ledger(layout, dataset, artifact.path)
        if ledger.exists():
            move(ledger, layout.ledger(dataset, artifact.path))
    remove_tree(layout.verification(dataset))
    move(layout.pending_receipt(dataset), layout.receipt(dataset))
    remove_tree(layout.staging(dataset))
    return pending


def _put_together(layout: Layout, pending: Receipt) -> None:
    """Gather the trees of all artifacts in one, inside staging."""
    tree = layout.staging(pending.id) / "tree"
    for artifact in pending.artifacts:
        folder = layout.staged(pending.id, artifact.path)
        if artifact.kept and (folder / "data").exists():
            move(folder / "data", folder / "tree" / artifact.path)
        if (folder / "tree").is_dir():
            merge(folder / "tree", tree)


def _staged_ledger(layout: Layout, dataset: str, path: str) -> Path:
    return layout.staged(dataset, path) / "ledger"


def _paths_of_older_versions(layout: Layout, pending: Receipt) -> set[str]:
    """Return the published paths that the staged artifacts may replace."""
    renewed = (
        artifact.path
        for artifact in pending.artifacts
        if _staged_ledger(layout, pending.id, artifact.path).exists()
    )
    return {
        line.path
        for path in renewed
        for line in read_ledger(layout.ledger(pending.id, path)) or ()
    }


def _drop_old_members(layout: Layout, pending: Receipt, older: set[str]) -> None:
    """Delete members of an older version that the new one does not bring."""
    if not older:
        return
    brought = set[str]()
    for artifact in pending.artifacts:
        staged = read_ledger(_staged_ledger(layout, pending.id, artifact.path))
        published = layout.ledger(pending.id, artifact.path)
        brought.update(line.path for line in staged or read_ledger(published) or ())
    for path in older - brought:
        with suppress(FileNotFoundError), local_errors(layout.root):
            (layout.dataset(pending.id) / path).unlink()
