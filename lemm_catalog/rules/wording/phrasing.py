"""The words around license names that add nothing: a closed grammar.

The text comes with every license name as one ``@``. What this grammar does not make
is not harmless, and it makes only whole statements: "released under the @ license",
never "@ under license". So a word in it cannot be turned against its meaning.
"""

import re
from functools import cache
from typing import Final

_DET = r"(?:(?:the|a|an|this|these|our|all|all of|entire|whole) )*"
_THING = (
    r"(?:data ?sets?|data|corpus|corpora|databases?|collection|works?|materials?"
    r"|contents?|product)"
)
_LICENSE = r"(?:licen[sc]es?|lizenz|licencia|licenza|licenca|lizenzvertrag)"
_KIND = r"(?:(?:public|copyright|international|software|open) )?"
_AFTER = (
    rf"(?: {_KIND}(?:{_LICENSE}|deed|waiver|dedication|designation)(?: agreement)?)?"
)
_SUBJECT = rf"{_DET}{_THING}"
_BE = r"(?:is|are|has been|have been|is hereby|are hereby|ist|esta)"
_VERB = (
    r"(?:(?:freely |publicly |openly |made )*"
    r"(?:licen[sc]ed|released|distributed|published|available|provided|shared|offered"
    r"|lizenziert))"
)
_TERMS = rf"(?:{_DET}terms (?:and conditions )?of )?"
_UNDER = (
    r"(?:under|with|through|via|according to|in accordance with|subject to|using"
    rf"|governed by|unter|bajo|sous|into|in) {_TERMS}"
    rf"(?:{_DET}|einer |der |una |la |licence |lizenz |licencia |de )*"
)
_LABEL = (
    rf"{_DET}(?:data ?set |data |content |spdx |usage )?"
    rf"(?:{_LICENSE}|licensing status|licensing|rights)"
    r"(?: information| info| type| id| identifier| name| details)*"
    rf"(?: (?:for|of) {_SUBJECT})?"
    rf"(?: is| are)?(?: {_UNDER.rstrip()})? (?:{_DET}|de |von |of )*"
)
_LEADS = "|".join(
    (
        rf"(?:{_SUBJECT} )?(?:{_BE} )?{_VERB}(?: and {_VERB})? {_UNDER}",
        rf"{_SUBJECT} (?:{_BE} |falls? |uses? ){_UNDER}",
        rf"{_SUBJECT} (?:{_BE}|uses?) {_DET}",
        rf"{_SUBJECT} {_LABEL}",
        _LABEL,
        _UNDER,
        _DET,
        r"dieses werk ist lizenziert unter (?:einer|der) ",
        r"(?:esta|este) obra esta (?:sujeta a|bajo) (?:una|la) (?:licencia )?(?:de )?",
        r"cette oeuvre est mise a disposition selon les termes de la licence ",
        r"本作品采用 |采用 ",
    )
)
_SEE = (
    r" (?:(?:for (?:more |further )?(?:details|information) )?see(?: also)?|cf"
    r"|available (?:here|at)|here|at) @"
    r"(?: for (?:more |further )?(?:details|information))?"
    r"| to view a copy of this licen[sc]e ,? ?visit @"
    r"| no rights reserved| 进行 license| で"
)
_NAMES = rf"@{_AFTER}(?: (?:de |von |of |by )?{_DET}@{_AFTER})*(?:{_SEE})*"
_JOINT = r"(?: (?:,|;|/|\||&|\+|and|or|und|oder|et|y|ou))*"
_CLAUSE = rf"(?:{_LEADS}){_NAMES}"
_WHOLE: Final = re.compile(rf"{_CLAUSE}(?:{_JOINT} {_CLAUSE})*(?: [,;])*")
# Longer texts are for a reader; it also bounds the time a hostile one takes.
_MOST_WORDS = 48
# Words that only this grammar may explain: what else is in a text is named.
_KNOWN: Final = frozenset(
    re.findall(r"[a-z]+", re.sub(r"\\.|\(\?:", " ", _WHOLE.pattern))
)
_SIGNS: Final = frozenset("@,;/|&+")


@cache
def _variants(word: str) -> bool:
    return bool(re.fullmatch(rf"{_LICENSE}|{_THING}", word))


def unexplained(words: list[str]) -> str | None:
    """Return what of a text adds to its license names, or None if nothing does."""
    line = " ".join(words)
    if len(words) <= _MOST_WORDS and _WHOLE.fullmatch(line):
        return None
    strange = [word for word in words if not _is_known(word)]
    return " ".join(_shortened(strange or [w for w in words if w != "@"]))


def _is_known(word: str) -> bool:
    return word in _SIGNS or word in _KNOWN or _variants(word)


def _shortened(words: list[str], most: int = 12) -> list[str]:
    return words if len(words) <= most else [*words[:most], "…"]
