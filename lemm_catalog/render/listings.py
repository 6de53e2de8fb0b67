"""The datasets of a catalog, a line each: as text and as a Markdown table."""

from collections.abc import Sequence

from lemm_catalog.model.listing import Listed
from lemm_catalog.render.lines import columns
from lemm_catalog.sizes import format_decimal

_HEADERS = ("id", "phase", "pri", "download", "commercial", "state", "license")
# What a narrow terminal does without, first the license.
_SPARE = (6, 2, 4, 1)
# What would be markup in a table's cell: titles are strangers' text.
_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|"})


def list_text(listed: Sequence[Listed], width: int | None) -> str:
    """Return datasets as a table, a line each; ``width`` None cuts nothing."""
    rows = [
        (
            one.id,
            one.phase if one.status == "active" else one.status,
            str(one.priority),
            format_decimal(one.download_bytes),
            one.commercial,
            one.state,
            one.license,
        )
        for one in listed
    ]
    right = frozenset({2, 3})
    return columns(rows, _HEADERS, right=right, spare=_SPARE, width=width)


def list_markdown(listed: Sequence[Listed]) -> str:
    """Return datasets as a Markdown table, for documents."""
    lines = [
        "| dataset | phase | from | download | unpacked | license | commercial use |",
        "|---|---|---|---:|---:|---|---|",
    ]
    return "\n".join([*lines, *map(_row, listed)])


def _row(one: Listed) -> str:
    title = one.title.translate(_MARKUP)
    if one.homepage:
        target = one.homepage.replace("(", "%28").replace(")", "%29")
        title = f"[{title}]({target.replace('|', '%7C')})"
    phase = one.phase if one.status == "active" else f"*{one.status}*"
    cells = [
        f"`{one.id}` {title}",
        phase,
        one.host.translate(_MARKUP),
        format_decimal(one.download_bytes),
        format_decimal(one.unpacked_bytes),
        one.license.translate(_MARKUP),
        one.commercial,
    ]
    return f"| {' | '.join(cells)} |"
