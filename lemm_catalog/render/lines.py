"""Columns and wrapped lines that stay readable in a narrow terminal."""

import textwrap
from collections.abc import Sequence

MIN_WIDTH = 40


def columns(
    rows: Sequence[Sequence[str]],
    headers: Sequence[str],
    *,
    right: frozenset[int] = frozenset(),
    width: int,
) -> str:
    """Return rows as aligned columns; the last one is cut to what is left.

    ``right`` holds the indices of columns that are aligned to the right.
    """
    table = [list(headers), *map(list, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(headers))]
    room = max(width, MIN_WIDTH) - sum(widths[:-1]) - 2 * (len(widths) - 1)
    widths[-1] = max(min(widths[-1], room), 8)
    return "\n".join(
        "  ".join(
            _cell(text, widths[i], to_right=i in right) for i, text in enumerate(row)
        ).rstrip()
        for row in table
    )


def _cell(text: str, width: int, *, to_right: bool) -> str:
    shown = text if len(text) <= width else text[: max(width - 1, 0)] + "…"
    return shown.rjust(width) if to_right else shown.ljust(width)


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> str:
    """Return text in lines of at most ``width``, the later ones indented by ``rest``.

    Words that are longer, such as paths and URLs, stay whole so that they can be
    copied.
    """
    return textwrap.fill(
        text,
        max(width, MIN_WIDTH),
        initial_indent=first,
        subsequent_indent=rest or " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 dataset``, ``8 datasets``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
