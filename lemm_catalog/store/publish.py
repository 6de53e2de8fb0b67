"""Publishing a dataset: intended first, then done, so that any crash is finished.

Each step may be the last before a crash: run again, it goes on where it stopped. The
intent goes last, when it becomes the receipt; until then everything is done again,
and what was done already is seen by its result.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from lemm_catalog.model.receipt import Receipt
from lemm_catalog.store.agreement import check_agreement, check_place
from lemm_catalog.store.files import move, remove_files, remove_tree, write_atomically
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import Line, read_ledger
from lemm_catalog.store.locks import held
from lemm_catalog.store.merge import merge
from lemm_catalog.store.receipts import (
    read_receipt,
    read_verification,
    receipt_of,
    receipts_in,
    to_json,
    write_summary,
)
from lemm_catalog.store.staging import drop_staged, tidy


def intend(layout: Layout, receipt: Receipt) -> None:
    """Decide to publish: after this the dataset will be, crash or no crash.

    Raises:
        ArchiveError: if two archives bring a path with different bytes.
        LocalError: if the disk does not let it, or a stranger's file is in the way.

    """
    brought = check_agreement(dict(_ledgers(layout, receipt)))
    staged = {
        line.path: brought[line.path]
        for path in _renewed(layout, receipt)
        for line in read_ledger(_staged_ledger(layout, receipt.id, path)) or ()
    }
    older = _older_paths(layout, receipt)
    check_place(layout.dataset(receipt.id), staged, older)
    write_atomically(layout.pending_receipt(receipt.id), to_json(receipt))


def finish(layout: Layout, dataset: str) -> Receipt | None:
    """Publish what was intended, and return its receipt; None where nothing was.

    Raises:
        LocalError: if the disk does not let it, or other files are in the way.

    """
    pending = read_receipt(layout.pending_receipt(dataset), dataset)
    if not isinstance(pending, Receipt):
        tidy(layout, dataset)
        return None
    older, renewed = _older_paths(layout, pending), _renewed(layout, pending)
    # First, so that a file may take the place of a folder, and the reverse.
    remove_files(layout.dataset(dataset), _dropped(layout, pending, older))
    _put_together(layout, pending)
    if layout.tree(dataset).is_dir():
        merge(layout.tree(dataset), layout.dataset(dataset), older)
    _claim(layout, pending, renewed)
    for artifact in pending.artifacts:
        drop_staged(layout.staged(dataset, artifact.path))
    _conclude(layout, pending)
    tidy(layout, dataset)
    return pending


def _put_together(layout: Layout, pending: Receipt) -> None:
    """Gather the trees of all artifacts in one, inside staging."""
    for artifact in pending.artifacts:
        folder = layout.staged(pending.id, artifact.path)
        if artifact.kept and (folder / "data").exists():
            move(folder / "data", folder / "tree" / artifact.path)
        if (folder / "tree").is_dir():
            merge(folder / "tree", layout.tree(pending.id))


def _claim(layout: Layout, pending: Receipt, renewed: Iterable[str]) -> None:
    """Put in place what is said of the files, and take away what was said before."""
    dataset = pending.id
    # Before the ledgers move: afterwards nobody knows what was renewed.
    if verification := read_verification(layout.verification(dataset)):
        left = verification.without(renewed)
        if left.damaged:
            write_atomically(layout.verification(dataset), to_json(left))
        else:
            remove_tree(layout.verification(dataset))
    for path in renewed:
        move(_staged_ledger(layout, dataset, path), layout.ledger(dataset, path))
    for path in _retired(layout, pending):
        remove_tree(layout.ledger(dataset, path))


def _conclude(layout: Layout, pending: Receipt) -> None:
    """Turn the intent into the receipt; the summary and a copy go before it."""
    write_atomically(layout.receipt_copy(pending.id), to_json(pending))
    with held(layout.summary_lock, lambda: None):
        others = (r for r in receipts_in(layout) if r.id != pending.id)
        write_summary(layout, (*others, pending))
        move(layout.pending_receipt(pending.id), layout.receipt(pending.id))


def _renewed(layout: Layout, pending: Receipt) -> list[str]:
    """Return the artifacts that staging brings anew."""
    return [
        artifact.path
        for artifact in pending.artifacts
        if _staged_ledger(layout, pending.id, artifact.path).exists()
    ]


def _retired(layout: Layout, pending: Receipt) -> list[str]:
    """Return the published artifacts that the dataset does not have any more."""
    published = receipt_of(layout, pending.id)
    stays = {artifact.path for artifact in pending.artifacts}
    artifacts = published.artifacts if published else ()
    return [a.path for a in artifacts if a.path not in stays]


def _older_paths(layout: Layout, pending: Receipt) -> set[str]:
    """Return the published files of what is renewed or retired."""
    going = (*_renewed(layout, pending), *_retired(layout, pending))
    return {
        line.path
        for path in going
        for line in read_ledger(layout.ledger(pending.id, path)) or ()
    }


def _dropped(layout: Layout, pending: Receipt, older: set[str]) -> Iterator[str]:
    """Give the files of an older version that the new one does not bring."""
    if not older:
        return
    brought = {line.path for _, lines in _ledgers(layout, pending) for line in lines}
    folded = {_folded(path): path for path in brought}
    root = layout.dataset(pending.id)
    for path in sorted(older - brought):
        twin = folded.get(_folded(path))
        # On a disk that ignores case the old name may lead to the new file.
        if twin is None or not _are_one_file(root / path, root / twin):
            yield path


def _ledgers(layout: Layout, pending: Receipt) -> Iterator[tuple[str, list[Line]]]:
    """Give the lines of each artifact: staged, or else as published."""
    for artifact in pending.artifacts:
        staged = read_ledger(_staged_ledger(layout, pending.id, artifact.path))
        published = layout.ledger(pending.id, artifact.path)
        yield artifact.path, list(staged or read_ledger(published) or ())


def _staged_ledger(layout: Layout, dataset: str, path: str) -> Path:
    return layout.staged(dataset, path) / "ledger"


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _are_one_file(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return False
