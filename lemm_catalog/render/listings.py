"""The datasets of a catalog, a line each: as text and as a Markdown table."""

from collections.abc import Sequence

from lemm_catalog.model.listing import Listed
from lemm_catalog.render.lines import columns, counted
from lemm_catalog.sizes import format_decimal

_HEADERS = ("id", "phase", "pri", "download", "commercial", "state", "license")
# What a narrow terminal does without, first the license.
_SPARE = (6, 2, 4, 1)
_RIGHT = (2, 3)
_PHASE = 1
# What would be markup in a table's cell: titles are strangers' text.
_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|"})


def list_text(listed: Sequence[Listed], width: int | None) -> str:
    """Return datasets as a table, a line each; ``width`` None cuts nothing.

    In a terminal, datasets of several phases stand below the name of each; for
    programs the table stays one.
    """
    groups: dict[str, list[Listed]] = {}
    for one in listed:
        groups.setdefault(_place(one), []).append(one)
    if width is None or len(groups) < 2:
        return _table(listed, width)
    ordered = [one for group in groups.values() for one in group]
    header, *lines = _table(ordered, width, without=_PHASE).splitlines()
    told = [header]
    for place, group in groups.items():
        size = format_decimal(sum(one.download_bytes for one in group))
        told += ["", f"{place}: {counted(len(group), 'dataset')}, {size}"]
        told += lines[: len(group)]
        del lines[: len(group)]
    return "\n".join(told)


def _place(one: Listed) -> str:
    return one.phase if one.status == "active" else one.status


def _table(
    listed: Sequence[Listed], width: int | None, without: int | None = None
) -> str:
    """Return the table of some datasets, perhaps without one of its columns."""
    rows = [
        (
            one.id,
            _place(one),
            str(one.priority),
            format_decimal(one.download_bytes),
            one.commercial,
            one.state,
            one.license,
        )
        for one in listed
    ]
    shown = [i for i in range(len(_HEADERS)) if i != without]
    return columns(
        [[row[i] for i in shown] for row in rows],
        [_HEADERS[i] for i in shown],
        right=frozenset(shown.index(i) for i in _RIGHT),
        spare=[shown.index(i) for i in _SPARE if i != without],
        width=width,
    )


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
