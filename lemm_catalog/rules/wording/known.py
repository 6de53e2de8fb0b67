"""Other licenses by their names in prose, and what the catalog's facts call theirs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from lemm_catalog.model.license import LicenseFacts
from lemm_catalog.rules.wording.commons import commons_at
from lemm_catalog.rules.wording.links import address_of, named_by_link
from lemm_catalog.rules.wording.naming import Commons, Domain, Known, Name
from lemm_catalog.rules.wording.spdx import spelled
from lemm_catalog.rules.wording.spelling import Token, tokens_of

# By words: {n} is a version; the words "license", "version" and "v" may come anywhere.
_NAMES: Final = (
    (
        r"(?:odc )?odbl|(?:odc |open data commons )?open (?:database|data base)",
        "ODbL-1.0",
    ),
    (r"(?:odc|open data commons) (?:by|attribution)|odcby", "ODC-By-1.0"),
    (
        r"(?:odc |open data commons )?(?:pddl|public domain dedication (?:and|&))",
        "PDDL-1.0",
    ),
    (r"(?:community data (?:agreement )?|cdla )sharing", "CDLA-Sharing-1.0"),
    (r"(?:computational use of data agreement|c uda|cuda)", "C-UDA-1.0"),
    (r"mit 0|mit no attribution", "MIT-0"),
    (r"mit|expat|mit expat", "MIT"),
    (r"unlicense", "Unlicense"),
    (r"isc", "ISC"),
    (r"zlib", "Zlib"),
    (r"wtfpl", "WTFPL"),
    (r"ms pl|microsoft public", "MS-PL"),
    (r"(?:odc |open data commons )?(?:dbcl|database contents)", "LicenseRef-DbCL-1.0"),
    # Only the United Kingdom has a third version.
    (r"(?:ogl|open government) (?:version |v )?v?3(?:\.0)?", "OGL-UK-3.0"),
    (r"pdm", "CC-PDM-1.0"),
)
_VERSIONED: Final = (
    (r"(?:community data (?:agreement )?|cdla )permissive", "CDLA-Permissive", "1 2"),
    (r"asl|apache(?: software)?(?: foundation)?", "Apache", "1.0 1.1 2"),
    (r"mpl|mozilla public", "MPL", "1.0 1.1 2"),
    (r"epl|eclipse public", "EPL", "1 2"),
    (r"eupl|european union public", "EUPL", "1.0 1.1 1.2"),
    (r"artistic", "Artistic", "1 2"),
    (r"ogl uk|ukogl|uk ogl|uk open government", "OGL-UK", "1 2 3"),
)
_GNU: Final = (
    (r"(?:gnu )?agpl|(?:gnu )?affero general public", "AGPL", "1 3"),
    (
        r"(?:gnu )?lgpl|gnu lesser(?: general)? public|gnu library public",
        "LGPL",
        "2 2.1 3",
    ),
    (r"(?:gnu )?gfdl|gnu free documentation|gnu fdl|fdl", "GFDL", "1.1 1.2 1.3"),
    (r"(?:gnu )?gpl|gnu general public|gnu public", "GPL", "1 2 3"),
)
_BSD: Final = (
    (r"(?:bsd 2(?: clause)?|2 clause bsd|simplified bsd|freebsd)", "BSD-2-Clause"),
    (
        r"(?:bsd 3(?: clause)?|3 clause bsd|(?:new|modified|revised) bsd)",
        "BSD-3-Clause",
    ),
    (r"(?:bsd 4(?: clause)?|4 clause bsd|original bsd)", "BSD-4-Clause"),
    (r"0bsd|zero clause bsd|bsd 0(?: clause)?|bsd zero clause", "0BSD"),
)
_ALL_BSD: Final = ("BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause")
_IDLE = frozenset({"license", "licence", "version", "v", "ver", "the"})
_LATER = re.compile(r" ?(?:\+|or(?: any)? later|or(?: any)? newer)(?: version)?(?= |$)")
_ONLY = re.compile(r" only(?= |$)")


class Shelf(NamedTuple):
    """What the facts of a catalog call their licenses."""

    spellings: dict[str, str]
    entries: dict[str, LicenseFacts]
    phrases: dict[str, list[tuple[tuple[str, ...], Known]]]
    links: dict[str, tuple[str, ...]]
    families: dict[str, tuple[str, ...]]
    domain: dict[str, str]  # "public domain", if one license stands for just that


def _pattern(words: str) -> str:
    return words.replace(" ", r" (?:(?:licen[sc]e|,) )*")


def _all_names() -> re.Pattern[str]:
    fixed = [(f"(?:{_pattern(w)})", id_) for w, id_ in (*_NAMES, *_BSD)]
    gap = r"(?: (?:(?:licen[sc]e|software|public|version|v|ver|agreement|,) ?)*)?"
    parts = [
        rf"(?P<f{at}>{words})(?:{gap} ?v?1(?:\.0)?(?![^ ]))?"
        for at, (words, _) in enumerate(fixed)
    ]
    for at, (words, _, _) in enumerate((*_VERSIONED, *_GNU)):
        number = rf"(?:{gap} ?v?(?P<n{at}>\d(?:\.\d)?)(?:\.0)?)?"
        parts.append(rf"(?P<v{at}>{_pattern(words)}){number}")
    parts += [r"(?P<bsd>bsd)", r"(?P<pd>public domain|publicdomain)"]
    return re.compile("(?:" + "|".join(parts) + r")(?![^ ])")


_ANY: Final = _all_names()
"""Every name, anchored at the beginning of a word; the longest alternative first."""


def known_at(line: str, at: int) -> tuple[int, Name] | None:
    """Return the license named at a place of a line of words and where it ends."""
    match = _ANY.match(line, at)
    if not match or not match.lastgroup:
        return None
    group = next(name for name, found in match.groupdict().items() if found)
    if group == "pd":
        return match.end(), Domain(None)
    if group == "bsd":
        return match.end(), Known(_ALL_BSD, match[0])
    number = int(group[1:])
    if group[0] == "f":
        return match.end(), Known(((*_NAMES, *_BSD)[number][1],), match[0])
    return _versioned(line, match, number)


def _versioned(line: str, match: re.Match[str], number: int) -> tuple[int, Name] | None:
    _, name, versions = (*_VERSIONED, *_GNU)[number]
    all_of = [one if "." in one else f"{one}.0" for one in versions.split()]
    given = match[f"n{number}"]
    end = match.end()
    if given and given not in all_of:
        given = f"{given}.0"
    if given and given not in all_of:
        return None
    wanted = [given] if given else all_of
    if number < len(_VERSIONED):
        return end, Known(_spdx(name, wanted), match[0])
    suffix = "only"
    if later := _LATER.match(line, end):
        end, suffix = later.end(), "or-later"
    elif given and (only := _ONLY.match(line, end)):
        end = only.end()
    return end, Known(_spdx(name, wanted, f"-{suffix}"), match[0])


def _spdx(name: str, versions: Iterable[str], suffix: str = "") -> tuple[str, ...]:
    found = (spelled(f"{name}-{version}{suffix}") for version in versions)
    return tuple(id_ for id_ in found if id_)


def shelf_of(facts: Mapping[str, LicenseFacts]) -> Shelf:
    """Return what facts call their licenses, ready to be looked up."""
    shelf = Shelf({}, {}, {}, {}, {}, {})
    for entry in facts.values():
        for id_ in entry.ids:
            shelf.spellings[id_.casefold()] = id_
            shelf.entries[id_.casefold()] = entry
            _note_family(shelf, id_)
        _note_phrases(shelf, entry)
    return shelf


def _note_family(shelf: Shelf, id_: str) -> None:
    found = commons_at(tokens_of(id_), 0)
    if found and isinstance(found[1], Commons):
        family = found[1].family
        shelf.families[family] = (*shelf.families.get(family, ()), id_)


def _note_phrases(shelf: Shelf, entry: LicenseFacts) -> None:
    """Note the spellings whose meaning the grammar does not tell already."""
    for phrase, id_ in entry.spellings.items():
        if id_ and phrase != id_.casefold() and _is_a_remark(entry, id_):
            continue
        ids = (id_,) if id_ else tuple(entry.ids)
        tokens = tokens_of(phrase)
        if [token.word for token in tokens] == ["public", "domain"] and id_:
            shelf.domain["public domain"] = id_
        if not tokens or _is_told(tokens):
            continue
        if len(tokens) == 1 and tokens[0].is_link:
            if address := address_of(tokens[0].word):
                shelf.links[address] = ids
            continue
        words = tuple(token.word for token in tokens)
        shelf.phrases.setdefault(words[0], []).append((words, Known(ids, phrase)))
    for found in shelf.phrases.values():
        found.sort(key=lambda one: len(one[0]), reverse=True)


def _is_a_remark(entry: LicenseFacts, id_: str) -> bool:
    """Whether an id is of no license, but of what people say in place of one.

    Such words ("other", "non-commercial") stand in all kinds of sentences, which the
    grammar reads as a whole.
    """
    return not entry.permits and entry.text_of(id_) is None


def _is_told(tokens: Sequence[Token]) -> bool:
    """Whether the grammar makes one name of the whole of a phrase by itself."""
    if len(tokens) == 1 and tokens[0].is_link:
        return named_by_link(tokens[0].word) is not None
    words = [token.word for token in tokens if token.word not in _IDLE]
    if len(words) < len(tokens):
        tokens = tokens_of(" ".join(words))
    if not tokens:
        return True
    if (found := commons_at(tokens, 0)) and found[0] == len(tokens):
        return True
    line = " ".join(words)
    named = known_at(line, 0)
    return named is not None and named[0] == len(line)
