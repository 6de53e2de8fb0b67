"""An audit as CSV (RFC 4180), a row for each part of each dataset."""

import csv
import io
from collections.abc import Iterator

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.render.audits.base import Page, duties, evidence, one_line

_HEADERS = (
    "policy",
    "dataset",
    "part",
    "title",
    "verdict",
    "license",
    "reasons",
    "duties",
    "evidence",
    "note",
    "state",
    "bytes",
)
# What a spreadsheet would take for a formula, also in its full-width form.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(audit: Audit, page: Page) -> str:
    """Return a header and a row for each part; lines end in CR and LF."""
    text = io.StringIO(newline="")
    # All in quotes: some spreadsheets split at a semicolon, too.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_HEADERS)
    for one in audit.datasets:
        for row in _rows(one):
            writer.writerow([_cell(value) for value in (audit.policy, *row)])
    return text.getvalue()


def _rows(one: Audited) -> Iterator[tuple[str, ...]]:
    """Give a row for each part, though all parts be alike."""
    parts = one.parts or {one.part or "": one.bytes}
    if outside := one.bytes - sum(parts.values()):
        parts = {"": outside, **parts}
    for part, count in parts.items():
        yield (
            one.id,
            part,
            one.title,
            one.verdict,
            one.expression,
            "; ".join(one.reasons),
            "; ".join(duties(one)),
            "; ".join(f"{claim.url} {evidence(claim)}" for claim in one.claims),
            one.note or "",
            one.state,
            str(count),
        )


def _cell(text: str) -> str:
    """Return text on one line that no spreadsheet takes for a formula."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line
