"""The report for a terminal."""

from benchmarks.report.base import Line, lines
from benchmarks.results import Result


def text(result: Result) -> str:
    """Return a paragraph for each row."""
    said: list[str] = []
    for row in result.rows:
        said += ["", f"{row.workload}: {row.title}"]
        for line in lines(row):
            said.append(f"  {_compared(line)}")
            if line.target:
                said.append(f"    target {line.target}: {line.verdict}")
            if line.cpu:
                said.append(f"    CPU {line.cpu} s, memory {line.rss} MB")
    if not result.is_binding:
        said += ["", f"size {result.size}: the targets are for the full size"]
    return "\n".join(said).lstrip("\n") + "\n"


def _compared(line: Line) -> str:
    both = " / ".join(filter(None, (line.ours, line.peer)))
    if line.note:
        return f"{both}: not measured: {line.note}"
    if not line.ratio:
        return f"{both}: {line.rss} MB"
    return f"{both}: {line.seconds} s / {line.peer_seconds} s = {line.ratio}"
