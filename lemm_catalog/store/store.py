"""The store: the root we alone write.

The protocol of a dataset, each step safe to be the last before a crash:

1. artifacts grow in ``.lemm/staging/<id>/<key>/``; one that is verified (and unpacked)
   gets a ``record.json`` there, and only then loses its archive;
2. when all are recorded, the receipt is written as ``.lemm/staging/<id>/receipt.json``:
   from here on the dataset *will* be published, by this process or the next one;
3. the trees are put together and renamed to ``<id>/``;
4. the ledgers, then the receipt, are renamed to their places.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from lemm_catalog.model.inventory import Holding, Inventory, Staged
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.files import (
    local_errors,
    move,
    remove_tree,
    sync_folder,
    write_atomically,
)
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import Line, read_ledger
from lemm_catalog.store.locks import held
from lemm_catalog.store.merge import check_agreement, merge
from lemm_catalog.store.part import PartFile
from lemm_catalog.store.receipts import (
    Unreadable,
    Verification,
    read_receipt,
    read_record,
    read_verification,
    to_json,
    write_summary,
)

_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# Datasets that can be fetched anew: backups may leave them out.
"""


class Store:
    """A folder of published datasets and the state behind them."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)

    def lock(
        self, dataset: str, waiting: Callable[[], None]
    ) -> AbstractContextManager[None]:
        """Hold the lock of a dataset; ``waiting`` is called if another has it."""
        return held(self.layout.lock(dataset), waiting)

    def prepare(self) -> None:
        """Make the root, and mark it as a cache for backup programs.

        Raises:
            LocalError: if it cannot be made.

        """
        tag = self.layout.root / "CACHEDIR.TAG"
        with local_errors(self.layout.root):
            self.layout.root.mkdir(parents=True, exist_ok=True)
            if not tag.exists():
                tag.write_text(_TAG, encoding="utf-8")

    # -- reading -----------------------------------------------------------------

    def inventory(
        self, wanted: Iterable[tuple[str, Iterable[tuple[str, int]]]]
    ) -> Inventory:
        """Return what is here of some datasets: ids, and (path, size) of each file."""
        holdings = {
            dataset: self.holding(dataset, artifacts) for dataset, artifacts in wanted
        }
        return Inventory(
            holdings=holdings, used=self.used_bytes(), free=self.free_bytes()
        )

    def holding(self, dataset: str, artifacts: Iterable[tuple[str, int]]) -> Holding:
        """Return what is here of one dataset."""
        receipt = self.receipt(dataset)
        verification = read_verification(self.layout.verification(dataset))
        damaged = dict(verification.reasons()) if verification else {}
        received = {a.path for a in receipt.artifacts} if receipt else set()
        for artifact in receipt.artifacts if receipt else ():
            if self._is_gone(dataset, artifact):
                damaged[artifact.path] = "it is no longer where it was published"
        staged: dict[str, Staged] = {}
        lying: dict[str, int] = {}
        for path, size in artifacts:
            if found := self._staged(dataset, path, size):
                staged[path] = found
            place = self.layout.dataset(dataset) / path
            if path not in received and place.is_file() and not place.is_symlink():
                lying[path] = place.stat().st_size
        return Holding(
            receipt=receipt,
            staged=staged,
            lying=lying,
            exists=self.layout.dataset(dataset).is_dir(),
            damaged=damaged,
            verified=verification.verified if verification else None,
        )

    def receipt(self, dataset: str) -> Receipt | None:
        """Return the receipt of a dataset; one that cannot be read counts as none."""
        found = read_receipt(self.layout.receipt(dataset))
        return found if isinstance(found, Receipt) else None

    def receipts(self) -> tuple[Receipt, ...]:
        """Return all receipts, by id."""
        folder = self.layout.private / "receipts"
        paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
        found = (read_receipt(path) for path in paths)
        return tuple(receipt for receipt in found if isinstance(receipt, Receipt))

    def unreadable_receipts(self) -> tuple[Unreadable, ...]:
        """Return the receipts that make no sense, with the reason of each."""
        folder = self.layout.private / "receipts"
        paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
        found = (read_receipt(path) for path in paths)
        return tuple(receipt for receipt in found if isinstance(receipt, Unreadable))

    def ledger(self, dataset: str, path: str) -> Iterable[Line] | None:
        """Return the ledger of a published artifact; None if it is lost."""
        return read_ledger(self.layout.ledger(dataset, path))

    def staged_datasets(self) -> tuple[str, ...]:
        """Return the datasets that an interrupted pull left something of."""
        folder = self.layout.private / "staging"
        return (
            tuple(sorted(p.name for p in folder.iterdir())) if folder.is_dir() else ()
        )

    def free_bytes(self) -> int:
        """Return the room on the disk the store is, or will be, on."""
        place = self.layout.root.absolute()
        while not place.exists() and place != place.parent:
            place = place.parent
        with local_errors(place):
            return shutil.disk_usage(place).free

    def used_bytes(self) -> int:
        """Return what published and staged data take together."""
        published = sum(receipt.bytes_on_disk for receipt in self.receipts())
        return published + sum(map(self.staged_bytes, self.staged_datasets()))

    def staged_bytes(self, dataset: str) -> int:
        """Return what the staged data of a dataset take on disk."""
        return sum(
            _blocks(Path(folder) / name)
            for folder, _, names in os.walk(self.layout.staging(dataset))
            for name in names
        )

    def _staged(self, dataset: str, path: str, size: int) -> Staged | None:
        folder = self.layout.staged(dataset, path)
        if not folder.is_dir():
            return None
        record = read_record(folder / "record.json")
        done = size if record else PartFile.done_in(folder, size)
        return Staged(done=done, record=record)

    def _is_gone(self, dataset: str, artifact: ReceivedArtifact) -> bool:
        place = self.layout.dataset(dataset)
        if not artifact.kept:
            return not place.is_dir()
        try:
            return (place / artifact.path).lstat().st_size != artifact.size
        except OSError:
            return True

    # -- writing -----------------------------------------------------------------

    def record(self, dataset: str, artifact: ReceivedArtifact) -> None:
        """Record that a staged artifact is verified, and unpacked if it is to be.

        Raises:
            LocalError: if the disk does not let it.

        """
        folder = self.layout.staged(dataset, artifact.path)
        write_atomically(folder / "record.json", to_json(artifact))

    def adopt(self, dataset: str, path: str, size: int) -> None:
        """Take a file that lies at an artifact's place into staging, as it is.

        Raises:
            LocalError: if the disk does not let it.

        """
        folder = self.layout.staged(dataset, path)
        remove_tree(folder)
        with PartFile(folder, size) as part:
            move(self.layout.dataset(dataset) / path, part.path)
            part.declare_complete()

    def discard(self, dataset: str, path: str) -> None:
        """Forget what is staged of one artifact."""
        remove_tree(self.layout.staged(dataset, path))

    def intend(self, receipt: Receipt) -> None:
        """Decide to publish: after this the dataset will be, crash or no crash.

        Raises:
            ArchiveError: if two archives bring a path with different bytes.
            LocalError: if the disk does not let it.

        """
        staged = {
            artifact.path: {line.path: line.sha256 for line in lines}
            for artifact in receipt.artifacts
            if (lines := read_ledger(self._staged_ledger(receipt.id, artifact.path)))
        }
        check_agreement(staged)
        write_atomically(self.layout.pending_receipt(receipt.id), to_json(receipt))

    def finish(self, dataset: str) -> Receipt | None:
        """Publish what was intended; does nothing where nothing was.

        Raises:
            LocalError: if the disk does not let it, or other files are in the way.

        """
        layout = self.layout
        pending = read_receipt(layout.pending_receipt(dataset))
        if not isinstance(pending, Receipt):
            return None
        tree = layout.staging(dataset) / "tree"
        replaced = self._paths_of(dataset, pending)
        for artifact in pending.artifacts:
            folder = layout.staged(dataset, artifact.path)
            if artifact.kept and (folder / "data").exists():
                move(folder / "data", folder / "tree" / artifact.path)
            if (folder / "tree").is_dir():
                merge(folder / "tree", tree)
        if tree.is_dir():
            merge(tree, layout.dataset(dataset), replaced)
            sync_folder(layout.root)
        self._drop_old_members(dataset, pending, replaced)
        for artifact in pending.artifacts:
            source = self._staged_ledger(dataset, artifact.path)
            if source.exists():
                move(source, layout.ledger(dataset, artifact.path))
        with suppress(FileNotFoundError):
            layout.verification(dataset).unlink()
        move(layout.pending_receipt(dataset), layout.receipt(dataset))
        remove_tree(layout.staging(dataset))
        write_summary(layout, list(self.receipts()))
        return pending

    def remove(self, dataset: str) -> int:
        """Take a dataset away, published and staged; returns the bytes freed.

        The receipt goes first: without it nothing is claimed to be here.

        Raises:
            LocalError: if the disk does not let it.

        """
        receipt = self.receipt(dataset)
        freed = (receipt.bytes_on_disk if receipt else 0) + self.staged_bytes(dataset)
        layout = self.layout
        remove_tree(layout.receipt(dataset))
        remove_tree(layout.verification(dataset))
        doomed = layout.staging(dataset) / "removed"
        if (
            layout.dataset(dataset).is_dir()
            and not layout.dataset(dataset).is_symlink()
        ):
            # One rename takes it out of sight; deleting may take minutes.
            move(layout.dataset(dataset), doomed)
        remove_tree(layout.staging(dataset))
        remove_tree(layout.private / "ledgers" / dataset)
        write_summary(layout, list(self.receipts()))
        return freed

    def note_verification(self, dataset: str, verification: Verification) -> None:
        """Keep what a verification found.

        Raises:
            LocalError: if the disk does not let it.

        """
        write_atomically(self.layout.verification(dataset), to_json(verification))

    def doubt(self, dataset: str, paths: Iterable[str]) -> None:
        """Note that artifacts are to be fetched anew, whatever is here.

        Raises:
            LocalError: if the disk does not let it.

        """
        doubted: dict[str, tuple[str, ...]] = dict.fromkeys(paths, ())
        if self.receipt(dataset):
            doubt = Verification(verified=None, quick=True, damaged=doubted)
            self.note_verification(dataset, doubt)

    def drop_unneeded(self, dataset: str, needed: Iterable[str]) -> int:
        """Drop the staged data of a dataset but for the artifacts still needed.

        Returns the bytes freed.

        Raises:
            LocalError: if the disk does not let it.

        """
        before = self.staged_bytes(dataset)
        keep = {self.layout.staged(dataset, path) for path in needed}
        folder = self.layout.staging(dataset)
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path not in keep:
                remove_tree(path)
        if not keep:
            remove_tree(folder)
        return before - self.staged_bytes(dataset)

    def _staged_ledger(self, dataset: str, path: str) -> Path:
        return self.layout.staged(dataset, path) / "ledger"

    def _paths_of(self, dataset: str, pending: Receipt) -> set[str]:
        """Return the published paths that the staged artifacts may replace."""
        renewed = (
            artifact.path
            for artifact in pending.artifacts
            if self._staged_ledger(dataset, artifact.path).exists()
        )
        return {
            line.path
            for path in renewed
            for line in read_ledger(self.layout.ledger(dataset, path)) or ()
        }

    def _drop_old_members(
        self, dataset: str, pending: Receipt, replaced: set[str]
    ) -> None:
        """Delete members of an older version that the new one does not bring."""
        if not replaced:
            return
        brought = set[str]()
        for artifact in pending.artifacts:
            staged = read_ledger(self._staged_ledger(dataset, artifact.path))
            lines = staged or read_ledger(self.layout.ledger(dataset, artifact.path))
            brought.update(line.path for line in lines or ())
        for path in replaced - brought:
            with suppress(FileNotFoundError), local_errors(self.layout.root):
                (self.layout.dataset(dataset) / path).unlink()


def _blocks(path: Path) -> int:
    """Return what a file takes on disk: holes in a growing file take nothing."""
    with suppress(OSError):
        info = path.lstat()
        blocks: int | None = getattr(info, "st_blocks", None)
        return info.st_size if blocks is None else min(blocks * 512, info.st_size)
    return 0
