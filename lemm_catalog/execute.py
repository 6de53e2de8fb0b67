"""A plan, dataset by dataset, to an outcome: one failure does not stop the rest.

What was planned before the lock may have been done by another since: each dataset
is looked at again inside its lock, and only what is still to do is done.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from lemm_catalog.bring import bring
from lemm_catalog.bring_small import SmallFiles
from lemm_catalog.errors import LemmError, NoThreadError
from lemm_catalog.means import Means, now
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item
from lemm_catalog.model.outcome import DatasetOutcome, Outcome
from lemm_catalog.model.plan import WORK, PlannedDataset
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.progress import Step
from lemm_catalog.rules.consenting import acceptances
from lemm_catalog.rules.deciding import is_satisfied
from lemm_catalog.store.files import local_error
from lemm_catalog.transfer.front import Follower
from lemm_catalog.version import __version__

LookAgain = Callable[[str], tuple[PlannedDataset, Holding]]
# The paths of all artifacts that a dataset's manifest has today, wanted or not.
PathsOf = Callable[[str], Collection[str]]

_FETCHING = frozenset({"fetch", "resume"})


def execute(
    datasets: Sequence[PlannedDataset],
    items: Mapping[str, Item],
    look_again: LookAgain,
    means: Means,
    paths_of: PathsOf,
    *,
    jobs: int = 1,
) -> Outcome:
    """Carry out what a plan says of each dataset, ``jobs`` of them at a time."""
    run = _Run(look_again, means, paths_of)
    pending = list(enumerate(datasets))
    taking = threading.Lock()
    done: dict[int, DatasetOutcome] = {}

    def work() -> None:
        while True:
            with taking:
                if not pending:
                    return
                index, planned = pending.pop(0)
            done[index] = run.one(planned, items[planned.id])

    if jobs == 1:
        work()
    else:
        try:
            for worker in _crew(min(jobs, len(datasets)), work):
                worker.result()
        except BaseException:
            with taking:
                pending.clear()
            means.traffic.halt()
            raise
    return Outcome(datasets=tuple(done[index] for index in sorted(done)))


def _crew(count: int, work: Callable[[], None]) -> list[Follower[None]]:
    """Return as many at work as this machine has threads for, and at least one.

    Daemon threads: Ctrl-C must not wait for them, and no kill can harm us.
    """
    crew: list[Follower[None]] = []
    for number in range(count):
        try:
            crew.append(Follower(f"job-{number}", work))
        except NoThreadError:
            if not crew:
                raise
    return crew


@dataclass(frozen=True)
class _Run:
    look_again: LookAgain
    means: Means
    paths_of: PathsOf

    def one(self, planned: PlannedDataset, item: Item) -> DatasetOutcome:
        """Do what is to be done of one dataset; its failure is an outcome too."""
        try:
            if planned.has_work or self._needs_care(item.id):
                return self._pull(item, planned.in_one_pass)
        except LemmError as error:
            return _failed(item.id, error)
        except RuntimeError as error:
            if "new thread" not in str(error):
                raise
            return _failed(item.id, NoThreadError())
        except OSError as error:
            # What no room has put in words is still this machine's failure.
            root = self.means.store.layout.root
            return _failed(item.id, local_error(error, error.filename or root))
        return _refused(planned) or _idle(planned)

    def _needs_care(self, dataset: str) -> bool:
        """Whether a crash or a broken disk left something to set right."""
        store = self.means.store
        return store.has_staged(dataset) or store.unreadable(dataset) is not None

    def _pull(self, item: Item, in_one_pass: Collection[str]) -> DatasetOutcome:
        store, observer = self.means.store, self.means.observer
        store.prepare()
        with store.lock(
            item.id,
            lambda: observer.noted(f"{item.id}: waiting for another pull of it"),
        ):
            if mended := store.mend_receipt(item.id):
                observer.noted(mended)
            store.finish(item.id)  # what an earlier pull had decided to publish
            planned, holding = self.look_again(item.id)
            work = {a.path for a in planned.actions if a.action in WORK}
            if not work:
                return _refused(planned) or _idle(planned)
            wanted = [a for a in item.artifacts if a.path in work]
            received = _ensure_all(item.id, wanted, holding, self.means, in_one_pass)
            # What cannot be whole is not published; the rest waits, verified.
            if refused := _refused(planned):
                return refused
            self._publish(item, holding, received)
        fetched = sum(a.bytes for a in planned.actions if a.action in _FETCHING)
        return DatasetOutcome(id=item.id, result="pulled", bytes_fetched=fetched)

    def _publish(
        self, item: Item, holding: Holding, received: Sequence[ReceivedArtifact]
    ) -> None:
        renewed = {artifact.path for artifact in received}
        known = self.paths_of(item.id)
        others = [
            artifact
            for artifact in (holding.receipt.artifacts if holding.receipt else ())
            if artifact.path not in renewed and _is_among(known, artifact.path)
        ]
        receipt = Receipt(
            schema="lemm-catalog/receipt@1",
            id=item.id,
            title=item.title,
            version=item.version,
            license=item.license,
            tool=f"lemm-catalog {__version__}",
            completed=now(),
            artifacts=(*others, *received),
            accepted=acceptances(item, received, holding.receipt),
        )
        store, observer = self.means.store, self.means.observer
        step = Step(verb="publish", dataset=item.id, path="", total=None)
        observer.started(step, 0)
        try:
            store.intend(receipt)
            store.finish(item.id)
        except BaseException as error:
            observer.ended(step, str(error) or type(error).__name__)
            raise
        observer.ended(step, None)


def _is_among(known: Collection[str], path: str) -> bool:
    # A set whose list is not pinned, named by its folder, may have any file below.
    above = accumulate(path.split("/"), "{}/{}".format)
    return path in known or any(f"{folder}/" in known for folder in above)


def _refused(planned: PlannedDataset) -> DatasetOutcome | None:
    stopping = {a.action: a for a in planned.actions if a.action in {"refuse", "ask"}}
    action = stopping.get("refuse") or stopping.get("ask")
    if action is None:
        return None
    message = f"{action.path}: {action.reason}"
    return DatasetOutcome(id=planned.id, result="refused", message=message, exit_code=1)


def _idle(planned: PlannedDataset) -> DatasetOutcome:
    skipped = [action for action in planned.actions if action.action == "skip"]
    if skipped and len(skipped) == len(planned.actions):
        reason = skipped[0].reason
        return DatasetOutcome(id=planned.id, result="skipped", message=reason)
    return DatasetOutcome(id=planned.id, result="present")


def _failed(dataset: str, error: LemmError) -> DatasetOutcome:
    return DatasetOutcome(
        id=dataset, result="failed", message=str(error), exit_code=error.exit_code
    )


def _ensure_all(
    dataset: str,
    wanted: Sequence[Artifact],
    holding: Holding,
    means: Means,
    in_one_pass: Collection[str],
) -> list[ReceivedArtifact]:
    """Return the records of artifacts; the small ones come many at a time."""
    small = SmallFiles(dataset, wanted, holding, means)
    small.take_up()
    received = small.received
    small.bring()
    for artifact in wanted:
        if artifact.path not in received:
            is_lean = artifact.path in in_one_pass
            received[artifact.path] = _ensure(artifact, holding, means, is_lean)
            if small.is_one(artifact):
                # What stood in the way was overcome: the others may come now.
                small.bring()
    return [received[artifact.path] for artifact in wanted]


def _ensure(
    artifact: Artifact, holding: Holding, means: Means, is_lean: bool
) -> ReceivedArtifact:
    """Return the artifact's record, bringing it if there is none that counts."""
    staged = holding.staged.get(artifact.path)
    if staged and staged.record:
        if is_satisfied(artifact, staged.record):
            return staged.record
        means.store.discard(artifact.dataset, artifact.path)
    return bring(artifact, means, in_one_pass=is_lean)
