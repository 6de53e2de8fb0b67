"""How sources stand, as the text of an issue: what is to be done, and nothing else."""

from collections.abc import Sequence

from lemm_catalog.model.probe import FINDINGS, Probe
from lemm_catalog.render.probes.base import safe, tally

_MOST = 200


def render(probes: Sequence[Probe], width: int | None) -> str:
    """Return Markdown: a box to tick for each finding, then what was not answered."""
    found = [one for one in probes if one.state in FINDINGS]
    open_ = [one for one in probes if one.state in {"refused", "busy", "private"}]
    lines = ["### Sources", "", f"{tally(probes)}.", ""]
    lines += [f"- [ ] {_line(one)}" for one in found[:_MOST]]
    if (more := len(found) - _MOST) > 0:
        lines.append(f"- … and {more:,} more")
    if open_:
        lines += ["", "Not known, which is no sign of decay:", ""]
        lines += [f"- {_line(one)}" for one in open_[:_MOST]]
    return "\n".join(lines).rstrip()


def _line(one: Probe) -> str:
    place = f"**{safe(one.dataset)}** {safe(one.path)}"
    return (
        f"{place}: {one.state}: {safe(one.message)} (`{one.source.replace('`', '')}`)"
    )
