"""Whether what was published is still whole: by size and time, or by content."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from lemm_catalog.bring import now
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.progress import Observer, Step
from lemm_catalog.store.ledger import Line
from lemm_catalog.store.receipts import Verification
from lemm_catalog.store.store import Store

_LOST = "its ledger is lost"


def verify(
    receipt: Receipt, store: Store, observer: Observer, *, quick: bool
) -> Verification:
    """Compare each file of a dataset with its ledger.

    Quick looks at size and modification time only, and cannot see a flipped bit
    under an unchanged time; otherwise every byte is read.
    """
    damaged = {
        artifact.path: tuple(found)
        for artifact in receipt.artifacts
        if (found := list(_damaged(receipt.id, artifact, store, observer, quick)))
    }
    return Verification(verified=now(), quick=quick, damaged=damaged)


def _damaged(
    dataset: str,
    artifact: ReceivedArtifact,
    store: Store,
    observer: Observer,
    quick: bool,
) -> Iterator[str]:
    lines = store.ledger(dataset, artifact.path)
    if lines is None:
        yield f"{artifact.path} ({_LOST})"
        return
    step = Step(
        verb="verify", dataset=dataset, path=artifact.path, total=artifact.bytes_on_disk
    )
    observer.started(step, 0)
    yield from _differing(lines, store.layout.dataset(dataset), step, observer, quick)
    observer.ended(step, None)


def _differing(
    lines: Iterable[Line], root: Path, step: Step, observer: Observer, quick: bool
) -> Iterator[str]:
    for line in lines:
        if not (_looks_right(line, root) if quick else _is_right(line, root)):
            yield line.path
        observer.advanced(step, line.size)


def _looks_right(line: Line, root: Path) -> bool:
    try:
        info = (root / line.path).lstat()
    except OSError:
        return False
    return (info.st_size, info.st_mtime_ns) == (line.size, line.mtime_ns)


def _is_right(line: Line, root: Path) -> bool:
    path = root / line.path
    try:
        if path.is_symlink() or path.stat().st_size != line.size:
            return False
        with path.open("rb", buffering=0) as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError:
        return False
    return digest.hexdigest() == line.sha256
