"""An audit as Markdown, for a comment on a pull request or a report."""

import re
from collections.abc import Iterator

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.render.audits.base import (
    ORDER,
    Page,
    duties,
    evidence,
    of_verdict,
    one_line,
    quoted,
    summary,
    to_do,
)

# Titles, notes and URLs are strangers' text: neither markup nor a call to anybody.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&@#]")
_HEAD = (
    "| verdict | dataset | license | why | duties | evidence |",
    "|---|---|---|---|---|---|",
)


def render(audit: Audit, page: Page) -> str:
    """Return a heading, a table of all verdicts, and what to do."""
    rows = [
        _row(one) for verdict in ORDER for one in of_verdict(audit, verdict)
    ]  # fmt: skip
    table = "\n".join([*_HEAD, *rows])
    blocks = [f"## License audit, {_plain(summary(audit))}"]
    blocks += [table] if rows else []
    return "\n\n".join([*blocks, f"**To do:** {_plain(to_do(audit))}."])


def _row(one: Audited) -> str:
    state = "" if one.state == "active" else f" ({one.state})"
    why = [*one.reasons, *([f"note: {one.note}"] if one.note else [])]
    cells = [
        f"**{one.verdict}**",
        f"`{one.name}` {_plain(one.title)}{state}",
        _plain(one.expression),
        "<br>".join(map(_plain, why)),
        "" if one.verdict == "denied" else "<br>".join(map(_plain, duties(one))),
        "<br>".join(_evidence(one)) or "none",
    ]
    return f"| {' | '.join(cells)} |"


def _evidence(one: Audited) -> Iterator[str]:
    for claim in one.claims:
        yield f"[{_plain(evidence(claim))}]({_target(claim.url)})"


def _target(url: str) -> str:
    return quoted(url).replace("(", "%28").replace(")", "%29")


def _plain(text: str) -> str:
    """Return text in which nothing is markup, on one line."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", one_line(text))
