"""The chart: one bar for each rival, ours as a share of its time; shorter is better.

It is readable on light and on dark, without color, and by a screen reader.
"""

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from benchmarks.judging import ratio
from benchmarks.results import Result

_WIDTH, _LEFT, _RIGHT = 960, 500, 880
_TOP, _LINE, _GAP, _BAR = 76, 21, 9, 14
_MARGIN = 10
# The longest bar; what takes longer is cut, and its figure still says how long.
_MOST = 1.25
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
_STYLE = """\
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .soft { font-size: 12px; fill: #59636e }
  .head { font-size: 16px; font-weight: 600 }
  .end { text-anchor: end }
  .middle { text-anchor: middle }
  .faster { fill: #0969da }
  .slower { fill: #bc4c00 }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .peer { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 4 3 }
  .target { stroke: #1f2328; stroke-width: 2.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .soft { fill: #9198a1 }
    .faster { fill: #4493f8 }
    .slower { fill: #db6d28 }
    .grid { stroke: #3d444d }
    .peer, .target { stroke: #f0f6fc }
  }
"""


class _Bar(NamedTuple):
    title: str
    peer: str
    ratio: float
    target: float | None


def svg(result: Result) -> str:
    """Return the chart of all rivals that were measured; a floor is no rival."""
    bars = list(_bars(result))
    drawn, bottom = _drawn(bars)
    height = bottom + 44
    said = "; ".join(f"{b.title}: {b.ratio:.2f} of {b.peer}" for b in bars)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="{-_MARGIN} 0 {_WIDTH + 2 * _MARGIN} {height}"'
        f' width="{_WIDTH + 2 * _MARGIN}" height="{height}" role="img"'
        ' aria-labelledby="chart-title chart-desc">\n'
        '<title id="chart-title">lemm-catalog against its peers</title>\n'
        f'<desc id="chart-desc">Time as a share of the peer\'s, shorter is better.'
        f" {escape(said or 'Nothing was measured')}.</desc>\n"
        f"<style>\n{_STYLE}</style>\n"
        f"{_head()}{_grid(bottom)}{drawn}{_foot(result, bottom)}</svg>\n"
    )


def _bars(result: Result) -> Iterator[_Bar]:
    for row in result.rows:
        for comparison in row.comparisons:
            value = ratio(row.ours, comparison.peer)
            if value is not None and not comparison.is_floor:
                yield _Bar(row.title, comparison.peer.name, value, comparison.target)


def _drawn(bars: list[_Bar]) -> tuple[str, int]:
    """Return the bars below each other, and where they end."""
    parts = []
    y, title = _TOP, ""
    for bar in bars:
        if bar.title != title:
            y += _GAP
            title = bar.title
            parts.append(_text(0, y + 12, title))
        parts.append(_one(bar, y))
        y += _LINE
    return "".join(parts), y + _GAP


def _one(bar: _Bar, y: int) -> str:
    end = _x(min(bar.ratio, _MOST))
    kind = "faster" if bar.ratio <= 1 else "slower"
    parts = [
        _text(_LEFT - 12, y + 11, bar.peer, "soft end"),
        f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{end - _LEFT}"'
        f' height="{_BAR}" rx="2"/>\n',
    ]
    if bar.target is not None and bar.target <= _MOST:
        parts.append(_line("target", _x(bar.target), y - 3, y + _BAR + 3))
    more = "→ " if bar.ratio > _MOST else ""
    figure = f"{more}{bar.ratio:.2f}×"  # noqa: RUF001
    parts.append(_text(_WIDTH, y + 12, figure, "end"))
    return "".join(parts)


def _head() -> str:
    said = "time of lemm-catalog as a share of the peer's: shorter is better"
    return _text(0, 20, "lemm-catalog against its peers", "head") + _text(
        0, 40, said, "soft"
    )


def _grid(bottom: int) -> str:
    parts = []
    for step in _STEPS:
        kind = "peer" if step == 1 else "grid"
        label = "the peer" if step == 1 else f"{step:g}×"  # noqa: RUF001
        parts.append(_line(kind, _x(step), _TOP - 6, bottom))
        parts.append(_text(_x(step), _TOP - 12, label, "soft middle"))
    return "".join(parts)


def _foot(result: Result, bottom: int) -> str:
    rounds = "1 round" if result.rounds == 1 else f"{result.rounds} rounds"
    facts = (
        f"Medians of {rounds}, size {result.size}, {result.machine.cores} cores,"
        f" {result.when[:10]}. The upright mark on a row is its target."
    )
    return _text(0, bottom + 28, facts, "soft")


def _x(value: float) -> int:
    return round(_LEFT + (_RIGHT - _LEFT) * value / _MOST)


def _text(x: int, y: int, said: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x}" y="{y}">{escape(said)}</text>\n'


def _line(kind: str, x: int, top: int, bottom: int) -> str:
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>\n'
