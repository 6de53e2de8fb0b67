"""What a rule of the catalog finds: a key, a code, a sentence and a mend."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.problems import Severity

Key = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong in one manifest or in the ladder."""

    key: Key
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"


Rule = Callable[[Manifest, Catalog], Iterator[Finding]]


def near(word: str, known: Iterable[str]) -> str:
    """Return a hint at what was meant by a word that is not known."""
    names = list(known)
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if found:
        return f"did you mean {found[0]!r}?"
    return f"known: {', '.join(names)}" if names else ""
