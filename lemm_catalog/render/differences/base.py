"""What all forms of a difference say in the same words."""

from lemm_catalog.model.difference import DatasetChange, FileChange, PhaseChange
from lemm_catalog.render.lines import counted
from lemm_catalog.sizes import format_decimal

SAME_URL = "same URL, new digest"
_DIGITS = 12


def summary(datasets: tuple[DatasetChange, ...]) -> str:
    """Return how many datasets were added, removed and changed."""
    kinds = ("added", "removed", "changed")
    counts = {kind: sum(d.change == kind for d in datasets) for kind in kinds}
    told = [f"{count:,} {kind}" for kind, count in counts.items() if count]
    return (
        f"{counted(len(datasets), 'dataset')}: {', '.join(told)}"
        if told
        else ("no dataset differs")
    )


def size(count: int | None) -> str:
    """Return a size in bytes, or that it is not known."""
    return "?" if count is None else format_decimal(count)


def digest(text: str | None) -> str:
    """Return a digest short enough for a line."""
    if text is None:
        return "none"
    name, _, value = text.partition(":")
    return f"{name}:{value[:_DIGITS]}…" if len(value) > _DIGITS else text


def file_words(file: FileChange) -> str:
    """Return what became of a file."""
    if file.change == "added":
        return f"added, {size(file.new_bytes)}"
    if file.change == "removed":
        return f"removed, {size(file.old_bytes)}"
    parts = []
    if file.old_bytes != file.new_bytes:
        parts.append(f"{size(file.old_bytes)} → {size(file.new_bytes)}")
    if file.old_digest != file.new_digest:
        parts.append(f"{digest(file.old_digest)} → {digest(file.new_digest)}")
    return ", ".join(parts)


def grown(old: int, new: int) -> str:
    """Return a size, and by how much it is another than before."""
    if old == new:
        return size(new)
    sign = "+" if new > old else "-"
    return f"{size(new)} ({sign}{size(abs(new - old))})"


def differing(phases: tuple[PhaseChange, ...]) -> list[PhaseChange]:
    """Return the phases that weigh something else than before."""
    return [one for one in phases if one.old != one.new]
