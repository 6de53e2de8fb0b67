"""A plan and an outcome as text for people."""

from lemm_catalog.model.outcome import Outcome
from lemm_catalog.model.plan import Action, Plan, PlannedDataset
from lemm_catalog.render.lines import counted, wrapped
from lemm_catalog.sizes import format_decimal, format_size


def plan_text(plan: Plan, width: int) -> str:
    """Return a plan: each dataset with its actions, totals, and what is in the way."""
    parts = [_dataset(dataset, width) for dataset in plan.datasets]
    return "\n\n".join([*parts, _totals(plan, width), *_problems(plan, width)])


def _dataset(dataset: PlannedDataset, width: int) -> str:
    head = (
        f"{dataset.id}  {dataset.title} · {dataset.phase} · priority "
        f"{dataset.priority} · {dataset.license} · commercial use: {dataset.commercial}"
    )
    lines = [wrapped(head, width, rest="  ")]
    for action in dataset.actions:
        lines.append(_action(action, width))
        if action.source and action.action in {"fetch", "resume"}:
            lines.append(f"{'':20}from {action.source}")
    return "\n".join(lines)


def _action(action: Action, width: int) -> str:
    size = format_decimal(action.bytes)
    first = f"  {action.action:<7}{size:>9}  "
    return wrapped(f"{action.path}: {action.reason}", width, first=first)


def _totals(plan: Plan, width: int) -> str:
    totals, limits = plan.totals, plan.limits
    rows = [
        (
            "selected",
            f"{' '.join(plan.selection)}: {counted(totals.datasets, 'dataset')}",
        ),
        ("download", format_size(totals.download_bytes)),
        ("to fetch", format_size(totals.to_fetch_bytes)),
        ("unpacked", format_size(totals.unpacked_bytes)),
        ("peak disk", f"{format_size(totals.peak_disk_bytes)} while pulling"),
        ("disk free", format_size(limits.free_bytes)),
    ]
    if limits.max_storage_bytes is not None:
        used = format_size(limits.used_bytes)
        rows.append(("limit", f"{format_size(limits.max_storage_bytes)}, {used} used"))
    rows.append(("fits", "yes" if limits.fits else "no"))
    return "\n".join(wrapped(text, width, first=f"{name:<11}") for name, text in rows)


def _problems(plan: Plan, width: int) -> list[str]:
    return [
        "\n".join(
            [
                wrapped(problem.message, width, first="problem    "),
                *(
                    [wrapped(problem.hint, width, first="what helps ")]
                    * bool(problem.hint)
                ),
            ]
        )
        for problem in plan.problems
    ]


def outcome_text(outcome: Outcome, width: int) -> str:
    """Return how a pull ended, a line for each dataset."""
    lines = []
    for dataset in outcome.datasets:
        text = str(dataset.result)
        if dataset.result == "pulled" and dataset.bytes_fetched:
            text += f", {format_size(dataset.bytes_fetched)} fetched"
        if dataset.message:
            text += f": {dataset.message}"
        lines.append(wrapped(text, width, first=f"{dataset.id}  ", rest="  "))
    return "\n".join(lines) or "nothing to do"
