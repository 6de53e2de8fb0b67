"""A plan, dataset by dataset, to an outcome: one failure does not stop the rest.

What was planned before the lock may have been done by another since: each dataset
is looked at again inside its lock, and only what is still to do is done.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

from lemm_catalog.bring import Means, bring, now
from lemm_catalog.errors import LemmError
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.outcome import DatasetOutcome, Outcome
from lemm_catalog.model.plan import WORK, PlannedDataset
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.progress import Step
from lemm_catalog.rules.planning import Item, is_satisfied
from lemm_catalog.transfer.front import Follower
from lemm_catalog.version import __version__

LookAgain = Callable[[str], tuple[PlannedDataset, Holding]]


def execute(
    datasets: Sequence[PlannedDataset],
    items: Mapping[str, Item],
    look_again: LookAgain,
    means: Means,
    *,
    jobs: int = 1,
) -> Outcome:
    """Carry out what a plan says of each dataset, ``jobs`` of them at a time."""
    pending = list(enumerate(datasets))
    taking = threading.Lock()
    done: dict[int, DatasetOutcome] = {}

    def work() -> None:
        while True:
            with taking:
                if not pending:
                    return
                index, planned = pending.pop(0)
            done[index] = _one(planned, items[planned.id], look_again, means)

    if jobs == 1:
        work()
    else:
        # Daemon threads: Ctrl-C must not wait for them, and no kill can harm us.
        crew = [Follower(f"job-{n}", work) for n in range(min(jobs, len(datasets)))]
        for worker in crew:
            worker.result()
    return Outcome(datasets=tuple(done[index] for index in sorted(done)))


def _one(
    planned: PlannedDataset, item: Item, look_again: LookAgain, means: Means
) -> DatasetOutcome:
    stopping = {a.action: a for a in planned.actions if a.action in {"refuse", "ask"}}
    if stopping:
        action = stopping.get("refuse") or stopping["ask"]
        message = f"{action.path}: {action.reason}"
        return DatasetOutcome(
            id=item.id, result="refused", message=message, exit_code=1
        )
    if not planned.has_work:
        skipped = next((a for a in planned.actions if a.action == "skip"), None)
        if skipped and all(a.action == "skip" for a in planned.actions):
            return DatasetOutcome(id=item.id, result="skipped", message=skipped.reason)
        return DatasetOutcome(id=item.id, result="present")
    try:
        return _pull(item, look_again, means)
    except LemmError as error:
        return DatasetOutcome(
            id=item.id, result="failed", message=str(error), exit_code=error.exit_code
        )


def _pull(item: Item, look_again: LookAgain, means: Means) -> DatasetOutcome:
    store, observer = means.store, means.observer
    store.prepare()
    with store.lock(
        item.id, lambda: observer.noted(f"{item.id}: waiting for another pull of it")
    ):
        store.finish(item.id)  # what an earlier pull had decided to publish
        planned, holding = look_again(item.id)
        work = {a.path for a in planned.actions if a.action in WORK}
        if not work:
            return DatasetOutcome(id=item.id, result="present")
        received = [
            _ensure(artifact, holding, means)
            for artifact in item.artifacts
            if artifact.path in work
        ]
        _publish(item, holding, received, means)
    fetched = sum(a.bytes for a in planned.actions if a.action in {"fetch", "resume"})
    return DatasetOutcome(id=item.id, result="pulled", bytes_fetched=fetched)


def _ensure(artifact: Artifact, holding: Holding, means: Means) -> ReceivedArtifact:
    """Return the artifact's record, bringing it if there is none that counts."""
    staged = holding.staged.get(artifact.path)
    if staged and staged.record:
        if is_satisfied(artifact, staged.record):
            return staged.record
        means.store.discard(artifact.dataset, artifact.path)
    return bring(artifact, means)


def _publish(
    item: Item, holding: Holding, received: Sequence[ReceivedArtifact], means: Means
) -> None:
    renewed = {artifact.path for artifact in received}
    others = holding.receipt.artifacts if holding.receipt else ()
    receipt = Receipt(
        schema_="lemm-catalog/receipt@1",
        id=item.id,
        title=item.title,
        version=item.version,
        license=item.license,
        tool=f"lemm-catalog {__version__}",
        completed=now(),
        artifacts=(*(a for a in others if a.path not in renewed), *received),
    )
    step = Step(verb="publish", dataset=item.id, path="", total=None)
    means.observer.started(step, 0)
    means.store.intend(receipt)
    means.store.finish(item.id)
    means.observer.ended(step, None)
