"""Credits as plain text, for a NOTICE file or a terminal."""

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
from lemm_catalog.render.lines import wrapped

_WIDTH = 80


def render(due: Iterable[Credit]) -> Iterator[str]:
    """Give the file piece by piece, each of whole lines."""
    yield f"{TITLE}\n{'=' * len(TITLE)}\n\n{wrapped(INTRODUCTION, _WIDTH)}"
    is_empty = True
    for credit in due:
        is_empty = False
        title = clean(credit.title)
        yield "\n".join(["", title, "-" * min(len(title), _WIDTH), *_body(credit)])
        yield from _works(credit)
    if is_empty:
        yield f"\n{NOTHING}"


def _body(credit: Credit) -> Iterator[str]:
    yield from map(_line, rows_of(credit))
    if len(credit.parts) > 1:
        for part in credit.parts:
            yield f"\n{wrapped(heading_of(part), _WIDTH)}"
            yield from map(_line, rows_of_part(part))


def _works(credit: Credit) -> Iterator[str]:
    heading = f"\n{WORKS}\n"
    for batch in batches(credit.items):
        lines = (_wrapped(work_pieces(item), "  - ", "    ") for item in batch)
        yield heading + "\n".join(lines)
        heading = ""


def _line(row: Row) -> str:
    return _wrapped(row.pieces, f"{row.label}: ", "  ")


def _wrapped(pieces: Iterable[Piece], first: str, rest: str) -> str:
    text = "".join(_linked(piece) for piece in pieces)
    return wrapped(text, _WIDTH, first=first, rest=rest)


def _linked(piece: Piece) -> str:
    if not piece.url or piece.url == piece.text:
        return piece.text
    return f"{piece.text} <{piece.url}>"
