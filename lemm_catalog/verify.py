"""Whether what was published is still whole: by size and time, or by content.

Laws, each a test: only the artifacts asked for are looked at, and what is known of
the others stays; what was read as damaged is not whole for looking quickly; nothing
is held damaged because a pull changed it meanwhile.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from lemm_catalog.bring import now
from lemm_catalog.errors import LocalError
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.progress import Observer, Step
from lemm_catalog.store.ledger import Line
from lemm_catalog.store.receipts import Verification
from lemm_catalog.store.store import Store


def verify(
    dataset: str,
    paths: Collection[str],
    store: Store,
    observer: Observer,
    *,
    quick: bool,
) -> Verification | None:
    """Compare what is here of some artifacts with their ledgers, and note it.

    Quick looks at size and modification time only, and cannot see a flipped bit
    under an unchanged time; otherwise every byte is read. None if nothing is here.

    Raises:
        LocalError: if the store cannot be read.

    """
    before = _received(dataset, paths, store)
    found = _Look(dataset, store, observer, quick).at(before)
    if not before:
        return None
    try:
        with store.lock(
            dataset, lambda: observer.noted(f"{dataset}: waiting for a pull of it")
        ):
            store.finish(dataset)
            after = _received(dataset, paths, store)
            # A pull may have changed it under our eyes; now nobody does.
            anew = [a for a in after if a.path in found or a not in before]
            found = _Look(dataset, store, observer, quick).at(anew)
            return _noted(dataset, found, after, store, quick=quick)
    except LocalError as error:
        observer.noted(f"{dataset}: what was found cannot be noted: {error}")
    return Verification(verified=now(), quick=quick, damaged=found)


def _received(
    dataset: str, paths: Collection[str], store: Store
) -> list[ReceivedArtifact]:
    receipt = store.receipt(dataset)
    return [a for a in receipt.artifacts if a.path in paths] if receipt else []


def _noted(
    dataset: str,
    found: dict[str, tuple[str, ...]],
    looked_at: Sequence[ReceivedArtifact],
    store: Store,
    *,
    quick: bool,
) -> Verification:
    """Add what was found to what is known, and return what is known of these."""
    known = store.verification(dataset)
    paths = {artifact.path for artifact in looked_at}
    # What must be fetched anew stays so; what was read as damaged, for a quick look.
    stays = {p: f for p, f in known.damaged.items() if p not in paths or quick or not f}
    damaged = {**stays, **found}
    receipt = store.receipt(dataset)
    is_all = receipt is None or paths >= {a.path for a in receipt.artifacts}
    noted = Verification(
        verified=now() if is_all else known.verified,
        quick=quick if is_all else known.quick,
        damaged=damaged,
    )
    store.note_verification(dataset, noted)
    ours = {path: files for path, files in damaged.items() if path in paths and files}
    return Verification(verified=now(), quick=quick, damaged=ours)


class _Look:
    """One look at artifacts of a dataset.

    A file that several of them brought is held against the first only: to fetch
    that one anew mends it.
    """

    def __init__(
        self, dataset: str, store: Store, observer: Observer, quick: bool
    ) -> None:
        self._dataset = dataset
        self._root = store.layout.dataset(dataset)
        self._store = store
        self._observer = observer
        self._quick = quick
        self._accused: set[tuple[str, str]] = set()
        self._times: dict[str, set[int]] | None = None

    def at(self, artifacts: Iterable[ReceivedArtifact]) -> dict[str, tuple[str, ...]]:
        """Return the damaged files of each artifact that has some."""
        found = {a.path: tuple(self._damaged(a)) for a in artifacts}
        return {path: files for path, files in found.items() if files}

    def _damaged(self, artifact: ReceivedArtifact) -> Iterator[str]:
        lines = list(self._store.ledger(self._dataset, artifact.path) or ())
        if len(lines) != artifact.members + artifact.kept:
            yield f"{artifact.path} (its ledger is lost)"
            return
        total = artifact.bytes_on_disk
        step = Step(
            verb="verify", dataset=self._dataset, path=artifact.path, total=total
        )
        self._observer.started(step, 0)
        for line in lines:
            file = (line.path, line.sha256)
            if file not in self._accused and not self._is_whole(line):
                self._accused.add(file)
                yield line.path
            self._observer.advanced(step, line.size)
        self._observer.ended(step, None)

    def _is_whole(self, line: Line) -> bool:
        return self._looks_right(line) if self._quick else _is_right(line, self._root)

    def _looks_right(self, line: Line) -> bool:
        place = self._root / line.path
        try:
            info = place.lstat()
        except OSError:
            return False
        if info.st_size != line.size or place.is_symlink():
            return False
        return info.st_mtime_ns == line.mtime_ns or self._is_of_another(line, place)

    def _is_of_another(self, line: Line, place: Path) -> bool:
        """Whether an artifact that brought the same file gave it its time."""
        if self._times is None:
            self._times = {}
            receipt = self._store.receipt(self._dataset)
            for artifact in receipt.artifacts if receipt else ():
                for other in self._store.ledger(self._dataset, artifact.path) or ():
                    self._times.setdefault(other.path, set()).add(other.mtime_ns)
        return place.lstat().st_mtime_ns in self._times.get(line.path, ())


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
