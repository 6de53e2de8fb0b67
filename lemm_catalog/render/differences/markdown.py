"""A difference as Markdown, for the comment of a pull request."""

import re
from collections.abc import Iterator

from lemm_catalog.model.difference import DatasetChange, Difference
from lemm_catalog.render.differences.base import (
    SAME_URL,
    differing,
    file_words,
    grown,
    summary,
)

# A comment is limited to 65,536 characters.
_MOST_FILES = 20
_MOST_DATASETS = 100
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@!&])")


def render(difference: Difference) -> str:
    """Return a comment: what is suspicious first, then datasets, then phases."""
    lines = ["### Catalog", "", summary(difference.datasets) + ".", ""]
    for one in difference.findings[:_MOST_DATASETS]:
        place = f"{one.dataset}/{one.path}" if one.path else one.dataset
        sign = "🔴" if one.severity == "error" else "🟡"
        lines.append(
            f"- {sign} **{_safe(place)}**: {_safe(one.message)}; {_safe(one.hint)}"
            f" (`{one.code}`)"
        )
    if difference.findings:
        lines.append("")
    if phases := differing(difference.phases):
        lines += ["| phase | datasets | to fetch | most disk |", "|---|---:|---:|---:|"]
        lines += [
            f"| {_safe(one.phase)} | {one.new.datasets:,} "
            f"| {grown(one.old.download_bytes, one.new.download_bytes)} "
            f"| {grown(one.old.peak_disk_bytes, one.new.peak_disk_bytes)} |"
            for one in phases
        ]
        lines.append("")
    for dataset in difference.datasets[:_MOST_DATASETS]:
        lines += _dataset(dataset)
    if (more := len(difference.datasets) - _MOST_DATASETS) > 0:
        lines.append(f"- … and {more:,} more datasets")
    lines += [f"- not read: {_safe(one)}" for one in difference.unreadable[:20]]
    return "\n".join(lines).rstrip()


def _dataset(dataset: DatasetChange) -> Iterator[str]:
    version = dataset.new_version or dataset.old_version
    shown = f" {_safe(version)}" if version else ""
    yield f"- **{_safe(dataset.id)}**{shown} {dataset.change}"
    for name, old, new in dataset.keys:
        yield f"  - {name}: {_safe(old)} → {_safe(new)}"
    for verdict in dataset.verdicts:
        part = f" of {_safe(verdict.part)}" if verdict.part else ""
        old, new = verdict.old or "none", verdict.new or "none"
        yield f"  - verdict{part}: {old} → **{new}**"
    for file in dataset.files[:_MOST_FILES]:
        loud = f" **{SAME_URL}**" if file.same_url else ""
        yield f"  - {_safe(file.path)}: {_safe(file_words(file))}{loud}"
    if (more := len(dataset.files) - _MOST_FILES) > 0:
        yield f"  - … and {more:,} more files"


def _safe(text: str) -> str:
    """Return a stranger's text as Markdown that shows just it, and notifies nobody."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\@", "@\u200b")
