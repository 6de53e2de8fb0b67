"""How sources stand, as a table for a pipe, and in lines for a terminal."""

from collections.abc import Iterator, Sequence

from lemm_catalog.model.probe import FINDINGS, Probe
from lemm_catalog.render.lines import columns, wrapped
from lemm_catalog.render.probes.base import tally

_QUIET = frozenset({"fine", "unasked"})
_STATE = 13


def render(probes: Sequence[Probe], width: int | None) -> str:
    """Return how each source stands, and a last line that counts them.

    In a terminal what is to be done comes last, where it is seen, and nothing of it
    is cut; a pipe gets a row for each source, in the order of the catalog.
    """
    if not probes:
        return tally(probes)
    told = _table(probes) if width is None else _lines(probes, width)
    last = tally(probes)
    if any(one.state == "private" for one in probes):
        last += "\nprivate addresses are asked with --allow-private, if you trust it"
    return f"{told}\n{last}"


def _table(probes: Sequence[Probe]) -> str:
    rows = [
        (one.state, f"{one.dataset}/{one.path}", one.source, one.message)
        for one in probes
    ]
    return columns(rows, ("state", "file", "source", ""), width=None)


def _lines(probes: Sequence[Probe], width: int) -> str:
    ordered = sorted(probes, key=_gravity)
    return "\n".join(line for one in ordered for line in _one(one, width))


def _gravity(one: Probe) -> int:
    return 2 if one.state in FINDINGS else int(one.state not in _QUIET)


def _one(one: Probe, width: int) -> Iterator[str]:
    place = f"{one.dataset}/{one.path}"
    text = f"{place}: {one.message}" if one.message else place
    indent = " " * _STATE
    yield wrapped(text, width, first=f"{one.state:<{_STATE}}", rest=indent)
    if one.state not in _QUIET:
        yield f"{indent}{one.source}"
