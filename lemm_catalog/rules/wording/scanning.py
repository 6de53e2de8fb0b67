"""A text cut into license names and the words around them."""

from typing import NamedTuple

from lemm_catalog.rules.wording.commons import commons_at, element_at
from lemm_catalog.rules.wording.known import Shelf, known_at
from lemm_catalog.rules.wording.links import address_of, named_by_link
from lemm_catalog.rules.wording.naming import Known, Name
from lemm_catalog.rules.wording.spelling import Token

NAME = "@"


class Named(NamedTuple):
    """A license name in a text, and whether an address gave it."""

    name: Name
    by_link: bool


class Scan(NamedTuple):
    """The words of a text with each name as ``@``, and the names in their order."""

    words: list[str]
    names: list[Named]


def scan(tokens: tuple[Token, ...], shelf: Shelf) -> Scan:
    """Return the names and the other words of a text."""
    line = " ".join(token.word for token in tokens)
    starts, place = [], 0
    for token in tokens:
        starts.append(place)
        place += len(token.word) + 1
    ends = {start - 1: at for at, start in enumerate(starts)} | {len(line): len(tokens)}
    words: list[str] = []
    names: list[Named] = []
    at = 0
    while at < len(tokens):
        end, name = _longest(tokens, at, shelf, line, starts[at], ends)
        if name is not None:
            words.append(NAME)
            names.append(Named(name, tokens[at].is_link))
            at = end
        else:
            at, word = _word(tokens, at)
            words.append(word)
    return Scan(words, names)


def _longest(
    tokens: tuple[Token, ...],
    at: int,
    shelf: Shelf,
    line: str,
    start: int,
    ends: dict[int, int],
) -> tuple[int, Name | None]:
    if tokens[at].is_link:
        link = tokens[at].word
        if name := named_by_link(link):
            return at + 1, name
        ids = shelf.links.get(address_of(link) or "")
        return at + 1, Known(ids, link) if ids else None
    best: tuple[int, Name | None] = (at, None)
    if found := commons_at(tokens, at):
        best = found
    for words, known in shelf.phrases.get(tokens[at].word, ()):
        if tuple(token.word for token in tokens[at : at + len(words)]) == words:
            best = max(best, (at + len(words), known), key=lambda one: one[0])
            break
    if (named := known_at(line, start)) and named[0] in ends:
        best = max(best, (ends[named[0]], named[1]), key=lambda one: one[0])
    return best


def _word(tokens: tuple[Token, ...], at: int) -> tuple[int, str]:
    """Return a word outside of names; what means noncommercial is always that word."""
    if found := element_at(tokens, at):
        end, element = found
        if element == "nc" and (tokens[at].word != "nc" or _is_demand(tokens, at)):
            return end, "noncommercial"
        if element == "nd" and end > at + 1:
            return end, "noderivatives"
    word = tokens[at].word
    return at + 1, "(at)" if word == NAME else word


def _is_demand(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a lone "NC" is said of a use, and is no state or initials."""
    follows = tokens[at + 1].word if at + 1 < len(tokens) else "only"
    return follows in {"only", "use", "license", "licence", "licensed"}
