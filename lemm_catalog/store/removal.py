"""Taking a published dataset away, and nothing that is not of it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lemm_catalog.errors import LocalError
from lemm_catalog.model.receipt import Receipt
from lemm_catalog.store.files import (
    is_folder,
    local_errors,
    move,
    remove_files,
    remove_if_empty,
    remove_tree,
)
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import read_ledger
from lemm_catalog.store.locks import held
from lemm_catalog.store.receipts import receipt_of, receipts_in
from lemm_catalog.store.staging import drop_all_staged
from lemm_catalog.store.summary import write_summary


def remove(layout: Layout, dataset: str) -> None:
    """Take a dataset away, published and staged; files of strangers in it stay.

    Nothing claims it is here before the first file of it goes.

    Raises:
        LocalError: if the disk does not let it, or the dataset lies behind a link.

    """
    place = layout.dataset(dataset)
    receipt = receipt_of(layout, dataset)
    if receipt and place.is_symlink():
        raise LocalError(
            f"{place}: is a link, and what it leads to is left alone",
            mend="delete the link, and what it leads to, then run it again",
        )
    ours = set(_files_of(layout, dataset, receipt)) if is_folder(place) else set()
    drop_all_staged(layout, dataset)
    with held(layout.summary_lock, lambda: None):
        remove_tree(layout.receipt(dataset))
        write_summary(layout, receipts_in(layout))
    remove_tree(layout.verification(dataset))
    if ours:
        _take_away(layout, dataset, ours)
    remove_tree(layout.ledgers(dataset))


def _take_away(layout: Layout, dataset: str, ours: set[str]) -> None:
    place = layout.dataset(dataset)
    if _holds_others(place, ours):
        remove_files(place, ours)
        return
    try:
        # One rename takes it out of sight; deleting may take minutes.
        move(place, layout.removed(dataset))
    except LocalError:  # it is a disk of its own, say
        remove_files(place, ours)
        with suppress(LocalError):  # the root of a disk cannot go
            remove_if_empty(place)
    remove_tree(layout.staging(dataset))


def _files_of(layout: Layout, dataset: str, receipt: Receipt | None) -> Iterator[str]:
    """Give the paths that are the dataset's, as its ledgers and receipt say."""
    for artifact in receipt.artifacts if receipt else ():
        if artifact.kept:
            yield artifact.path
        if artifact.unpacked and not layout.ledger(dataset, artifact.path).exists():
            raise LocalError(
                f"{layout.dataset(dataset)}: the list of what {artifact.path} brought "
                "is lost, so that its files cannot be told from others",
                mend="delete the folder yourself, then run it again",
            )
    folder = layout.ledgers(dataset)
    with local_errors(folder):
        for ledger in sorted(folder.glob("*.tsv")):
            yield from (line.path for line in read_ledger(ledger) or ())


def _holds_others(place: Path, ours: set[str]) -> bool:
    with local_errors(place):
        return any(
            (Path(folder) / name).relative_to(place).as_posix() not in ours
            for folder, _, names in os.walk(place)
            for name in names
        )
