"""The plan: what to do with each wanted artifact, why, and whether it fits.

A pure decision over values that were read before. Laws, each a property test:
carrying out a plan and planning again gives only `keep`; every wanted artifact
appears once; totals are sums of actions; order depends on nothing but the input; no
artifact is fetched that is not pinned by size and digest; the peak is never below
what the pull really uses at any moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding, Inventory
from lemm_catalog.model.license import Verdict
from lemm_catalog.model.plan import (
    WORK,
    Action,
    Limits,
    Plan,
    PlannedDataset,
    PlanProblem,
    Totals,
)
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.rules.fitting import Room, Weight, peak_of, what_fits
from lemm_catalog.rules.remedies import remedies


@dataclass(frozen=True, kw_only=True)
class Item:
    """One dataset to plan: its artifacts, and why some of it must not be taken.

    ``barred`` maps an artifact's path to the reason a policy leaves it out.
    """

    id: str
    title: str
    phase: str
    priority: int
    license: str
    version: str | None
    verdict: Verdict
    artifacts: tuple[Artifact, ...]
    barred: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a pull is to be made; sizes in bytes."""

    max_storage: int | None = None
    fit: bool = False
    keep_archives: bool = False
    offline: bool = False
    jobs: int = 1


def make_plan(
    selection: Sequence[str],
    items: Sequence[Item],
    inventory: Inventory,
    options: Options,
) -> Plan:
    """Return the plan for the items, in their order."""
    room = Room(
        free=inventory.free, used=inventory.used, max_storage=options.max_storage
    )
    decided = [_decide(item, inventory.of(item.id), options) for item in items]
    weights = [
        _weigh(item, actions, inventory.of(item.id), options)
        for item, actions in zip(items, decided, strict=True)
    ]
    if options.fit:
        fitting = what_fits(weights, room, options.jobs)
        decided = [
            actions if index in fitting else [_left_out(action) for action in actions]
            for index, actions in enumerate(decided)
        ]
        weights = [w for index, w in enumerate(weights) if index in fitting]
    datasets = tuple(
        _planned(item, actions) for item, actions in zip(items, decided, strict=True)
    )
    peak = peak_of(weights, options.jobs)
    return Plan(
        schema_="lemm-catalog/plan@1",
        selection=tuple(selection),
        datasets=datasets,
        totals=_totals(datasets, peak),
        limits=Limits(
            max_storage_bytes=options.max_storage,
            free_bytes=inventory.free,
            used_bytes=inventory.used,
            fits=room.holds(peak),
        ),
        problems=_problems(datasets, weights, room, options, peak),
    )


def is_satisfied(artifact: Artifact, received: ReceivedArtifact) -> bool:
    """Whether what was received is what the manifest asks for today."""
    if artifact.size is not None and artifact.size != received.size:
        return False
    if unpacking_of(artifact) != received.unpacked:
        return False
    common = [d for d in artifact.digests if d.algorithm in received.checksums]
    if artifact.digests and not common:
        return False
    return all(received.checksums[d.algorithm] == d.value for d in common)


def unpacking_of(artifact: Artifact) -> str | None:
    """Return how an artifact is unpacked, in the words of a receipt."""
    if artifact.unpack is None:
        return None
    unpack = artifact.unpack
    into = f" into={unpack.into}" if unpack.into else ""
    return f"strip={unpack.strip}{into}"


def _decide(item: Item, holding: Holding, options: Options) -> list[Action]:
    return [
        action
        for artifact in item.artifacts
        for action in _decide_one(item, artifact, holding, options)
    ]


def _decide_one(
    item: Item, artifact: Artifact, holding: Holding, options: Options
) -> list[Action]:
    """Return the actions for one artifact: the first reason that holds decides."""
    if reason := item.barred.get(artifact.path):
        return [_action("skip", artifact, artifact.expected, reason)]
    received = {a.path: a for a in holding.receipt.artifacts} if holding.receipt else {}
    have = received.get(artifact.path)
    outdated = have is not None and not is_satisfied(artifact, have)
    if have and not outdated and artifact.path not in holding.damaged:
        reason = f"verified and published on {have.fetched[:10]}"
        return [_action("keep", artifact, have.size, reason)]
    if not artifact.is_pinned:
        return [_action("refuse", artifact, artifact.expected, _not_pinned(artifact))]
    why = "the manifest pins other bytes than are here" if outdated else ""
    if have and not outdated:
        why = holding.damaged[artifact.path]
    return [
        *_bring(artifact, holding, options, why),
        *([_unpack(artifact)] if artifact.unpack else []),
    ]


def _bring(
    artifact: Artifact, holding: Holding, options: Options, why: str
) -> list[Action]:
    size = artifact.size or 0
    staged = holding.staged.get(artifact.path)
    if staged and staged.record and is_satisfied(artifact, staged.record):
        return [_action("resume", artifact, 0, "verified already, not yet published")]
    if staged and staged.done == size:
        return [_action("resume", artifact, 0, "downloaded already, to be verified")]
    if holding.lying.get(artifact.path) == size:
        return [
            _action(
                "fetch", artifact, 0, "a file of this size lies there; verify it first"
            )
        ]
    remote = [s for s in artifact.sources if not s.is_manual]
    if options.offline:
        remote = [s for s in remote if s.path]
    if not remote and options.offline:
        reason = "offline, and no source of it is on this machine"
        return [_action("refuse", artifact, size, reason)]
    if not remote:
        words = next(s.manual for s in artifact.sources if s.manual) or ""
        reason = f"{words.strip()} Put it at {artifact.dataset}/{artifact.path}"
        return [_action("ask", artifact, size, reason)]
    if staged and staged.done:
        percent = 100 * staged.done // max(size, 1)
        left = size - staged.done
        return [_action("resume", artifact, left, f"{percent} % is here already")]
    return [_action("fetch", artifact, size, why or "not here yet")]


def _unpack(artifact: Artifact) -> Action:
    return _action(
        "unpack", artifact, artifact.unpacked, "the manifest wants its members"
    )


def _action(kind: str, artifact: Artifact, count: int, reason: str) -> Action:
    source = artifact.sources[0]
    return Action.model_validate(
        {
            "action": kind,
            "path": artifact.path,
            "bytes": count,
            "source": source.shown,
            "digest": str(artifact.digests[0]) if artifact.digests else None,
            "reason": reason,
        }
    )


def _left_out(action: Action) -> Action:
    if action.action not in WORK:
        return action
    reason = "does not fit, and others have priority"
    return action.model_copy(update={"action": "skip", "reason": reason})


def _not_pinned(artifact: Artifact) -> str:
    return f"{artifact.unresolved}, so that wrong bytes could not be told from right"


def _weigh(
    item: Item, actions: Sequence[Action], holding: Holding, options: Options
) -> Weight:
    """Return what a dataset's work takes on disk, artifact by artifact."""
    work = {a.path for a in actions if a.action in WORK and a.action != "unpack"}
    steps: list[tuple[int, int]] = []
    for artifact in item.artifacts:
        if artifact.path not in work:
            continue
        staged = holding.staged.get(artifact.path)
        if staged and staged.record:
            continue
        size = artifact.size or 0
        missing = size - (staged.done if staged else 0)
        if holding.lying.get(artifact.path) == size:
            missing = 0
        archive_goes = artifact.unpack is not None and not options.keep_archives
        steps.append(
            (
                missing + artifact.unpacked,
                artifact.unpacked + missing - (size if archive_goes else 0),
            )
        )
    return Weight(dataset=item.id, steps=tuple(steps))


def _planned(item: Item, actions: Sequence[Action]) -> PlannedDataset:
    skipped = {a.path for a in actions if a.action == "skip"}
    taken = [a for a in item.artifacts if a.path not in skipped]
    return PlannedDataset(
        id=item.id,
        title=item.title,
        phase=item.phase,
        priority=item.priority,
        license=item.license,
        commercial=item.verdict.decision,
        download_bytes=sum(artifact.expected for artifact in taken),
        unpacked_bytes=sum(
            artifact.unpacked if artifact.unpack else artifact.expected
            for artifact in taken
        ),
        actions=tuple(actions),
    )


def _totals(datasets: Sequence[PlannedDataset], peak: int) -> Totals:
    return Totals(
        datasets=sum(any(a.action != "skip" for a in d.actions) for d in datasets),
        download_bytes=sum(d.download_bytes for d in datasets),
        to_fetch_bytes=sum(
            action.bytes
            for dataset in datasets
            for action in dataset.actions
            if action.action in {"fetch", "resume"}
        ),
        unpacked_bytes=sum(d.unpacked_bytes for d in datasets),
        peak_disk_bytes=peak,
    )


def _problems(
    datasets: Sequence[PlannedDataset],
    weights: Sequence[Weight],
    room: Room,
    options: Options,
    peak: int,
) -> tuple[PlanProblem, ...]:
    refused = [
        PlanProblem(
            code="refused",
            message=f"{dataset.id}: {action.path} is refused: {action.reason}",
            hint=_mend(dataset.id, action),
        )
        for dataset in datasets
        for action in dataset.actions
        if action.action == "refuse"
    ]
    if room.holds(peak):
        return tuple(refused)
    return (*refused, remedies(weights, room, options.jobs, options.keep_archives))


def _mend(dataset: str, action: Action) -> str:
    if action.reason.startswith("offline"):
        return "run it again without --offline"
    return (
        f"pin its size and sha256 in the manifest or in locks/{dataset}.json, or take "
        f"the rest with --exclude {dataset}"
    )
