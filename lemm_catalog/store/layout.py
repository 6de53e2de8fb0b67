"""Where everything lies below a store's root."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class Layout(NamedTuple):
    """The paths of a store.

    ::

        <id>/…                          published datasets, in upstream's layout
        dataset_status.json             a summary, derived from the receipts
        .lemm/receipts/<id>.json        written last
        .lemm/ledgers/<id>/receipt.json its copy, should it become unreadable
        .lemm/ledgers/<id>/<key>.tsv    size, time and sha256 of every member
        .lemm/ledgers/<id>/small.tsv    the same of all small files
        .lemm/ledgers/<id>/<key>.marks  digests by which a kept file is mended
        .lemm/ledgers/<id>/<key>.credits.csv  whom its chosen members are credited to
        .lemm/verified/<id>.json        what the last verification found
        .lemm/staging/<id>/<key>/…      where one artifact grows
        .lemm/staging/<id>/small/…      where all its small files wait together
        .lemm/staging/<id>/tree/        where a dataset is put together
        .lemm/staging/<id>/receipt.json the intent to publish
        .lemm/staging/<id>/removed/     what was taken away and is being deleted
        .lemm/locks/<id>.lock           held while a dataset changes; never deleted
    """

    root: Path

    @property
    def private(self) -> Path:
        """The folder of the store's own state."""
        return Path(self.root, ".lemm")

    def dataset(self, dataset: str) -> Path:
        """Return where a published dataset lies."""
        return self.root / dataset

    def receipt(self, dataset: str) -> Path:
        """Return where a dataset's receipt lies."""
        return Path(self.root, ".lemm", "receipts", f"{dataset}.json")

    def receipts(self) -> list[Path]:
        """Return the receipts there are, by dataset."""
        return sorted((self.private / "receipts").glob("*.json"))

    def receipt_copy(self, dataset: str) -> Path:
        """Return where the copy of a dataset's receipt lies."""
        return self.ledgers(dataset) / "receipt.json"

    def verification(self, dataset: str) -> Path:
        """Return where the last verification's findings lie."""
        return self.private / "verified" / f"{dataset}.json"

    def ledger(self, dataset: str, path: str) -> Path:
        """Return where the ledger of one artifact lies."""
        return self.ledgers(dataset) / f"{key_of(path)}.tsv"

    def shared_ledger(self, dataset: str) -> Path:
        """Return where the ledger of all small files lies; no key is its name."""
        return self.ledgers(dataset) / "small.tsv"

    def small(self, dataset: str) -> Path:
        """Return where the small files of a dataset wait together."""
        return _below(self.root, "staging", dataset, "small")

    def small_ledger(self, dataset: str) -> Path:
        """Return where the ledger of small files waits."""
        return self.small(dataset) / "ledger"

    def marks(self, dataset: str, path: str) -> Path:
        """Return where the marks of a kept file lie."""
        return self.ledgers(dataset) / f"{key_of(path)}.marks"

    def credits(self, dataset: str, path: str) -> Path:
        """Return where the credits of an artifact's chosen members lie."""
        name = f"{key_of(path)}.credits.csv"
        return Path(self.root, ".lemm", "ledgers", dataset, name)

    def ledgers(self, dataset: str) -> Path:
        """Return the folder of a dataset's ledgers."""
        return _below(self.root, "ledgers", dataset)

    def lock(self, dataset: str) -> Path:
        """Return the lock file of a dataset."""
        return self.private / "locks" / f"{dataset}.lock"

    @property
    def summary(self) -> Path:
        """The summary in the guide's shape."""
        return self.root / "dataset_status.json"

    @property
    def summary_lock(self) -> Path:
        """The lock of the summary, whose name can be no dataset's."""
        return self.private / "locks" / ".summary.lock"

    def staging(self, dataset: str) -> Path:
        """Return the folder where a dataset is prepared."""
        return _below(self.root, "staging", dataset)

    def pending_receipt(self, dataset: str) -> Path:
        """Return where the intent to publish a dataset is written."""
        return self.staging(dataset) / "receipt.json"

    def removed(self, dataset: str) -> Path:
        """Return where a dataset goes that is taken away."""
        return self.staging(dataset) / "removed"

    def tree(self, dataset: str) -> Path:
        """Return where a dataset is put together."""
        return self.staging(dataset) / "tree"

    def staged(self, dataset: str, path: str) -> Path:
        """Return the folder where one artifact grows."""
        return self.staging(dataset) / key_of(path)


@lru_cache(maxsize=256)
def _below(root: Path, *names: str) -> Path:
    """Return a folder of the store's own state: asked for again for every file."""
    return Path(root, ".lemm", *names)


@lru_cache(maxsize=1 << 16)
def key_of(path: str) -> str:
    """Return one folder name for an artifact's path: readable, short and unique."""
    import hashlib  # brings OpenSSL: only where something is staged

    mark = hashlib.sha256(path.encode()).hexdigest()[:16]
    # Disks count bytes: 80 characters may be 320 of them, and 255 is the most.
    name = path.rpartition("/")[2].encode()[:80].decode(errors="ignore")
    return f"{name}-{mark}"
