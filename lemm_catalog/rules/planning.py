"""The plan: what to do with each wanted artifact, why, and whether it fits.

A pure decision over values that were read before. Laws, each a property test:
carrying out a plan and planning again gives only `keep`; every wanted artifact
appears once; totals are sums of actions; order depends on nothing but the input; no
artifact is fetched that is not pinned by size and digest; the peak is never below
what the pull really uses at any moment, if the sizes in the manifests are right.
"""

from collections.abc import Iterator, Sequence

from lemm_catalog.model.inventory import Inventory
from lemm_catalog.model.item import Item, Options
from lemm_catalog.model.plan import (
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
)
from lemm_catalog.rules.fitting import Room, Weight, peak_of, what_fits, with_room
from lemm_catalog.rules.picking import ALL_IS_HERE
from lemm_catalog.rules.remedies import remedies
from lemm_catalog.rules.weighing import (
    comes_in_one_pass,
    paths_of_work,
    weigh,
    with_lean_steps,
)


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
        weigh(item, actions, inventory.of(item.id), options)
        for item, actions in zip(items, decided, strict=True)
    ]
    peak = peak_of(weights, options.jobs)
    # In one pass is the second choice: nobody asks for it where there is room.
    if not room.holds(peak):
        weights = [
            with_lean_steps(one, item, actions, inventory.of(item.id), options)
            for one, item, actions in zip(weights, items, decided, strict=True)
        ]
        weights, decided = _fitted(weights, decided, room, options)
        peak = peak_of(weights, options.jobs)
    lean = {weight.dataset for weight in weights if weight.is_lean}
    datasets = tuple(
        _planned(item, actions, inventory, options, is_lean=item.id in lean)
        for item, actions in zip(items, decided, strict=True)
    )
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


def _fitted(
    weights: list[Weight], decided: list[list[Action]], room: Room, options: Options
) -> tuple[list[Weight], list[list[Action]]]:
    """Return the weights of what is taken, and all actions, where room is short."""
    if not options.fit:
        return with_room(weights, room, options.jobs), decided
    fitting = what_fits(weights, room, options.jobs)
    taken = [
        actions if index in fitting else left_out(actions)
        for index, actions in enumerate(decided)
    ]
    return list(fitting.values()), taken


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
        holding, work = inventory.of(item.id), paths_of_work(actions)
        sizes = {
            artifact.path: artifact.size or 0
            for artifact in item.artifacts
            if artifact.path in work and comes_in_one_pass(artifact, holding, options)
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
