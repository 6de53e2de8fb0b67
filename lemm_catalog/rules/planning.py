"""The plan: what to do with each wanted artifact, why, and whether it fits.

A pure decision over values that were read before. Laws, each a property test:
carrying out a plan and planning again gives only `keep`; every wanted artifact
appears once; totals are sums of actions; order depends on nothing but the input; no
artifact is fetched that is not pinned by size and digest; the peak is never below
what the pull really uses at any moment, if the sizes in the manifests are right.
"""

from collections.abc import Iterator, Sequence

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding, Inventory, Staged
from lemm_catalog.model.item import Item, Options
from lemm_catalog.model.plan import (
    WORK,
    Action,
    Limits,
    Plan,
    PlannedDataset,
    PlanProblem,
    Totals,
)
from lemm_catalog.rules.consenting import ASKS
from lemm_catalog.rules.deciding import (
    decide,
    left_out,
    unpacked_at_once,
    what_counts,
)
from lemm_catalog.rules.fitting import Room, Weight, peak_of, what_fits, with_room
from lemm_catalog.rules.picking import ALL_IS_HERE
from lemm_catalog.rules.remedies import remedies


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
    decided = [decide(item, inventory.of(item.id), options) for item in items]
    weights = [
        _weigh(item, actions, inventory.of(item.id), options)
        for item, actions in zip(items, decided, strict=True)
    ]
    if options.fit:
        fitting = what_fits(weights, room, options.jobs)
        decided = [
            actions if index in fitting else left_out(actions)
            for index, actions in enumerate(decided)
        ]
        weights = list(fitting.values())
    else:
        weights = with_room(weights, room, options.jobs)
    lean = {weight.dataset for weight in weights if weight.is_lean}
    datasets = tuple(
        _planned(item, actions, inventory, options, is_lean=item.id in lean)
        for item, actions in zip(items, decided, strict=True)
    )
    peak = peak_of(weights, options.jobs)
    return Plan(
        schema="lemm-catalog/plan@1",
        selection=tuple(selection),
        datasets=datasets,
        totals=_totals(datasets, peak),
        limits=Limits(
            max_storage_bytes=options.max_storage,
            free_bytes=inventory.free,
            used_bytes=inventory.used,
            fits=room.holds(peak),
        ),
        problems=(
            *_all_barred(items),
            *_problems(datasets, weights, room, options, peak),
        ),
    )


def _weigh(
    item: Item, actions: Sequence[Action], holding: Holding, options: Options
) -> Weight:
    """Return what a dataset's work takes on disk, artifact by artifact."""
    work = _paths_of_work(actions)
    steps = tuple(
        _step(artifact, holding, options)
        for artifact in item.artifacts
        if artifact.path in work
    )
    lean = tuple(
        _lean_step(artifact, holding, options)
        for artifact in item.artifacts
        if artifact.path in work
    )
    if any(action.action in {"refuse", "ask"} for action in actions):
        # Nothing of it is published, so that nothing that lies there goes, either.
        steps, lean = _freeing_nothing(steps), _freeing_nothing(lean)
    return Weight(item.id, steps, lean if lean != steps else ())


def _freeing_nothing(steps: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple((most, max(stays, 0)) for most, stays in steps)


def _lean_step(
    artifact: Artifact, holding: Holding, options: Options
) -> tuple[int, int]:
    """Return what `_step` does, for an artifact that is unpacked as it arrives."""
    if not _comes_in_one_pass(artifact, holding, options):
        return _step(artifact, holding, options)
    staged = what_counts(artifact, holding.staged.get(artifact.path))
    # What is here of the archive goes first.
    stays = artifact.unpacked - (staged.done + staged.scraps if staged else 0)
    return stays, stays


def _step(artifact: Artifact, holding: Holding, options: Options) -> tuple[int, int]:
    """Return the most an artifact takes while it is worked on, and what stays."""
    staged = what_counts(artifact, holding.staged.get(artifact.path))
    if staged and staged.record:
        return 0, 0
    size = artifact.size or 0
    missing = _missing(size, staged, holding.lying.get(artifact.path))
    archive_goes = artifact.unpack is not None and not options.keep_archives
    most = missing + artifact.unpacked - (staged.scraps if staged else 0)
    return most, most - (size if archive_goes else 0)


def _comes_in_one_pass(artifact: Artifact, holding: Holding, options: Options) -> bool:
    """Whether an archive can be unpacked without ever lying on the disk."""
    staged = what_counts(artifact, holding.staged.get(artifact.path))
    is_here = staged is not None and staged.done == artifact.size
    is_here = is_here or holding.lying.get(artifact.path) == artifact.size
    return artifact.reads_forward and not options.keep_archives and not is_here


def _missing(size: int, staged: Staged | None, lying: int | None) -> int:
    if lying == size:
        return 0
    return size - (staged.done if staged else 0)


def _planned(
    item: Item,
    actions: Sequence[Action],
    inventory: Inventory,
    options: Options,
    *,
    is_lean: bool,
) -> PlannedDataset:
    skipped = {a.path for a in actions if a.action == "skip"}
    in_one_pass: tuple[str, ...] = ()
    if is_lean:
        holding, work = inventory.of(item.id), _paths_of_work(actions)
        sizes = {
            artifact.path: artifact.size or 0
            for artifact in item.artifacts
            if artifact.path in work and _comes_in_one_pass(artifact, holding, options)
        }
        in_one_pass = tuple(sizes)
        actions = unpacked_at_once(actions, sizes)
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
        in_one_pass=in_one_pass,
        policy=item.policy,
    )


def _paths_of_work(actions: Sequence[Action]) -> set[str]:
    return {action.path for action in actions if action.action in WORK}


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


def _all_barred(items: Sequence[Item]) -> tuple[PlanProblem, ...]:
    """Return the problem of a selection of which a policy leaves nothing."""
    barred = [reason for item in items for reason in item.barred.values()]
    if not barred or len(barred) < sum(len(item.artifacts) for item in items):
        return ()
    return (
        PlanProblem(
            code="nothing-allowed",
            message=f"all that is selected is left out: {barred[0]}",
            hint="`lemm-catalog licenses` with the same words has all reasons",
        ),
    )


def _problems(
    datasets: Sequence[PlannedDataset],
    weights: Sequence[Weight],
    room: Room,
    options: Options,
    peak: int,
) -> tuple[PlanProblem, ...]:
    refused = [problem for dataset in datasets for problem in _refused(dataset)]
    if room.holds(peak):
        return tuple(refused)
    return (*refused, remedies(weights, room, options.jobs, options.keep_archives))


def _refused(dataset: PlannedDataset) -> Iterator[PlanProblem]:
    """Give what is refused; terms that stand before many files are told once."""
    told: dict[str, list[Action]] = {}
    for action in dataset.actions:
        if action.action == "refuse":
            key = action.reason if action.reason.startswith(ASKS) else action.path
            told.setdefault(key, []).append(action)
    for action, *more in told.values():
        what = (
            f"{action.path} and {len(more)} more are" if more else action.path + " is"
        )
        yield PlanProblem(
            code="refused",
            message=f"{dataset.id}: {what} refused: {action.reason}",
            hint=_mend(dataset.id, action),
        )


def _mend(dataset: str, action: Action) -> str:
    if action.reason.startswith("offline"):
        return "run it again without --offline"
    if action.reason.startswith(ASKS):
        return f"read the terms and agree, or take the rest with --exclude {dataset}"
    if action.reason.startswith(ALL_IS_HERE):
        return f"lemm-catalog refresh {dataset} --commercial fetches it without that"
    return (
        f"pin its size and sha256 in the manifest or in locks/{dataset}.json, or take "
        f"the rest with --exclude {dataset}"
    )
