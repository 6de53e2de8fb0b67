"""An audit as text: the gravest verdicts first, and at the end what to do."""

from collections.abc import Iterable, Iterator

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.render.audits.base import (
    ORDER,
    Page,
    duties,
    evidence,
    of_verdict,
    one_line,
    summary,
    to_do,
)
from lemm_catalog.render.lines import wrapped
from lemm_catalog.sizes import format_decimal


def render(audit: Audit, page: Page) -> str:
    """Return an audit, each verdict with its reasons, duties and evidence."""
    blocks = [summary(audit)]
    for verdict in ORDER:
        if found := of_verdict(audit, verdict):
            blocks.append(verdict.upper())
            blocks += ["\n".join(_lines(one, page.width)) for one in found]
    blocks.append(wrapped(to_do(audit), page.width, first="to do: ", rest="  "))
    return "\n\n".join(blocks)


def _lines(one: Audited, width: int) -> Iterator[str]:
    state = "" if one.state == "active" else f" · {one.state}"
    head = f"{one.name}  {one.title} · {one.expression} · "
    head += f"{format_decimal(one.bytes)}{state}"
    yield wrapped(head, width, first="  ", rest="    ")
    for name, text in _facts(one):
        yield wrapped(text, width, first=f"    {name:<9}- ")


def _facts(one: Audited) -> Iterator[tuple[str, str]]:
    yield from _several("because", one.reasons)
    if one.verdict != "denied":  # what may not be used asks for nothing
        yield from _several("duty", duties(one))
    yield from _several("note", [one.note] if one.note else [])
    says = [f"{evidence(claim)} {claim.url}" for claim in one.claims]
    yield from _several("says who", says or ["nobody but the manifest"])


def _several(name: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts):
        yield "" if number else name, one_line(text)
