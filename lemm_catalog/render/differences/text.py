"""A difference as text."""

from collections.abc import Iterator

from lemm_catalog.model.difference import DatasetChange, Difference
from lemm_catalog.render.differences.base import (
    SAME_URL,
    differing,
    file_words,
    grown,
    summary,
)
from lemm_catalog.render.lines import columns

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def render(difference: Difference) -> str:
    """Return a block for each dataset, what is suspicious, and what phases weigh."""
    lines = [f"{difference.old} → {difference.new}: {summary(difference.datasets)}"]
    for dataset in difference.datasets:
        lines += _dataset(dataset)
    if difference.findings:
        lines.append("")
    for one in difference.findings:
        place = f"{one.dataset}/{one.path}" if one.path else one.dataset
        said = f"{one.severity}: {place}: {one.message} ({one.hint}) [{one.code}]"
        lines.append(said)
    if phases := differing(difference.phases):
        rows = [
            (
                one.phase,
                f"{one.new.datasets:,}",
                grown(one.old.download_bytes, one.new.download_bytes),
                grown(one.old.peak_disk_bytes, one.new.peak_disk_bytes),
            )
            for one in phases
        ]
        heads = ("phase", "datasets", "to fetch", "most disk")
        lines += ["", columns(rows, heads, right=frozenset({1, 2, 3}), width=None)]
    lines += [f"not read: {one}" for one in difference.unreadable]
    return "\n".join(lines)


def _dataset(dataset: DatasetChange) -> Iterator[str]:
    version = dataset.new_version or dataset.old_version
    yield f"{_SIGNS[dataset.change]} {dataset.id}{f' {version}' if version else ''}"
    for name, old, new in dataset.keys:
        yield f"    {name}: {old} → {new}"
    for verdict in dataset.verdicts:
        part = f" of {verdict.part}" if verdict.part else ""
        yield f"    verdict{part}: {verdict.old or 'none'} → {verdict.new or 'none'}"
    for file in dataset.files:
        said = f"    {file.path}: {file_words(file)}"
        yield f"{said}  {SAME_URL}" if file.same_url else said
