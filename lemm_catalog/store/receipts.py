"""Receipts, records and findings: state files, as JSON that is read back."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from lemm_catalog.model.plain import plain, read
from lemm_catalog.model.receipt import Moment, Receipt, ReceivedArtifact
from lemm_catalog.store.files import local_errors
from lemm_catalog.store.layout import Layout

Kept = TypeVar("Kept")


class Verification(NamedTuple):
    """What a verification found of each artifact that does not count any more.

    ``damaged`` maps it to its damaged files; to none if nobody found it damaged and
    it is merely to be fetched anew. ``verified`` is None where nobody looked yet.
    """

    verified: Moment | None
    quick: bool
    damaged: dict[str, tuple[str, ...]]

    def reasons(self) -> Iterator[tuple[str, str]]:
        """Give each artifact that does not count, with the reason in words."""
        for path, files in self.damaged.items():
            if files:
                more = f" and {len(files) - 1} more" if len(files) > 1 else ""
                yield path, f"{files[0]}{more} is damaged"
            else:
                yield path, "it is to be fetched anew"

    def without(self, paths: Iterable[str]) -> Self:
        """Return what is left of it when some artifacts are as they should be."""
        gone = set(paths)
        left = {path: files for path, files in self.damaged.items() if path not in gone}
        return self._replace(damaged=left)


NOTHING_FOUND = Verification(verified=None, quick=True, damaged={})


class Unreadable(NamedTuple):
    """A state file that makes no sense, with the reason in words."""

    path: Path
    reason: str


def read_receipt(path: Path, dataset: str) -> Receipt | Unreadable | None:
    """Return the receipt of a dataset; None if there is none."""
    found = _read(path, Receipt)
    if isinstance(found, Receipt) and found.id != dataset:
        return Unreadable(path, f"it is one of {found.id}")
    return found


def receipts_in(layout: Layout) -> Iterator[Receipt]:
    """Give all receipts that can be read, by id."""
    for path in layout.receipts():
        if receipt := receipt_of(layout, path.stem):
            yield receipt


def receipt_of(layout: Layout, dataset: str) -> Receipt | None:
    """Return the receipt of a dataset, from its copy if it cannot be read itself."""
    found = read_receipt(layout.receipt(dataset), dataset)
    if found is not None and not isinstance(found, Receipt):
        found = read_receipt(layout.receipt_copy(dataset), dataset)
    return found if isinstance(found, Receipt) else None


def read_verification(path: Path) -> Verification | None:
    """Return the findings of the last verification, if they can be read."""
    found = _read(path, Verification)
    return found if isinstance(found, Verification) else None


def read_record(path: Path) -> ReceivedArtifact | None:
    """Return the record of a staged artifact, if it can be read."""
    found = _read(path, ReceivedArtifact)
    return found if isinstance(found, ReceivedArtifact) else None


def to_json(value: Receipt | ReceivedArtifact | Verification) -> str:
    """Return a value as JSON, a line for each key and each item of a list."""
    import json

    # Indented by the library it would take ten times as long: thousands of artifacts.
    write = json.JSONEncoder(ensure_ascii=False).encode
    lines = []
    for name, item in plain(value).items():
        text = write(item)
        if isinstance(item, list) and item:
            text = "[\n  " + ",\n  ".join(map(write, item)) + "\n ]"
        lines.append(f" {write(name)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _read(path: Path, kind: type[Kept]) -> Kept | Unreadable | None:
    with local_errors(path):
        if not path.is_file():
            return Unreadable(path, "it is no file") if path.exists() else None
        raw = path.read_bytes()
    import json  # only where there is a receipt

    try:
        return read(kind, json.loads(raw))
    except (ValueError, RecursionError) as error:
        return Unreadable(path, str(error))
