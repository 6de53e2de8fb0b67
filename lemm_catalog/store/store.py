"""The store: the root we alone write.

The protocol of a dataset, each step safe to be the last before a crash:

1. artifacts grow in ``.lemm/staging/<id>/<key>/``; one that is verified (and unpacked)
   gets a ``record.json`` there, and only then loses its archive;
2. when all are recorded, the receipt is written as ``.lemm/staging/<id>/receipt.json``:
   from here on the dataset *will* be published, by this process or the next one;
3. the trees are put together and renamed to ``<id>/``;
4. the ledgers, then the receipt, are renamed to their places.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.contents import Contents
from lemm_catalog.store.files import (
    local_errors,
    move,
    remove_tree,
    write_atomically,
)
from lemm_catalog.store.locks import held
from lemm_catalog.store.part import PartFile
from lemm_catalog.store.publish import finish, intend
from lemm_catalog.store.receipts import Verification, to_json, write_summary

_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# Datasets that can be fetched anew: backups may leave them out.
"""


class Store(Contents):
    """A folder of published datasets and the state behind them."""

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

    def intend(self, receipt: Receipt) -> None:
        """Decide to publish: after this the dataset will be, crash or no crash.

        Raises:
            ArchiveError: if two archives bring a path with different bytes.
            LocalError: if the disk does not let it.

        """
        intend(self.layout, receipt)

    def finish(self, dataset: str) -> bool:
        """Publish what was intended, by whichever run; whether anything was.

        Raises:
            LocalError: if the disk does not let it, or other files are in the way.

        """
        if finish(self.layout, dataset) is None:
            return False
        write_summary(self.layout, list(self.receipts()))
        return True
