"""How datasets stand, and what a verification found, as text."""

from collections.abc import Mapping, Sequence

from lemm_catalog.model.standing import Standing
from lemm_catalog.render.lines import columns, counted, wrapped
from lemm_catalog.sizes import format_decimal

_HEADERS = ("id", "state", "on disk", "verified", "reason")
# What a narrow terminal does without.
_SPARE = (3, 2)
_MOST_SHOWN = 10


def status_text(standings: Sequence[Standing], width: int | None) -> str:
    """Return how datasets stand, a line each; ``width`` None cuts nothing."""
    rows = [
        (
            one.id,
            one.state,
            format_decimal(one.bytes),
            (one.verified or "never")[:10],
            one.reason,
        )
        for one in standings
    ]
    right = frozenset({2})
    return columns(rows, _HEADERS, right=right, spare=_SPARE, width=width)


def verify_text(
    damaged: Mapping[str, Mapping[str, Sequence[str]]],
    lacking: Sequence[Standing],
    width: int,
) -> str:
    """Return what a verification found, dataset by dataset.

    ``damaged`` maps each dataset that was looked at to the damaged files of each of
    its artifacts; ``lacking`` holds those of which not everything is here.
    """
    lines = []
    for dataset, artifacts in damaged.items():
        files = [file for found in artifacts.values() for file in found]
        if not files:
            lines.append(f"{dataset}  whole")
            continue
        lines.append(f"{dataset}  {counted(len(files), 'file')} damaged or missing")
        lines += [f"  {file}" for file in files[:_MOST_SHOWN]]
        if len(files) > _MOST_SHOWN:
            lines.append(f"  and {len(files) - _MOST_SHOWN} more")
    lines += [
        wrapped(f"{one.id}  {one.state}: {one.reason}", width, rest="  ")
        for one in lacking
    ]
    return "\n".join(lines) or "none of these datasets is here"
