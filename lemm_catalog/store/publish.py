"""Publishing a dataset: intended first, then done, so that any crash is finished.

Each step may be the last before a crash: run again, it goes on where it stopped. The
intent goes last, when it becomes the receipt; until then everything is done again,
and what was done already is seen by its result.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.agreement import check_agreement, check_place
from lemm_catalog.store.files import (
    is_folder,
    local_errors,
    move,
    move_all,
    names_in,
    remove_files,
    remove_tree,
    write_state,
)
from lemm_catalog.store.layout import Layout, key_of
from lemm_catalog.store.ledger import Line, read_ledger
from lemm_catalog.store.ledgers import lines_of, read_shared, write_shared
from lemm_catalog.store.locks import held
from lemm_catalog.store.merge import merge
from lemm_catalog.store.receipts import (
    read_receipt,
    read_verification,
    receipt_of,
    receipts_in,
    to_json,
)
from lemm_catalog.store.staging import drop_staged, tidy
from lemm_catalog.store.summary import write_summary


def intend(layout: Layout, receipt: Receipt) -> None:
    """Decide to publish: after this the dataset will be, crash or no crash.

    Raises:
        ArchiveError: if two archives bring a path with different bytes.
        LocalError: if the disk does not let it, or a stranger's file is in the way.

    """
    publication = _Publication(layout, receipt)
    lines = dict(publication.lines())
    brought = check_agreement(lines)
    staged = {
        line.path: brought[line.path]
        for path in publication.renewed
        for line in lines[path]
    }
    check_place(layout.dataset(receipt.id), staged, publication.older_paths())
    write_state(layout.pending_receipt(receipt.id), to_json(receipt))


def finish(layout: Layout, dataset: str) -> Receipt | None:
    """Publish what was intended, and return its receipt; None where nothing was.

    Raises:
        LocalError: if the disk does not let it, or other files are in the way.

    """
    pending = read_receipt(layout.pending_receipt(dataset), dataset)
    if not isinstance(pending, Receipt):
        tidy(layout, dataset)
        return None
    publication = _Publication(layout, pending)
    older = publication.older_paths()
    # First, so that a file may take the place of a folder, and the reverse.
    remove_files(layout.dataset(dataset), publication.dropped(older))
    publication.put_together()
    if layout.tree(dataset).is_dir():
        merge(layout.tree(dataset), layout.dataset(dataset), older)
    publication.claim()
    publication.clear()
    _conclude(layout, pending)
    tidy(layout, dataset)
    return pending


class _Publication:
    """What a receipt is to publish, and where that is staged.

    ``renewed`` are the artifacts that staging brings anew.
    """

    def __init__(self, layout: Layout, pending: Receipt) -> None:
        self._layout = layout
        self._pending = pending
        dataset = pending.id
        # Listed once: thousands of small files would be asked for one by one.
        self._staged = names_in(layout.staging(dataset))
        self._published = names_in(layout.ledgers(dataset))
        small = read_shared(layout.small_ledger(dataset))
        self._small: dict[str, Line] = {}
        self._ledgers: dict[str, Path] = {}
        for artifact in pending.artifacts:
            path = artifact.path
            if path in small:
                self._small[path] = small[path]
            elif key_of(path) in self._staged:
                ledger = layout.staged(dataset, path) / "ledger"
                if ledger.exists():
                    self._ledgers[path] = ledger
        self.renewed = {*self._small, *self._ledgers}

    def _growing(self) -> Iterator[tuple[ReceivedArtifact, Path]]:
        """Give the artifacts that are staged in a folder of their own."""
        for artifact in self._pending.artifacts:
            if key_of(artifact.path) in self._staged:
                yield artifact, self._layout.staged(self._pending.id, artifact.path)

    def put_together(self) -> None:
        """Gather the trees of all artifacts in one, inside staging."""
        tree = self._layout.tree(self._pending.id)
        for artifact, folder in self._growing():
            if artifact.kept and (folder / "data").exists():
                move(folder / "data", folder / "tree" / artifact.path)
            if (folder / "tree").is_dir():
                merge(folder / "tree", tree)
        small = self._layout.small(self._pending.id) / "tree"
        if small.is_dir():
            merge(small, tree)

    def claim(self) -> None:
        """Put in place what is said of the files; take away what was said before."""
        layout, dataset = self._layout, self._pending.id
        # Before the ledgers move: afterwards nobody knows what was renewed.
        if verification := read_verification(layout.verification(dataset)):
            left = verification.without(self.renewed)
            if left.damaged:
                write_state(layout.verification(dataset), to_json(left))
            else:
                remove_tree(layout.verification(dataset))
        for path, ledger in self._ledgers.items():
            # Marks that stay behind are of other bytes, and count for nothing.
            if (marks := ledger.parent / "marks").exists():
                move(marks, layout.marks(dataset, path))
            if is_folder(layout.ledger(dataset, path)):
                remove_tree(layout.ledger(dataset, path))
        for one, folder in self._growing():
            if one.selection and (folder / "credits").exists():
                move(folder / "credits", layout.credits(dataset, one.path))
        self._claim_small()
        move_all(
            (ledger, layout.ledger(dataset, path))
            for path, ledger in self._ledgers.items()
        )
        for path in self._retired():
            remove_tree(layout.ledger(dataset, path))
            remove_tree(layout.marks(dataset, path))
            remove_tree(layout.credits(dataset, path))

    def _claim_small(self) -> None:
        """Say anew what is said of small files together, where it has changed."""
        shared = self._layout.shared_ledger(self._pending.id)
        said = read_shared(shared)
        stays = {artifact.path for artifact in self._pending.artifacts}
        stays -= self._ledgers.keys()
        left = {path: line for path, line in said.items() if path in stays}
        if said != (says := left | self._small):
            write_shared(shared, says.values())
        for path in self._small:
            if self._has_ledger(path):
                remove_tree(self._layout.ledger(self._pending.id, path))

    def clear(self) -> None:
        """Drop what staging still holds of it."""
        for _, folder in self._growing():
            drop_staged(folder)
        remove_tree(self._layout.small(self._pending.id))

    def lines(self) -> Iterator[tuple[str, list[Line]]]:
        """Give the lines of each artifact: staged, or else as published."""
        for artifact in self._pending.artifacts:
            path = artifact.path
            if path in self._small:
                yield path, [self._small[path]]
                continue
            staged = self._ledgers.get(path)
            lines = read_ledger(staged) if staged else None
            yield path, list(lines or self._said_of(path))

    def older_paths(self) -> set[str]:
        """Return the published files of what is renewed or retired."""
        return {
            line.path
            for path in (*self.renewed, *self._retired())
            if self._published
            for line in self._said_of(path)
        }

    def _said_of(self, path: str) -> Iterable[Line]:
        return lines_of(self._layout, self._pending.id, path) or ()

    def _has_ledger(self, path: str) -> bool:
        """Whether there was something where the ledger of an artifact goes."""
        return f"{key_of(path)}.tsv" in self._published

    def _retired(self) -> list[str]:
        """Return the published artifacts that the dataset does not have any more."""
        published = receipt_of(self._layout, self._pending.id)
        stays = {artifact.path for artifact in self._pending.artifacts}
        artifacts = published.artifacts if published else ()
        return [a.path for a in artifacts if a.path not in stays]

    def dropped(self, older: set[str]) -> Iterator[str]:
        """Give the files of an older version that the new one does not bring."""
        if not older:
            return
        brought = {line.path for _, lines in self.lines() for line in lines}
        folded = {_folded(path): path for path in brought}
        root = self._layout.dataset(self._pending.id)
        for path in sorted(older - brought):
            twin = folded.get(_folded(path))
            # On a disk that ignores case the old name may lead to the new file.
            if twin is None or not _are_one_file(root / path, root / twin):
                yield path


def _conclude(layout: Layout, pending: Receipt) -> None:
    """Turn the intent into the receipt; the summary and a copy go before it."""
    # As it stands: to say thousands of files once more takes a tenth of their pull.
    intent = layout.pending_receipt(pending.id)
    with local_errors(intent):
        said = intent.read_text(encoding="utf-8")
    write_state(layout.receipt_copy(pending.id), said)
    with held(layout.summary_lock, lambda: None):
        others = (r for r in receipts_in(layout) if r.id != pending.id)
        write_summary(layout, (*others, pending))
        move(intent, layout.receipt(pending.id))


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _are_one_file(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return False
