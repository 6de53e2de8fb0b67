"""BibTeX: whether a citation is well-formed, and one list without doublets.

The reader is stricter than BibTeX, so that every program reads the same: entries in
braces, values in braces or quotes that balance, and nothing between entries but
comments. It looks at each letter once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.citation import BibEntry, Citation
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.rules.finding import Finding

_BETWEEN = re.compile(r"(?:\s+|%[^\n@]*)*+")
_HEAD = re.compile(r"@\s*([A-Za-z][A-Za-z0-9_-]*)\s*\{\s*")
_KEY = re.compile(r"[!$&*+\-./0-9:;<>?A-Z\[\]^_`a-z|]+")
_FIELD = re.compile(r"\s*,\s*(?:([A-Za-z][A-Za-z0-9_:.+/-]*)\s*=\s*)?")
_BARE = re.compile(r"[0-9]+|[A-Za-z]+")
_MARK = re.compile(r"[{}\"]")
_JOIN = re.compile(r"\s*#\s*")
_END = re.compile(r"\s*\}")
_MONTH = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.I)
_NO_ENTRIES = frozenset({"comment", "preamble", "string"})
# In a value a brace counts even after a backslash, so that it has to be spelled out.
_TEX = str.maketrans(
    {c: f"\\{c}" for c in "#$%&_"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
)
_IN_URL = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def entries_of(text: str) -> tuple[BibEntry, ...]:
    """Return the entries of a citation.

    Raises:
        ValueError: if it is no well-formed BibTeX, with the reason in words.

    """
    found: dict[str, BibEntry] = {}
    at = _skip(_BETWEEN, text, 0)
    while at < len(text):
        entry, at = _entry(text, at)
        if entry.key.casefold() in found:
            raise ValueError(f"has two entries with the key {entry.key}")
        found[entry.key.casefold()] = entry
        at = _skip(_BETWEEN, text, at)
    if not found:
        raise ValueError("has no entry")
    return tuple(found.values())


def citations_are_well_formed(
    manifest: Manifest, catalog: Catalog
) -> Iterator[Finding]:
    """Give what keeps a manifest's citation from being read."""
    if manifest.citation is None:
        return
    try:
        entries_of(manifest.citation)
    except ValueError as error:
        yield Finding(
            key=("citation",),
            code="bad-citation",
            message=f"is no well-formed BibTeX: {error}",
            hint="for example @misc{key, title = {Title}, year = {2026}}",
        )


def entry_of_dataset(key: str, title: str, facts: Mapping[str, str | None]) -> BibEntry:
    """Return the entry of a dataset that says nothing of how to cite it.

    ``facts`` are fields and their plain text; those without text are left out.
    """
    fields = [("title", f"{{{_tex(title)}}}")]
    for name, value in facts.items():
        if value:
            is_url = name == "url"
            plain = " ".join(value.split())
            fields.append((name, plain.translate(_IN_URL) if is_url else _tex(plain)))
    lines = "".join(f",\n  {name} = {{{value}}}" for name, value in fields)
    return BibEntry(kind="misc", key=key, fields=tuple(fields), rest=f"{lines},\n}}")


def cited(entries: Iterable[tuple[str, BibEntry]]) -> tuple[Citation, ...]:
    """Return each entry once, with the datasets that share it, in their order.

    Entries are one where they say the same, or have the same DOI. Of different ones
    with the same key, all but the first have the id of their dataset added to it.
    """
    shared: dict[object, list[tuple[str, BibEntry]]] = {}
    for dataset, entry in entries:
        shared.setdefault(_identity(entry), []).append((dataset, entry))
    wanted = {group[0][1].key.casefold() for group in shared.values()}
    taken: set[str] = set()
    found = []
    for group in shared.values():
        dataset, entry = group[0]
        key = _free_key(entry.key, dataset, taken, wanted)
        taken.add(key.casefold())
        datasets = tuple(dict.fromkeys(name for name, _ in group))
        text = f"@{entry.kind}{{{key}{entry.rest}"
        found.append(Citation(key, entry.kind, datasets, text))
    return tuple(found)


def _free_key(key: str, dataset: str, taken: set[str], wanted: set[str]) -> str:
    if key.casefold() not in taken:
        return key
    longer, count = f"{key}-{dataset}", 1
    while longer.casefold() in taken | wanted:
        count += 1
        longer = f"{key}-{dataset}-{count}"
    return longer


def _identity(entry: BibEntry) -> object:
    fields = {name: " ".join(value.split()) for name, value in entry.fields}
    doi = fields.get("doi", "").casefold()
    doi = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)\s*", "", doi)
    return doi or (entry.kind.casefold(), frozenset(fields.items()))


def _entry(text: str, at: int) -> tuple[BibEntry, int]:
    head = _HEAD.match(text, at)
    if head is None:
        raise ValueError(f"{_shown(text, at)} is no entry such as @misc{{key, …}}")
    if head[1].lower() in _NO_ENTRIES:
        raise ValueError(f"@{head[1]} is for whole files, and no entry")
    key = _KEY.match(text, head.end())
    if key is None:
        raise ValueError(f"@{head[1]} has no key before {_shown(text, head.end())}")
    fields, end = _fields(text, key.end(), key[0])
    return BibEntry(head[1], key[0], fields, text[key.end() : end]), end


def _fields(text: str, at: int, key: str) -> tuple[tuple[tuple[str, str], ...], int]:
    fields: dict[str, str] = {}
    while (end := _END.match(text, at)) is None:
        field = _FIELD.match(text, at)
        if field is None:
            raise ValueError(f"{key} {_has(text, at)} where a comma or a brace is due")
        at = field.end()
        if field[1] is None:
            if _END.match(text, at) is None:
                raise ValueError(f"{key} {_has(text, at)} where a field is due")
            continue
        name = field[1].lower()
        if name in fields:
            raise ValueError(f"{key} has the field {name} twice")
        fields[name], at = _value(text, at, f"{name} of {key}")
    return tuple(fields.items()), end.end()


def _value(text: str, at: int, where: str) -> tuple[str, int]:
    """Return the value of a field, its pieces joined, and where it ends."""
    pieces = []
    while True:
        if text[at : at + 1] in {"{", '"'} and text[at : at + 1]:
            end = _closing(text, at, where)
            pieces.append(text[at + 1 : end - 1])
        else:
            bare = _BARE.match(text, at)
            if bare is None or not (bare[0].isdigit() or _MONTH.fullmatch(bare[0])):
                raise ValueError(f"{where} is neither in braces nor in quotes")
            pieces.append(bare[0])
            end = bare.end()
        join = _JOIN.match(text, end)
        if join is None:
            return "".join(pieces), end
        at = join.end()


def _closing(text: str, at: int, where: str) -> int:
    """Return where what opens here is closed again."""
    quoted, depth = text[at] == '"', 0 if text[at] == '"' else 1
    for mark in _MARK.finditer(text, at + 1):
        if mark[0] == '"':
            if quoted and depth == 0:
                return mark.end()
            continue
        depth += 1 if mark[0] == "{" else -1
        if depth < 0:
            break
        if depth == 0 and not quoted:
            return mark.end()
    raise ValueError(f"{where} is not closed again: its braces or quotes do not match")


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _shown(text: str, at: int) -> str:
    found = " ".join(text[at : at + 40].split())
    return repr(found[:20]) if found else "an end"


def _has(text: str, at: int) -> str:
    return f"has {_shown(text, at)}" if text[at:].strip() else "ends"


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(_TEX)
