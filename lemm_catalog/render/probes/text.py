"""How sources stand, as a table."""

from collections.abc import Sequence

from lemm_catalog.model.probe import Probe
from lemm_catalog.render.lines import columns
from lemm_catalog.render.probes.base import tally


def render(probes: Sequence[Probe], width: int | None) -> str:
    """Return a row for each source, and a last line that counts them."""
    rows = [
        (one.state, f"{one.dataset}/{one.path}", one.source, one.message)
        for one in probes
    ]
    heads = ("state", "file", "source", "")
    table = columns(rows, heads, spare=(2,), width=width)
    return f"{table}\n{tally(probes)}" if probes else tally(probes)
