"""What the formats of an audit share: the words for verdicts, duties and evidence."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.model.terms import Claimed
from lemm_catalog.model.verdict import Decision
from lemm_catalog.render.lines import counted

# The gravest first: who reads no further has read what matters.
ORDER: tuple[Decision, ...] = ("denied", "review", "allowed")
_SHOWN = 8
_NO_URL = re.compile(r'[\s<>"{}|\\^`]')


class Page(NamedTuple):
    """What an audit is written on: columns for text, and the time it is made.

    ``created`` is an RFC 3339 time in UTC, for formats that demand one.
    """

    width: int
    created: str


def of_verdict(audit: Audit, verdict: Decision) -> list[Audited]:
    """Return what has a verdict, in the audit's order."""
    return [one for one in audit.datasets if one.verdict == verdict]


def summary(audit: Audit) -> str:
    """Return the policy, and how many verdicts there are of each kind."""
    counts = audit.counts._asdict()
    told = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in ORDER)
    return f"policy {audit.policy}: {told}"


def duties(one: Audited) -> Iterator[str]:
    """Give what must be done by whoever uses the data, in words."""
    for duty in one.duties:
        if duty == "attribution":
            credit = one.attribution or "its authors, whom the manifest does not name"
            yield f"give credit: {credit}"
        elif duty == "share-alike":
            yield "pass on what is made of it under the same license"
        elif duty == "notice":
            yield "keep the license text and its notices with every copy"
        elif one.accept:
            place = f" ({one.accept.url})" if one.accept.url else ""
            yield f"agree before fetching: {one.accept.terms}{place}"
        else:
            yield "agree to the terms of its publisher before fetching"


def evidence(claim: Claimed) -> str:
    """Return what a claim says, and the day it was seen."""
    doubt = "" if claim.verified else ", not verified"
    note = f": {one_line(claim.note)}" if claim.note else ""
    return f"{claim.expression}, seen {claim.seen}{doubt}{note}"


def to_do(audit: Audit) -> str:
    """Return the next step, in a sentence."""
    if not audit.datasets:
        return "nothing is selected"
    if audit.passes:
        asked = any(one.duties for one in audit.datasets)
        return f"all of it may be used; {'see to its duties' if asked else 'go on'}"
    steps = []
    if denied := of_verdict(audit, "denied"):
        steps.append(f"leave out {_named(denied)}")
    if review := of_verdict(audit, "review"):
        steps.append(f"have a lawyer look at {_named(review)}")
    # A policy of a file is not to be had by its id.
    gate = "--commercial" if audit.policy == "commercial" else "under this policy"
    return f"{'; '.join(steps)}; pull {gate} takes only what is allowed"


def quoted(url: str) -> str:
    """Return a URL with all quoted that may not stand in one: formats are strict."""
    return _NO_URL.sub(lambda found: f"%{ord(found[0]):02X}", url)


def one_line(text: str) -> str:
    """Return text with its white space made single spaces."""
    return " ".join(text.split())


def _named(several: Sequence[Audited]) -> str:
    names = [one.name for one in several]
    if len(names) <= _SHOWN:
        return listed(names)
    more = counted(len(names) - _SHOWN, "other")
    return f"{', '.join(names[:_SHOWN])} and {more}"


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
