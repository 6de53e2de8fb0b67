"""Lines that several forms of a report share: a comparison in words and figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.judging import Comparison, Measured, Row, ratio, verdict


@dataclass(frozen=True, kw_only=True)
class Line:
    """A comparison as it is shown; an empty string is a figure that there is not."""

    title: str
    ours: str
    seconds: str
    peer: str
    peer_seconds: str
    ratio: str
    target: str
    verdict: str
    cpu: str
    rss: str
    note: str


def lines(row: Row) -> Iterator[Line]:
    """Yield a line for each peer of a row, and one for a bound on memory.

    Where ours was not measured, one line says why.
    """
    if not row.ours.samples:
        yield _of_memory(row)
        return
    for comparison in row.comparisons:
        yield _line(row, comparison)
    if row.most_rss is not None:
        yield _of_memory(row)


def _line(row: Row, comparison: Comparison) -> Line:
    peer, target = comparison.peer, comparison.target
    value = ratio(row.ours, peer)
    return Line(
        title=row.title,
        ours=row.ours.name,
        seconds=with_spread(row.ours),
        peer=peer.name,
        peer_seconds=with_spread(peer),
        ratio="" if value is None else f"{value:.2f}",
        target="" if target is None else f"≤ {target:.2f}",
        verdict="" if target is None else verdict(value, target),
        # A limit that was computed takes no time of a processor.
        cpu=" / ".join(filter(None, (_figure(row.ours.cpu, 2), _figure(peer.cpu, 2)))),
        rss=" / ".join(filter(None, (_memory(row.ours), _memory(peer)))),
        note=row.ours.reason or peer.reason,
    )


def _of_memory(row: Row) -> Line:
    most = row.most_rss if row.ours.samples else None
    return Line(
        title=row.title,
        ours=row.ours.name,
        seconds=with_spread(row.ours),
        peer="" if most is None else "peak memory",
        peer_seconds="",
        ratio="",
        target="" if most is None else f"≤ {most:.0f} MB",
        verdict="" if most is None else verdict(row.ours.rss, most),
        cpu=_figure(row.ours.cpu, 2),
        rss=_memory(row.ours),
        note=row.ours.reason,
    )


def with_spread(measured: Measured) -> str:
    """Return a median and, after several rounds, the fastest and the slowest."""
    if measured.wall is None or measured.spread is None:
        return ""
    low, high = measured.spread
    spread = f" ({seconds(low)}–{seconds(high)})" if low != high else ""  # noqa: RUF001
    return seconds(measured.wall) + spread


def seconds(value: float) -> str:
    """Return seconds with as many digits as mean something."""
    return (
        f"{value:.3f}"
        if value < 1
        else f"{value:.2f}"
        if value < 100
        else f"{value:.0f}"
    )


def _memory(measured: Measured) -> str:
    figure = _figure(measured.rss, 0)
    return f"≤ {figure}" if measured.rss_is_bound else figure


def _figure(value: float | None, digits: int) -> str:
    return f"{value:.{digits}f}" if value else ""
