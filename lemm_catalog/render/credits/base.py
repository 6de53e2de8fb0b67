"""What every credits file says, in pieces that each format sets in its own way.

All of it is text of strangers: a piece is plain text, perhaps with a link, and no
format takes any of it for markup.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from lemm_catalog.model.credit import Credit, ItemCredit, PartCredit
from lemm_catalog.model.terms import Named
from lemm_catalog.model.verdict import Duty
from lemm_catalog.version import __version__

TITLE = "Credits"
INTRODUCTION = (
    "Keep these credits with the datasets below, and show them wherever you share "
    f"these or anything made of them. Written by lemm-catalog {__version__}."
)
NOTHING = "There are no datasets here that would ask for credit."
WORKS = "Works"
# A line for whoever shares the data: we know what we did, not what they did.
OWN_CHANGES = "none stated. If you changed the material, say here what you changed."
# So many works at a time are put together, of perhaps 100,000.
BATCH = 500

_DUTIES: dict[Duty, str] = {
    "share-alike": "Share what you adapt from it under the same license only, or one "
    "that the license names as compatible.",
    "notice": "Keep the text of the license, and its notices, with every copy.",
    "acceptance": "It is for those only who agreed to its terms.",
}
# What would turn text around, hide it or break a file; spaces are dealt with before.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_WEB = re.compile(r"https?://[^\s\"<>\\^`{|}]+", re.I | re.ASCII)
_WORD = re.compile(r"(\s+|[()])")


class Piece(NamedTuple):
    """Text, perhaps with a link, which is to a license or not."""

    text: str
    url: str | None = None
    is_license: bool = False


class Row(NamedTuple):
    """A line of a credit: what it is about, and what it says."""

    label: str
    pieces: tuple[Piece, ...]


Render = Callable[[Iterable[Credit]], Iterator[str]]


def clean(text: str) -> str:
    """Return text on one line, with what would deceive the eye made visible."""
    return _HARMFUL.sub("\ufffd", " ".join(text.split()))


def rows_of(credit: Credit) -> Iterator[Row]:
    """Give what is said of a dataset as a whole, first the terms if they are one."""
    if credit.source:
        yield Row("Source", (_link(credit.source, credit.source),))
    if credit.version:
        yield _row("Version", credit.version)
    if credit.pulled:
        yield _row("Pulled", credit.pulled)
    if len(credit.parts) == 1:
        yield from rows_of_part(credit.parts[0])
    for one in credit.accepted:
        said = f"on {one.accepted[:10]} to: {one.terms}"
        link = (Piece(" "), _link(one.url, one.url)) if one.url else ()
        yield Row("Agreed", (Piece(clean(said)), *link))
    yield _row("Changes", " ".join(credit.changes))
    yield _row("Your own changes", OWN_CHANGES)


def rows_of_part(part: PartCredit) -> Iterator[Row]:
    """Give the terms of parts: the line of credit, the license, and what it asks."""
    if part.attribution:
        yield _row("Credit", part.attribution)
    elif part.is_missing:
        yield _row("Credit", "MISSING: the license asks for it, and none is known.")
    yield Row("License", license_pieces(part.expression, part.licenses))
    duties = {duty for named in part.licenses for duty in named.duties}
    for duty, words in _DUTIES.items():
        if duty in duties:
            yield _row("Condition", words)
    if part.note:
        yield _row("Note", part.note)


def heading_of(part: PartCredit) -> str:
    """Return what stands over the terms of some parts."""
    return clean(part.title[:1].upper() + part.title[1:])


def license_pieces(expression: str, named: Iterable[Named]) -> tuple[Piece, ...]:
    """Return an expression with a link on each license, and their titles after it."""
    known = {one.id.casefold(): one for one in named}
    pieces = []
    for word in _WORD.split(expression):
        one = known.get(word.casefold())
        if one and one.url:
            pieces.append(_link(word, one.url, is_license=True))
        elif word:
            pieces.append(Piece(clean(word) or " "))
    titles = [one.title for one in known.values() if one.title]
    if titles:
        pieces.append(Piece(f" ({clean('; '.join(titles))})"))
    return tuple(pieces)


def work_pieces(item: ItemCredit) -> tuple[Piece, ...]:
    """Return a work on one line: title, author, file, license."""
    title = clean(item.title or item.path)
    author = clean(item.author) if item.author else "an author who is not known"
    file = f" ({clean(item.path)})" if item.title else ""
    licenses = license_pieces(
        item.expression, (one._replace(title=None) for one in item.licenses)
    )
    shown = _link(title, item.url) if item.url else Piece(title)
    return (shown, Piece(f" by {author}{file}, "), *licenses)


def batches(items: Iterable[ItemCredit]) -> Iterator[list[ItemCredit]]:
    """Give works some at a time."""
    waiting = iter(items)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _row(label: str, text: str) -> Row:
    return Row(label, (Piece(clean(text)),))


def _link(text: str, url: str, *, is_license: bool = False) -> Piece:
    """Return text with its link, if it is one of the web; nothing else is followed."""
    is_web = _WEB.fullmatch(url) is not None and clean(url) == url
    return Piece(clean(text), url if is_web else None, is_license and is_web)
