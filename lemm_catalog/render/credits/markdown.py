"""Credits as Markdown, for a README or a file of their own."""

import re
from collections.abc import Iterable, Iterator

from lemm_catalog.model.credit import Credit
from lemm_catalog.render.credits.base import (
    INTRODUCTION,
    NOTHING,
    TITLE,
    WORKS,
    Piece,
    Row,
    batches,
    clean,
    heading_of,
    rows_of,
    rows_of_part,
    work_pieces,
)

_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~&#$@]|(?<=www)\.|:(?=//)")
# At the start of an item of a list these would begin another, or a rule.
_START = re.compile(r"[-+]|\d+(?=[.)])")
_IN_TARGET = str.maketrans({"(": "%28", ")": "%29", "&": "&amp;"})


def render(due: Iterable[Credit]) -> Iterator[str]:
    """Give the file piece by piece, each of whole lines."""
    yield f"# {TITLE}\n\n{escaped(INTRODUCTION)}"
    is_empty = True
    for credit in due:
        is_empty = False
        yield "\n".join(["", f"## {escaped(clean(credit.title))}", "", *_body(credit)])
        yield from _works(credit)
    if is_empty:
        yield f"\n{NOTHING}"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is within a line."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", text)


def _body(credit: Credit) -> Iterator[str]:
    yield from map(_line, rows_of(credit))
    if len(credit.parts) > 1:
        for part in credit.parts:
            yield from ("", f"### {escaped(heading_of(part))}", "")
            yield from map(_line, rows_of_part(part))


def _works(credit: Credit) -> Iterator[str]:
    heading = f"\n### {WORKS}\n\n"
    for batch in batches(credit.items):
        lines = (f"- {_not_a_list(_set(work_pieces(item)))}" for item in batch)
        yield heading + "\n".join(lines)
        heading = ""


def _not_a_list(text: str) -> str:
    start = _START.match(text)
    if start is None:
        return text
    at = 0 if start[0] in "-+" else start.end()
    return f"{text[:at]}\\{text[at:]}"


def _line(row: Row) -> str:
    return f"- **{row.label}:** {_set(row.pieces)}"


def _set(pieces: Iterable[Piece]) -> str:
    return "".join(_linked(piece) for piece in pieces)


def _linked(piece: Piece) -> str:
    if not piece.url:
        return escaped(piece.text)
    if piece.text == piece.url and "&" not in piece.url:
        return f"<{piece.url}>"
    return f"[{escaped(piece.text)}]({piece.url.translate(_IN_TARGET)})"
