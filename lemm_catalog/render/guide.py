"""What the guide's command prints, and what it says when a download fails."""

from collections.abc import Mapping, Sequence
from typing import Any

from lemm_catalog.render.lines import wrapped
from lemm_catalog.sizes import format_size

_NETWORK = "does this machine reach the internet, through a proxy if it needs one?"
_HUB = (
    "does the Hugging Face Hub let you in? HF_TOKEN for what is gated, HF_ENDPOINT for "
    "a mirror of it"
)


def datasets_text(datasets: Sequence[Mapping[str, Any]], width: int) -> str:
    """Return what there is to download, dataset by dataset."""
    lines = ["Available datasets:"]
    for one in datasets:
        lines += [
            "",
            f"  [{str(one['status']).upper()}] {one['name']} ({one['id']})",
            f"    Size: {format_size(one['download_bytes'])} | License: "
            f"{one['license']} | Commercial use: {one['commercial']}",
            f"    Phase: {one['phase']} | Type: {one['type']} | Priority: "
            f"{one['priority']} of 5",
            wrapped(one["description"], width, first="    ", rest="    "),
        ]
    return "\n".join(lines)


def summary_text(
    summary: Mapping[str, Any], not_counted: Sequence[str], width: int
) -> str:
    """Return what is here, what failed, and what lies there and does not count."""
    lines = [
        "Download status:",
        "",
        f"  Downloaded: {summary['downloaded']} of {summary['total_available']}",
        f"  Total size: {format_size(summary['downloaded_bytes'])}",
        f"  Disk free: {format_size(summary['free_bytes'])}",
        f"  Failed: {summary['failed']}",
    ]
    lines += _listed(
        "Here:", [f"{n}: {r['path']}" for n, r in summary["datasets"].items()], width
    )
    failures = [f"{name}: {text}" for name, text in summary["failures"].items()]
    lines += _listed("Failed:", failures, width)
    lines += _listed("Lies there and does not count:", not_counted, width)
    return "\n".join(lines)


def failure_text(
    name: str, cause: str, *, exit_code: int, from_hub: bool, free_bytes: int | None
) -> str:
    """Return why a download failed: the true cause first, then what to check."""
    free = "nobody can tell what is" if free_bytes is None else format_size(free_bytes)
    room = f"is there room? {free} free on this disk"
    source = [_NETWORK, *([_HUB] if from_hub else []), room]
    checks = {3: source, 4: [room]}.get(exit_code, [])
    lines = [f"Failed to download dataset {name}: {cause}"]
    return "\n".join([*lines, *(f"  check: {check}" for check in checks)])


def _listed(title: str, entries: Sequence[str], width: int) -> list[str]:
    if not entries:
        return []
    body = [wrapped(entry, width, first="    ", rest="      ") for entry in entries]
    return ["", f"  {title}", *body]
