"""What lies in a store, read and never written."""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lemm_catalog.model.inventory import Holding, Inventory, Staged
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.files import local_errors
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import Line, read_ledger
from lemm_catalog.store.part import PartFile
from lemm_catalog.store.receipts import (
    Unreadable,
    read_receipt,
    read_record,
    read_verification,
)


class Contents:
    """The published datasets of a store and the state behind them."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)

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


def _blocks(path: Path) -> int:
    """Return what a file takes on disk: holes in a growing file take nothing."""
    with suppress(OSError):
        info = path.lstat()
        blocks: int | None = getattr(info, "st_blocks", None)
        return info.st_size if blocks is None else min(blocks * 512, info.st_size)
    return 0
