"""How sources stand as JSON, in the shape of ``lemm-catalog/check-sources@1``."""

from collections import Counter
from collections.abc import Sequence

from lemm_catalog.model.probe import Probe
from lemm_catalog.render.data import to_json


def render(probes: Sequence[Probe], width: int | None) -> str:
    """Return each source and how many there are of each state."""
    counts = dict(Counter(one.state for one in probes))
    return to_json("check-sources", {"sources": tuple(probes), "counts": counts})
