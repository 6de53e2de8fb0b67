"""What a text rules out in words of its own, outside of the name of any license.

These patterns only ever make a verdict graver. What they miss is still unexplained,
and so never `allowed`; what they catch is `denied` where a policy demands it.
"""

import re
from collections.abc import Sequence
from typing import Final

from lemm_catalog.model.reading import Bar
from lemm_catalog.rules.wording.typos import is_commercial

_NOT = (
    r"(?:no|not|never|cannot|cant|without|nor|neither|excludes?|excluding|prohibits?"
    r"|prohibited|prohibition|prohibiting|forbids?|forbidden|disallows?|kein|keine"
    r"|nicht|sin|sans|pas|senza|sem|nao)"
)
_ONLY = (
    r"(?:only|solely|exclusively|strictly|purely|limited to|restricted to|nur|solo"
    r"|ausschliesslich|solamente|uniquement|exclusivement|seulement|apenas|somente)"
)
_STUDY = (
    r"(?:research|academic|academia|education|educational|personal|private|scientific"
    r"|evaluation|internal|teaching|students?|nonprofit|forschung\w*|wissenschaft\w*"
    r"|recherche|investigacion|ricerca|pesquisa)"
)
_HANZI = (
    r"不得用于商业|禁止商用|不可商用|禁止商业|仅供研究|仅供学术|仅用于研究|仅限研究"
    r"|研究目的のみ|商用利用不可|商用利用禁止|商用不可"
)
_GAP = r"(?: [^\s@]+){0,5}?"
_PATTERNS: Final = (
    (
        "commercial-use",
        rf"noncommercial(?: {_ONLY})?"
        rf"|{_NOT}(?! (?:only|limited|restricted)\b){_GAP} COM\b(?: \w+)?"
        rf"|COM{_GAP} (?:not|prohibited|forbidden|disallowed|excluded|requires?|needs?"
        r"|contact|negotiated)\b"
        rf"|(?<!not ){_ONLY}{_GAP} {_STUDY}\b|\b{_STUDY}{_GAP} {_ONLY}\b|{_HANZI}",
    ),
    (
        "derivatives",
        rf"noderivatives|{_NOT}{_GAP} (?:derivatives?|derivate|adaptations?|adapted"
        r"|modif\w+|altered|alterations?|remix\w*|bearbeitung\w*)\b",
    ),
    (
        "redistribution",
        rf"{_NOT}{_GAP} (?:redistribut\w+|sublicens\w+|resell|resale|resold)\b",
    ),
    (
        "model-training",
        rf"{_NOT}{_GAP} (?:train|training|trained|machine learning|ai|llms?|tdm"
        r"|generative|text and data mining)\b",
    ),
)
_BARS: Final = tuple(
    (name, re.compile(pattern.replace("COM", "commercial")))
    for name, pattern in _PATTERNS
)
# Where a text also grants commercial use, or denies being noncommercial, it is for a
# reader to say what holds.
_GRANTS: Final = re.compile(
    rf"(?:even|including|include|includes|both|{_STUDY}(?: use)?(?: (?:and|or|/|,|&))+"
    r"|noncommercial(?: \w+)?(?: (?:and|or|/|&))+"
    r"|(?:may|can)(?: \w+){1,3} for(?: \w+)?)"
    r" commercial\b"
    r"|\bcommercial(?: use)?(?: (?:and|or|/|,|&))+ (?:noncommercial|" + _STUDY + r")\b"
    r"|\bcommercial(?: \w+)? (?:is |are )?(?:allowed|permitted|welcome|fine|ok|okay)\b"
    rf"|{_NOT}(?: (?:a|an|any|the|just|only|limited to|restricted to))* noncommercial"
)
# What makes a named license one that does not hold, or does not hold yet or anymore.
_UNSURE: Final = re.compile(
    r"(?<!\S)(?:no|not|never|nor|neither|non|isnt|arent|wasnt|doesnt|cannot|unlike"
    r"|instead"
    r"|rather|similar|like|equivalent|compatible|comparable|inspired"
    r"|intend(?:s|ed|ing)?\b(?! for)|plan\w*"
    r"|will|would|soon|future|eventually|aim\w*|hop(?:e|ing|efully)|propos\w+"
    r"|consider\w*|previous\w*|former\w*|originally|was|were|had|until|expired?|if|may"
    r"|might|maybe|probabl\w*|perhaps|possibl\w*|could|should|before|after|prior|once"
    r"|nicht|kein|keine|pas|ohne|sin|sans|mostly|\?)(?: \S+){0,12}? @"
    r"|@(?: \w+)? (?:is|are|was|were|does|do|did) not(?!\S)"
    r"|@(?: \w+)? (?:like|style|ish|similar|compatible|equivalent|expired|tbd|pending"
    r"|verify|unverified|unclear|\?)"
)


def bars_of(words: Sequence[str]) -> tuple[Bar, ...]:
    """Return what the words around license names, each an ``@``, rule out."""
    line = _line(words)
    found = [
        Bar(permission, match[0])
        for permission, pattern in _BARS
        if (match := pattern.search(line))
    ]
    if _GRANTS.search(line):
        found = [bar for bar in found if bar.permission != "commercial-use"]
    return tuple(found)


def grants_commercial_use(words: Sequence[str]) -> bool:
    """Whether words around license names seem to permit commercial use."""
    return _GRANTS.search(_line(words)) is not None


def _line(words: Sequence[str]) -> str:
    return " ".join("commercial" if is_commercial(word) else word for word in words)


def makes_names_unsure(words: Sequence[str]) -> bool:
    """Whether the words say that a license they name does not, or may not, hold."""
    return _UNSURE.search(" ".join(words)) is not None
