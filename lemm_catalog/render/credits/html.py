"""Credits as a page of their own, which needs nothing else to be shown or printed.

The page is well-formed XML as well, so that any reader can make sense of it.
"""

from collections.abc import Iterable, Iterator
from html import escape

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

_HEAD = f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'" />
<title>{TITLE}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
body {{ margin: 2rem auto; max-width: 46rem; padding: 0 1rem; }}
h2 {{ border-top: thin solid; margin-top: 2rem; padding-top: 1rem; }}
dt {{ font-weight: bold; }}
dd {{ margin: 0 0 0.5rem 1rem; overflow-wrap: anywhere; }}
li {{ overflow-wrap: anywhere; }}
@media print {{
body {{ margin: 0; max-width: none; }}
h2, h3, dt {{ break-after: avoid; }}
a[rel~="license"]::after {{ content: " (" attr(href) ")"; }}
}}
</style>
</head>
<body>
<main>
<h1>{TITLE}</h1>
<p>{escape(INTRODUCTION)}</p>"""
_FOOT = "</main>\n</body>\n</html>"


def render(due: Iterable[Credit]) -> Iterator[str]:
    """Give the page piece by piece, each of whole lines."""
    yield _HEAD
    is_empty = True
    for credit in due:
        is_empty = False
        name = escape(f"dataset-{credit.id}")
        yield "\n".join(
            [
                f'<section aria-labelledby="{name}">',
                f'<h2 id="{name}">{_isolated(clean(credit.title))}</h2>',
                *_body(credit),
            ]
        )
        yield from _works(credit)
        yield "</section>"
    if is_empty:
        yield f"<p>{escape(NOTHING)}</p>"
    yield _FOOT


def _body(credit: Credit) -> Iterator[str]:
    yield from _list(rows_of(credit))
    if len(credit.parts) > 1:
        for part in credit.parts:
            yield f"<h3>{_isolated(heading_of(part))}</h3>"
            yield from _list(rows_of_part(part))


def _works(credit: Credit) -> Iterator[str]:
    is_open = False
    for batch in batches(credit.items):
        lines = [f"<li>{_set(work_pieces(item))}</li>" for item in batch]
        if not is_open:
            lines = [f"<h3>{WORKS}</h3>", "<ul>", *lines]
        is_open = True
        yield "\n".join(lines)
    if is_open:
        yield "</ul>"


def _list(rows: Iterable[Row]) -> Iterator[str]:
    yield "<dl>"
    before = ""
    for row in rows:
        # Several conditions are one term with several descriptions.
        if row.label != before:
            yield f"<dt>{escape(row.label)}</dt>"
        before = row.label
        yield f"<dd>{_set(row.pieces)}</dd>"
    yield "</dl>"


def _set(pieces: Iterable[Piece]) -> str:
    return "".join(_linked(piece) for piece in pieces)


def _linked(piece: Piece) -> str:
    if not piece.url:
        return escape(piece.text)
    rel = "license noopener" if piece.is_license else "noopener"
    return f'<a rel="{rel}" href="{escape(piece.url)}">{_isolated(piece.text)}</a>'


def _isolated(text: str) -> str:
    """Return escaped text that does not turn its neighbors around."""
    return f"<bdi>{escape(text)}</bdi>"
