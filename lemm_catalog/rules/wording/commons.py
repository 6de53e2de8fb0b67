"""Creative Commons names, read by their grammar: elements, version, place.

It knows no list of spellings: whatever order, abbreviation or language the parts come
in, they are the same parts. What cannot be a part ends the name.
"""

from collections.abc import Sequence

from lemm_catalog.rules.wording.naming import VERSIONS, Commons, Known, Name
from lemm_catalog.rules.wording.spelling import Token
from lemm_catalog.rules.wording.tongues import (
    ELEMENTS,
    PLACE_NAMES,
    PLACES,
    SCOPES,
    WORDLIKE,
)
from lemm_catalog.rules.wording.typos import is_noncommercial

Found = tuple[int, Name]
_CODES = frozenset({"by", "nc", "sa", "nd"})
_WHOLE = {"4": "4.0", "3": "3.0", "1": "1.0"}
_ZERO = (
    ("0",),
    ("zero",),
    ("level", "0"),
    ("public", "domain", "dedication"),
    ("1.0", "universal", "public", "domain", "dedication"),
)
_MARK = (("public", "domain", "mark"), ("pd", "mark"), ("pdm",))
_DEDICATION = ("public", "domain", "dedication")
_VERSION_WORDS = frozenset({"version", "ver", "v"})


def commons_at(tokens: Sequence[Token], start: int) -> Found | None:
    """Return the Creative Commons name at a place and where it ends, or None."""
    after = _after_prefix(tokens, start)
    if found := _zero_or_mark(tokens, start if after is None else after, after):
        return found
    if after is None and not _may_begin(tokens, start):
        return None
    name, end = _parts(tokens, start if after is None else after, after is not None)
    if after is not None:
        # "Creative Commons" alone is a family; "cc" alone might be anything.
        vague = name == Commons() and tokens[start].word == "cc"
        return None if vague and not _alone(tokens) else (end, name)
    return (end, name) if _is_name_without_prefix(tokens, start, name) else None


def _alone(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1


def _after_prefix(tokens: Sequence[Token], at: int) -> int | None:
    words = [token.word for token in tokens[at : at + 2]]
    if words[:1] in (["cc"], ["creativecommons"]):
        return at + 1
    is_long = words[:1] == ["creative"] and words[1:] in (["commons"], ["common"])
    return at + 2 if is_long else None


def _is_name_without_prefix(tokens: Sequence[Token], start: int, name: Commons) -> bool:
    """Whether elements without "CC" before them are a name and no mere words."""
    first = tokens[start].word
    if first in _CODES:
        follows = tokens[start + 1] if start + 1 < len(tokens) else None
        joined = follows is not None and follows.glued and follows.word in _CODES
        return first == "by" and joined and len(name.elements) > 1
    return name.version is not None or len(name.elements) > 1


def _may_begin(tokens: Sequence[Token], start: int) -> bool:
    """Whether a word may begin a name that has no "CC" before it."""
    phrases = ELEMENTS.get(tokens[start].word, ())
    return any(
        element == "by" and _starts(tokens, start, phrase)
        for phrase, element in phrases
    )


def _parts(tokens: Sequence[Token], at: int, prefixed: bool) -> tuple[Commons, int]:
    """Return what the parts from a place on name, and where they end."""
    elements: set[str] = set()
    version = place = None
    while at < len(tokens):
        if found := element_at(tokens, at):
            end, element = found
            late = version is not None and "early" in elements
            if late or (not prefixed and not elements and element != "by"):
                break
            elements.add(element)
            at = end
        elif version is None and (numbered := _version(tokens, at)):
            at, version = numbered
            if elements:
                elements.add("early")
            at = _skipped_scope(tokens, at)
            if placed := _place(tokens, at):
                at, place = placed
                at = _skipped_scope(tokens, at)
        elif (skipped := _skipped(tokens, at)) != at and elements:
            at = skipped
        else:
            break
    return Commons(frozenset(elements - {"early"}), version, place), at


def element_at(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    """Return the license element that words from a place on are, and their end."""
    word = tokens[at].word
    for phrase, element in ELEMENTS.get(word, ()):
        if _starts(tokens, at, phrase):
            return at + len(phrase), element
    if at + 1 < len(tokens) and is_noncommercial((word, tokens[at + 1].word)):
        return at + 2, "nc"
    return (at + 1, "nc") if is_noncommercial((word,)) else None


def _version(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    if tokens[at].word == "/" and tokens[at].glued:
        at += 1
    if at < len(tokens) and tokens[at].word in _VERSION_WORDS:
        at += 1
    if at >= len(tokens):
        return None
    number = tokens[at].word.removeprefix("v")
    number = _WHOLE.get(number, number)
    return (at + 1, number) if number in VERSIONS else None


def _skipped_scope(tokens: Sequence[Token], at: int) -> int:
    return at + 1 if at < len(tokens) and tokens[at].word in SCOPES else at


def _place(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    if at < len(tokens):
        word, glued = tokens[at]
        for phrase, code in PLACE_NAMES.get(word, ()):
            if _starts(tokens, at, phrase):
                return at + len(phrase), code
        after = tokens[at + 1].word if at + 1 < len(tokens) else ""
        # "3.0 de Creative Commons" is Spanish and no port for Germany.
        spaced = word not in WORDLIKE and after not in {"creative", "cc"}
        if word in PLACES and (glued or spaced):
            return at + 1, word
    return None


def _skipped(tokens: Sequence[Token], at: int) -> int:
    """Return the place after what is said of a name within it, and adds nothing."""
    words = tuple(token.word for token in tokens[at : at + 3])
    if words == ("aka", "music", "sharing"):
        return at + 3
    return at


def _zero_or_mark(tokens: Sequence[Token], at: int, after: int | None) -> Found | None:
    words = [token.word for token in tokens[at : at + 5]]
    for phrase in _ZERO if after is not None else ():
        if tuple(words[: len(phrase)]) == phrase:
            end = _after_version(tokens, at + len(phrase))
            if _starts(tokens, end, _DEDICATION):
                end += len(_DEDICATION)
            return end, Known(("CC0-1.0",), "CC0")
    for phrase in _MARK if after is not None else _MARK[:1]:
        if tuple(words[: len(phrase)]) == phrase:
            end = _after_version(tokens, at + len(phrase))
            return end, Known(("CC-PDM-1.0",), "Public Domain Mark")
    return None


def _after_version(tokens: Sequence[Token], at: int) -> int:
    """Return the place after "1.0 Universal", the only version there is."""
    if at < len(tokens):
        found = _version(tokens, at)
        if found and found[1] == "1.0":
            at = found[0]
    return _skipped_scope(tokens, at)


def _starts(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
    if at + len(words) > len(tokens):
        return False
    return all(tokens[at + i].word == word for i, word in enumerate(words))
