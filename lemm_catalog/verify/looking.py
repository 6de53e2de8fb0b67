"""One look at artifacts of a dataset: jobs for a crew, and what their answers mean."""

import errno
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.progress import Observer, Step, small_files
from lemm_catalog.store.files import local_error
from lemm_catalog.store.store import Store
from lemm_catalog.transfer.missing import MANY, SMALL
from lemm_catalog.verify.crew import Crew
from lemm_catalog.verify.worker import CONTENT, TIME, Answer, Fault, Job

# How many jobs a ledger makes, and how many of its bytes one of them: enough to be
# worth handing over, few enough that all end together and none needs much memory.
_JOBS = 64
_LEAST, _MOST, _MOST_QUICK = 1 << 12, 1 << 18, 1 << 20
# So much is done before a second process could have begun.
_LINES_HERE, _BYTES_HERE = 1 << 20, 1 << 25
# What it means that a file cannot be had, and nothing else need be said of it.
_SAID_ENOUGH = frozenset(
    {TIME, CONTENT, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO}
)
_MOST_NOTED = 3


class Look:
    """One look at artifacts of a dataset.

    A file that several of them brought is held against the first only: to mend that
    one mends it.
    """

    def __init__(
        self,
        dataset: str,
        store: Store,
        observer: Observer,
        crew: Crew,
        *,
        quick: bool,
    ) -> None:
        self._dataset = dataset
        self._root = os.path.realpath(store.layout.dataset(dataset))
        self._store = store
        self._observer = observer
        self._crew = crew
        self._quick = quick
        self._accused: set[tuple[str, str]] = set()
        self._noted = 0

    def at(self, artifacts: Sequence[ReceivedArtifact]) -> dict[str, tuple[str, ...]]:
        """Return the damaged files of each artifact that has some.

        Raises:
            LocalError: if a process of the crew was ended.

        """
        owners: list[ReceivedArtifact] = []
        jobs: list[Job] = []
        for artifact in artifacts:
            more = list(self._jobs(artifact))
            jobs += more
            owners += [artifact] * len(more)
        steps = _Steps(self._dataset, owners, self._observer)
        answers = self._crew.examine(jobs, steps, here=_is_little(jobs, artifacts))
        by_path: dict[str, list[Answer]] = {a.path: [] for a in artifacts}
        for owner, answer in zip(owners, answers, strict=True):
            by_path[owner.path].append(answer)
        found = {a.path: tuple(self._damaged(a, by_path[a.path])) for a in artifacts}
        return {path: files for path, files in found.items() if files}

    def _jobs(self, artifact: ReceivedArtifact) -> Iterator[Job]:
        place = self._store.ledger_place(self._dataset, artifact.path)
        if place is None:
            return
        most = _MOST_QUICK if self._quick else _MOST
        step = min(max((place.stop - place.start) // _JOBS, _LEAST), most)
        for start in range(place.start, place.stop, step):
            stop = min(start + step, place.stop)
            yield Job(self._root, place.file, start, stop, self._quick)

    def _damaged(
        self, artifact: ReceivedArtifact, answers: Sequence[Answer]
    ) -> Iterator[str]:
        counts = [answer.lines for answer in answers]
        lines = sum(count or 0 for count in counts)
        if None in counts or lines != artifact.members + artifact.kept:
            yield f"{artifact.path} (its ledger is lost)"
            return
        faults = [fault for answer in answers for fault in answer.faults]
        excused = self._of_others({f.path for f in faults if f.why == TIME})
        for fault in faults:
            file = (fault.path, fault.sha256)
            is_excused = fault.why == TIME and (fault.path, fault.mtime_ns) in excused
            if file not in self._accused and not is_excused:
                self._accused.add(file)
                self._note(fault)
                yield fault.path

    def _of_others(self, paths: set[str]) -> set[tuple[str, int]]:
        """Return the times that artifacts which brought the same files gave them."""
        receipt = self._store.receipt(self._dataset) if paths else None
        return {
            (line.path, line.mtime_ns)
            for artifact in (receipt.artifacts if receipt else ())
            for line in self._store.ledger(self._dataset, artifact.path) or ()
            if line.path in paths
        }

    def _note(self, fault: Fault) -> None:
        """Tell of a disk or a permission, which a repair would not mend."""
        if fault.why in _SAID_ENOUGH or self._noted == _MOST_NOTED:
            return
        self._noted += 1
        error = OSError(fault.why, os.strerror(fault.why))
        said = local_error(error, f"{self._dataset}: {fault.path}")
        self._observer.noted(str(said))


class _Steps:
    """Tells an observer of artifacts what is heard of jobs, each of an owner."""

    def __init__(
        self, dataset: str, owners: Sequence[ReceivedArtifact], observer: Observer
    ) -> None:
        self._observer = observer
        by_path = _steps_of(dataset, owners)
        self._steps = [by_path[owner.path] for owner in owners]
        self._left = Counter(self._steps)
        self._begun: set[Step] = set()

    def advanced(self, number: int, count: int) -> None:
        """Tell of bytes that are done."""
        self._observer.advanced(self._begin(number), count)

    def answered(self, number: int) -> None:
        """Tell that a job is done."""
        step = self._begin(number)
        self._left[step] -= 1
        if not self._left[step]:
            self._observer.ended(step, None)

    def _begin(self, number: int) -> Step:
        step = self._steps[number]
        if step not in self._begun:
            self._begun.add(step)
            self._observer.started(step, 0)
        return step


def _steps_of(dataset: str, artifacts: Sequence[ReceivedArtifact]) -> dict[str, Step]:
    """Return the step of each artifact; many small ones share one, as when fetched."""
    sizes = {one.path: one.bytes_on_disk for one in artifacts}
    steps = {path: Step("verify", dataset, path, sizes[path]) for path in sizes}
    small = {one.path: sizes[one.path] for one in artifacts if _is_small(one)}
    if len(small) >= MANY:
        steps |= dict.fromkeys(small, small_files("verify", dataset, small.values()))
    return steps


def _is_small(artifact: ReceivedArtifact) -> bool:
    return not artifact.unpacked and artifact.size <= SMALL


def _is_little(jobs: Iterable[Job], artifacts: Iterable[ReceivedArtifact]) -> bool:
    """Whether it would be done before another process could have begun."""
    lines, quick = 0, True
    for job in jobs:
        lines += job.stop - job.start
        quick = quick and job.quick
    size = sum(artifact.bytes_on_disk for artifact in artifacts)
    return lines <= _LINES_HERE and (quick or size <= _BYTES_HERE)
