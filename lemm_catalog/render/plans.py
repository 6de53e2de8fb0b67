"""A plan as text for people."""

from collections.abc import Iterator, Mapping

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.plan import Plan, PlannedDataset
from lemm_catalog.render.lines import counted, wrapped
from lemm_catalog.sizes import format_decimal, format_size

# The artifacts of a plan, by dataset and path, to show all their sources.
Origins = dict[tuple[str, str], Artifact]


def plan_text(
    plan: Plan, width: int, origins: Mapping[tuple[str, str], Artifact]
) -> str:
    """Return a plan: each dataset with its actions, totals, and what is in the way.

    Actions on artifacts that are among ``origins`` show every mirror and checksum,
    the others the first source.
    """
    parts = [_dataset(dataset, width, origins) for dataset in plan.datasets]
    return "\n\n".join([*parts, _totals(plan, width), *_problems(plan, width)])


def _dataset(
    dataset: PlannedDataset, width: int, origins: Mapping[tuple[str, str], Artifact]
) -> str:
    head = (
        f"{dataset.id}  {dataset.title} · {dataset.phase} · priority "
        f"{dataset.priority} · {dataset.license} · commercial use: {dataset.commercial}"
    )
    lines = [wrapped(head, width, rest="  ")]
    indent = " " * (20 if width >= 60 else 4)
    for action in dataset.actions:
        kind, path, count, source, _, reason = action
        first = f"  {kind:<7}{format_decimal(count):>9}  "
        lines.append(wrapped(f"{path}: {reason}", width, first=first))
        if kind == "unpack":
            continue
        if artifact := origins.get((dataset.id, path)):
            lines += [indent + text for text in _origins(artifact)]
        elif source and kind in {"fetch", "resume"}:
            lines.append(f"{indent}from {source}")
    return "\n".join(lines)


def _origins(artifact: Artifact) -> list[str]:
    sources = [f"from {source.shown}" for source in artifact.sources]
    weak = {False: " (weak)", True: ""}
    return [*sources, *(f"{one}{weak[one.is_strong]}" for one in artifact.digests)]


def _totals(plan: Plan, width: int) -> str:
    totals, limits = plan.totals, plan.limits
    rows = [
        (
            "selected",
            f"{' '.join(plan.selection)}: {counted(totals.datasets, 'dataset')}",
        ),
        *_left_out(plan),
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


def _left_out(plan: Plan) -> Iterator[tuple[str, str]]:
    names = [
        dataset.id
        for dataset in plan.datasets
        if dataset.actions and all(a.action == "skip" for a in dataset.actions)
    ]
    if names:
        yield "left out", f"{counted(len(names), 'dataset')}: {', '.join(names)}"


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
