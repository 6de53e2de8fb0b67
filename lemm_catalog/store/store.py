"""The store: the root we alone write.

The protocol of a dataset, each step safe to be the last before a crash:

1. artifacts grow in ``.lemm/staging/<id>/<key>/``; one that is verified (and unpacked)
   gets a ``record.json`` there, and only then loses its archive;
2. when all are recorded, the receipt is written as ``.lemm/staging/<id>/receipt.json``:
   from here on the dataset *will* be published, by this process or the next one;
3. the trees are put together and renamed to ``<id>/``; ledgers go to their places;
4. what is left in staging goes, and last of all the receipt is renamed to its place.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.contents import Contents
from lemm_catalog.store.files import (
    copy_file,
    local_errors,
    move,
    remove_if_empty,
    remove_tree,
    sync_file,
    write_atomically,
    write_state,
)
from lemm_catalog.store.leftovers import drop_forgotten, drop_orphans
from lemm_catalog.store.locks import held
from lemm_catalog.store.part import PartFile
from lemm_catalog.store.publish import finish, intend
from lemm_catalog.store.receipts import (
    NOTHING_FOUND,
    Verification,
    read_receipt,
    read_verification,
    to_json,
)
from lemm_catalog.store.removal import remove
from lemm_catalog.store.staging import drop_staged
from lemm_catalog.store.summary import summarize

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
            is_marked = tag.exists()
        if not is_marked:
            write_atomically(tag, _TAG)

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
        drop_staged(folder)
        with PartFile(folder, size) as part:
            # Said before it is so: a crash in between must not lose a person's file.
            part.declare_complete()
        sync_file(folder / "journal")
        move(self.layout.dataset(dataset) / path, part.path)

    def take_copy(self, dataset: str, path: str, size: int, source: Path) -> None:
        """Copy a file of this machine into staging, where nothing is of it yet.

        It counts as arrived and not as right: that is for its digest to say.

        Raises:
            LocalError: if the disk does not let it.

        """
        with PartFile(self.layout.staged(dataset, path), size) as part:
            if not part.done:
                with local_errors(part.path):
                    copy_file(source, part.path)
                    if part.path.stat().st_size == size:
                        part.declare_complete()

    def discard(self, dataset: str, path: str) -> None:
        """Forget what is staged of one artifact.

        Raises:
            LocalError: if the disk does not let it.

        """
        drop_staged(self.layout.staged(dataset, path))

    def remove(self, dataset: str) -> int:
        """Take a dataset away, published and staged; returns the bytes freed.

        Files in its folder that are not of the dataset stay.

        Raises:
            LocalError: if the disk does not let it, or it lies behind a link.

        """
        receipt = self.receipt(dataset)
        is_here = self.layout.dataset(dataset).is_dir()
        published = receipt.bytes_on_disk if receipt and is_here else 0
        freed = published + self.staged_bytes(dataset)
        remove(self.layout, dataset)
        return freed

    def mend_receipt(self, dataset: str) -> str | None:
        """Deal with a receipt that cannot be read; returns what was done, in words.

        Raises:
            LocalError: if the disk does not let it.

        """
        place, copy = self.layout.receipt(dataset), self.layout.receipt_copy(dataset)
        if self.unreadable(dataset) is None:
            return None
        receipt = read_receipt(copy, dataset)
        if isinstance(receipt, Receipt):
            write_state(place, to_json(receipt))
            return f"{place}: could not be read; it was restored from its copy"
        remove_tree(place)
        return f"{place}: could not be read; the dataset is looked at anew"

    def note_verification(self, dataset: str, verification: Verification) -> None:
        """Keep what a verification found.

        Raises:
            LocalError: if the disk does not let it.

        """
        place = self.layout.verification(dataset)
        if verification.verified or verification.damaged:
            write_state(place, to_json(verification))
        else:
            remove_tree(place)

    def doubt(self, dataset: str, paths: Iterable[str]) -> None:
        """Note that artifacts are to be fetched anew, whatever is here.

        Raises:
            LocalError: if the disk does not let it.

        """
        doubted: dict[str, tuple[str, ...]] = dict.fromkeys(paths, ())
        if doubted and self.receipt(dataset):
            known = self.verification(dataset)
            damaged = {**doubted, **known.damaged}
            doubt = known._replace(damaged=damaged)
            self.note_verification(dataset, doubt)

    def trust(self, dataset: str) -> None:
        """Take doubts back: what is here counts, unless it was found damaged.

        What was fetched anew goes, first: it must not lie about for nothing.

        Raises:
            LocalError: if the disk does not let it.

        """
        known = self.verification(dataset)
        doubted = [path for path, files in known.damaged.items() if not files]
        for path in doubted:
            self.discard(dataset, path)
        if doubted:
            self.note_verification(dataset, known.without(doubted))
            remove_if_empty(self.layout.staging(dataset))
            summarize(self.layout)

    def verification(self, dataset: str) -> Verification:
        """Return what is known of a dataset's damage.

        Raises:
            LocalError: if it cannot be looked at.

        """
        return read_verification(self.layout.verification(dataset)) or NOTHING_FOUND

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
                drop_staged(path)
        if not keep:
            remove_tree(folder)
        return before - self.staged_bytes(dataset)

    def drop_orphans(self, dataset: str) -> int:
        """Drop the ledgers of what is not here any more; returns the bytes freed."""
        return drop_orphans(self.layout, dataset)

    def drop_forgotten(self) -> int:
        """Drop temporary files nobody writes any more; returns the bytes freed."""
        return drop_forgotten(self.layout)

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
        return finish(self.layout, dataset) is not None
