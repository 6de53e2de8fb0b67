"""Small results for the tests of the benchmarks."""

from benchmarks.judging import Comparison, Measured, Row, Sample
from benchmarks.results import Machine, Result

MACHINE = Machine(
    processor="A <Processor>",
    cores=2,
    memory_mb=8000,
    system="Linux 6.1",
    python="3.11.7",
)


def measured(name: str, *walls: float, reason: str = "") -> Measured:
    samples = tuple(Sample(wall=wall, cpu=wall / 2, rss=50.0) for wall in walls)
    return Measured(name=name, samples=samples, reason=reason)


def a_row(*comparisons: Comparison, most_rss: float | None = None) -> Row:
    return Row(
        workload="download-http",
        title="1 GiB | http",
        ours=measured("lemm-catalog", 1.0, 2.0, 3.0),
        comparisons=comparisons,
        most_rss=most_rss,
    )


def a_result(*rows: Row, size: str = "full") -> Result:
    return Result(
        when="2026-11-22T13:00:00Z",
        size=size,
        rounds=3,
        machine=MACHINE,
        versions={"curl": "8.0"},
        rows=rows,
    )
