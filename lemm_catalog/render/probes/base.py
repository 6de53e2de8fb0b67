"""What forms of an answer share."""

import re
from collections import Counter
from collections.abc import Sequence

from lemm_catalog.model.probe import Probe
from lemm_catalog.render.lines import counted

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def tally(probes: Sequence[Probe]) -> str:
    """Return how many sources there are of each state."""
    counts = Counter(one.state for one in probes)
    told = ", ".join(f"{count:,} {state}" for state, count in counts.most_common())
    return f"{counted(len(probes), 'source')}: {told}" if told else "no source to ask"


def safe(text: str) -> str:
    """Return a stranger's text as Markdown that shows just it, and notifies nobody."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("@", "@\u200b")
