"""What lies in a store, read and never written."""

import os
import shutil
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lemm_catalog.model.inventory import Holding, Inventory, Staged
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.files import local_errors, names_in
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.receipts import (
    Unreadable,
    read_receipt,
    read_record,
    read_verification,
    receipt_of,
    receipts_in,
)

# What is staged is rare when there is nothing to do: its readers come by need.
if TYPE_CHECKING:
    from lemm_catalog.store.ledger import Line
    from lemm_catalog.store.ledgers import Place


class Contents:
    """The published datasets of a store and the state behind them."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)

    def inventory(
        self, wanted: Iterable[tuple[str, Iterable[tuple[str, int]]]]
    ) -> Inventory:
        """Return what is here of some datasets: ids, and (path, size) of each file."""
        begun = self.begun()
        holdings = {
            dataset: self.holding(dataset, artifacts)
            for dataset, artifacts in wanted
            if dataset in begun
        }
        return Inventory(
            holdings=holdings, used=self.used_bytes(), free=self.free_bytes()
        )

    def begun(self) -> frozenset[str]:
        """Return the names of all of which there may be anything.

        Four folders are listed once, where each of ten thousand datasets would ask
        for a file in each of them.
        """
        private = self.layout.private
        with local_errors(self.layout.root):
            found = set(names_in(self.layout.root))
            for name in ("staging", "verified", "receipts"):
                found.update(
                    one.removesuffix(".json") for one in names_in(private / name)
                )
        return frozenset(found)

    def holding(self, dataset: str, artifacts: Iterable[tuple[str, int]]) -> Holding:
        """Return what is here of one dataset.

        Raises:
            LocalError: if it cannot be looked at.

        """
        with local_errors(self.layout.root):
            return self._holding(dataset, artifacts)

    def _holding(self, dataset: str, artifacts: Iterable[tuple[str, int]]) -> Holding:
        receipt = self.receipt(dataset)
        verification = read_verification(self.layout.verification(dataset))
        damaged = dict(verification.reasons()) if verification else {}
        received = {a.path for a in receipt.artifacts} if receipt else set()
        for artifact in receipt.artifacts if receipt else ():
            if self._is_gone(dataset, artifact):
                damaged[artifact.path] = "it is no longer where it was published"
        staged: dict[str, Staged] = {}
        lying: dict[str, int] = {}
        begun = names_in(self.layout.staging(dataset))
        place = os.fspath(self.layout.dataset(dataset))
        exists = os.path.isdir(place)  # noqa: PTH112 - as strings: there may be many
        for path, size in artifacts:
            if begun and (found := self._staged(dataset, path, size, begun)):
                staged[path] = found
            if exists and path not in received:
                with suppress(FileNotFoundError, NotADirectoryError):
                    info = os.lstat(f"{place}/{path}")
                    if stat.S_ISREG(info.st_mode):
                        lying[path] = info.st_size
        return Holding(
            receipt=receipt,
            staged=staged,
            lying=lying,
            exists=exists,
            damaged=damaged,
            verified=verification.verified if verification else None,
        )

    def receipt(self, dataset: str) -> Receipt | None:
        """Return the receipt of a dataset, or its copy if it cannot be read."""
        return receipt_of(self.layout, dataset)

    def receipts(self) -> tuple[Receipt, ...]:
        """Return all receipts, by id."""
        return tuple(receipts_in(self.layout))

    def unreadable(self, dataset: str) -> Unreadable | None:
        """Return why a receipt that is there makes no sense; None if it does."""
        found = read_receipt(self.layout.receipt(dataset), dataset)
        return found if isinstance(found, Unreadable) else None

    def has_staged(self, dataset: str) -> bool:
        """Whether an interrupted pull left anything of it, even a bare folder."""
        with local_errors(self.layout.root):
            return self.layout.staging(dataset).exists()

    def ledger(self, dataset: str, path: str) -> "Iterable[Line] | None":
        """Return the ledger of a published artifact; None if it is lost."""
        from lemm_catalog.store.ledgers import lines_of

        return lines_of(self.layout, dataset, path)

    def ledger_place(self, dataset: str, path: str) -> "Place | None":
        """Return where the ledger of a published artifact is; None if it is lost."""
        from lemm_catalog.store.ledgers import place_of

        return place_of(self.layout, dataset, path)

    def staged_datasets(self) -> tuple[str, ...]:
        """Return the datasets that an interrupted pull left something of."""
        return self._names_in("staging")

    def known_datasets(self) -> frozenset[str]:
        """Return the datasets of which there is anything: a receipt or less."""
        receipts = (path.stem for path in self.layout.receipts())
        staged, ledgers = self._names_in("staging"), self._names_in("ledgers")
        return frozenset((*receipts, *staged, *ledgers))

    def _names_in(self, name: str) -> tuple[str, ...]:
        folder = self.layout.private / name
        with local_errors(folder):
            paths = folder.iterdir() if folder.is_dir() else ()
            return tuple(sorted(path.name for path in paths))

    def free_bytes(self) -> int:
        """Return the room on the disk the store is, or will be, on."""
        place = self.layout.root.absolute()
        with local_errors(place):
            while not place.exists() and place != place.parent:
                place = place.parent
            return shutil.disk_usage(place).free

    def used_bytes(self) -> int:
        """Return what published and staged data take together."""
        published = sum(receipt.bytes_on_disk for receipt in self.receipts())
        return published + sum(map(self.staged_bytes, self.staged_datasets()))

    def staged_bytes(self, dataset: str) -> int:
        """Return what the staged data of a dataset take on disk."""
        return _bytes_below(self.layout.staging(dataset))

    def _staged(
        self, dataset: str, path: str, size: int, begun: Collection[str]
    ) -> Staged | None:
        folder = self.layout.staged(dataset, path)
        if folder.name not in begun:
            is_small = self.layout.small(dataset).name in begun
            return self._small(dataset, path, size) if is_small else None
        from lemm_catalog.store.part import PartFile

        record = read_record(folder / "record.json")
        done = size if record else PartFile.done_in(folder, size)
        scraps = 0 if record else _bytes_below(folder / "tree")
        return Staged(done=done, record=record, scraps=scraps)

    def _small(self, dataset: str, path: str, size: int) -> Staged | None:
        """Return what is staged of a small file: all of it or nothing."""
        place = self.layout.small(dataset) / "tree" / path
        try:
            return Staged(done=size) if place.lstat().st_size == size else None
        except OSError:
            return None

    def _is_gone(self, dataset: str, artifact: ReceivedArtifact) -> bool:
        from lemm_catalog.store.ledger import first_of

        place = self.layout.dataset(dataset)
        try:
            if artifact.kept:
                return (place / artifact.path).lstat().st_size != artifact.size
            # One file stands for all: a folder may be here for another artifact.
            first = first_of(self.layout.ledger(dataset, artifact.path))
            (place / (first or "")).lstat()
        except OSError:
            return True
        return False


def _bytes_below(root: Path) -> int:
    return sum(
        _blocks(Path(folder) / name)
        for folder, _, names in os.walk(root)
        for name in names
    )


def _blocks(path: Path) -> int:
    """Return what a file takes on disk: holes in a growing file take nothing."""
    with suppress(OSError):
        info = path.lstat()
        blocks: int | None = getattr(info, "st_blocks", None)
        return info.st_size if blocks is None else min(blocks * 512, info.st_size)
    return 0
