"""Columns and wrapped lines that stay readable in a narrow terminal."""

import textwrap
from collections.abc import Sequence

MIN_WIDTH = 40
_MIN_LAST = 16
_MIN_FIRST = 8


def columns(
    rows: Sequence[Sequence[str]],
    headers: Sequence[str],
    *,
    right: frozenset[int] = frozenset(),
    spare: Sequence[int] = (),
    width: int | None,
) -> str:
    """Return rows as aligned columns; the last one is cut to what is left,
    and the first where that is not enough.

    ``right`` holds the indices of columns that are aligned to the right, ``spare``
    those that may go where they do not fit, first to last. ``width`` None cuts
    nothing.
    """
    table = [headers, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(headers))]
    shown = list(range(len(headers)))
    if width is not None:
        goal = max(width, MIN_WIDTH)
        for index in spare:
            if _least(widths, shown) > goal:
                shown.remove(index)
        last = shown[-1]
        room = goal - sum(widths[i] + 2 for i in shown[:-1])
        widths[last] = min(widths[last], max(room, _MIN_LAST))
        over = _least(widths, shown) - goal
        if over > 0:  # long ids in a narrow terminal
            widths[shown[0]] = max(widths[shown[0]] - over, _MIN_FIRST)
    return "\n".join(
        "  ".join(_cell(row[i], widths[i], to_right=i in right) for i in shown).rstrip()
        for row in table
    )


def _least(widths: Sequence[int], shown: Sequence[int]) -> int:
    """Return the columns that are needed at least, with the last one cut short."""
    *others, last = (widths[i] for i in shown)
    return sum(others) + 2 * len(others) + min(last, _MIN_LAST)


def _cell(text: str, width: int, *, to_right: bool) -> str:
    shown = text if len(text) <= width else text[: max(width - 1, 0)] + "…"
    return shown.rjust(width) if to_right else shown.ljust(width)


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> str:
    """Return text in lines of at most ``width``, the later ones indented by ``rest``.

    Words that are longer, such as paths and URLs, stay whole so that they can be
    copied.
    """
    most = max(width, MIN_WIDTH)
    # Of ten thousand lines, most need no wrapping: there is no white space in them to
    # mend or to drop.
    fits = text and len(first) + len(text) <= most
    if fits and text.isprintable() and not text[-1].isspace():
        return first + text
    return textwrap.fill(
        text,
        most,
        initial_indent=first,
        subsequent_indent=rest or " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 dataset``, ``8 datasets``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
