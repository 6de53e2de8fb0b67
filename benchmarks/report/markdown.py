"""The report for documents."""

from benchmarks.report.base import Line, lines
from benchmarks.results import Result

_HEAD = (
    "| workload | ours, s | peer | peer, s | ratio | target | CPU, s | memory, MB |\n"
    "|---|---:|---|---:|---:|---|---:|---:|\n"
)
_MARKS = {"met": "met", "missed": "**missed**", "not measured": "not measured", "": ""}


def markdown(result: Result) -> str:
    """Return a table with a line for each comparison, and what it was measured on."""
    table = "".join(_row(line) for row in result.rows for line in lines(row))
    machine = result.machine
    facts = (
        f"{result.when[:10]}, size {result.size}, {result.rounds} interleaved rounds,"
        f" on {machine.cores} cores of {machine.processor}, {machine.memory_mb} MB of"
        f" memory, {machine.system}, Python {machine.python}"
    )
    versions = ", ".join(
        f"{name} {version}" for name, version in result.versions.items()
    )
    return (
        f"{facts}. Peers: {versions or 'none'}.\n\n"
        "Seconds are medians (fastest to slowest); a ratio is ours by the peer, the"
        " median over the rounds. CPU and memory are ours / the peer's.\n\n"
        f"{_HEAD}{table}"
    )


def _row(line: Line) -> str:
    note = ": ".join(filter(None, (line.peer, line.note)))
    cells = (
        f"{line.title} · {line.ours}",
        line.seconds,
        note,
        line.peer_seconds,
        line.ratio,
        f"{line.target} {_MARKS[line.verdict]}".strip(),
        line.cpu,
        line.rss,
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"
