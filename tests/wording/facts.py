"""The facts and policies of the packaged catalog, and short ways to ask about them."""

import hashlib
from functools import cache

from lemm_catalog.load.catalog import load
from lemm_catalog.model.reading import Reading
from lemm_catalog.model.verdict import Decision
from lemm_catalog.rules.licensing import Judge, known_in
from lemm_catalog.rules.wording.reading import Reader, judge_reading

_LOADED = load().catalog
FACTS, POLICIES = _LOADED.licenses, _LOADED.policies
_READER, _KNOWN = Reader(FACTS), known_in(FACTS)


@cache
def judge_of(policy: str) -> Judge:
    """Return what judges by a packaged policy."""
    return Judge(_KNOWN, POLICIES[policy].permits)


def reading(text: str) -> Reading:
    """Return the reading of a text under the packaged facts."""
    return _READER.read(text)


def verdict(text: str, policy: str = "commercial") -> Decision:
    """Return the decision of a packaged policy on a text."""
    return judge_reading(reading(text), judge_of(policy)).decision


@cache
def is_held_out(text: str) -> bool:
    """Whether a text was put aside while the rules were made."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0
