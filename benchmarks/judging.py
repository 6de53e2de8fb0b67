"""What was measured, and how it is judged: medians, ratios and targets. Pure.

A ratio is taken within each round and then the median of those, so that a machine
which slows down for a while slows both sides of a ratio.
"""

from dataclasses import dataclass
from statistics import median
from typing import Literal

Verdict = Literal["met", "missed", "no target", "not measured"]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run: seconds, CPU seconds, peak resident memory in MB.

    The memory of a child is at least that of its parent, as Linux counts; then it
    is only known to be no more than that.
    """

    wall: float
    cpu: float = 0.0
    rss: float = 0.0
    rss_is_bound: bool = False


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The rounds of one contender, or why there are none."""

    name: str
    samples: tuple[Sample, ...] = ()
    reason: str = ""

    @property
    def wall(self) -> float | None:
        """The median of the rounds, in seconds."""
        return median(s.wall for s in self.samples) if self.samples else None

    @property
    def cpu(self) -> float | None:
        """The median CPU seconds of the whole process tree."""
        return median(s.cpu for s in self.samples) if self.samples else None

    @property
    def rss(self) -> float | None:
        """The median peak memory, in MB."""
        return median(s.rss for s in self.samples) if self.samples else None

    @property
    def rss_is_bound(self) -> bool:
        """Whether the memory is no more than the figure, and otherwise unknown."""
        return any(s.rss_is_bound for s in self.samples)

    @property
    def spread(self) -> tuple[float, float] | None:
        """The fastest and the slowest round, in seconds."""
        walls = [s.wall for s in self.samples]
        return (min(walls), max(walls)) if walls else None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A peer, and the most that ours may take as a multiple of it.

    A floor is no rival but what nothing of the kind can undercut, such as the link.
    """

    peer: Measured
    target: float | None = None
    is_floor: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One workload as measured: ours, and each peer."""

    workload: str
    title: str
    ours: Measured
    comparisons: tuple[Comparison, ...]
    most_rss: float | None = None


def ratio(ours: Measured, peer: Measured) -> float | None:
    """Return ours by the peer, the median over the rounds that both have."""
    pairs = list(zip(ours.samples, peer.samples, strict=False))
    return median(a.wall / b.wall for a, b in pairs) if pairs else None


def verdict(value: float | None, target: float | None) -> Verdict:
    """Return whether a value keeps its target."""
    if target is None:
        return "no target"
    if value is None:
        return "not measured"
    return "met" if value <= target else "missed"


def verdicts(row: Row) -> list[Verdict]:
    """Return the verdict of every target of a row."""
    found = [verdict(ratio(row.ours, c.peer), c.target) for c in row.comparisons]
    return [*found, verdict(row.ours.rss, row.most_rss)]


def is_good(row: Row) -> bool:
    """Say whether ours ran, as far as it could be run, and no target was missed."""
    was_run = bool(row.ours.samples) or not row.ours.reason.startswith("failed")
    return was_run and "missed" not in verdicts(row)
