"""Verifying a large dataset that is here: by sizes and times, and by every byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.data import notes
from benchmarks.errors import NotMeasurable, RunFailed
from benchmarks.measure import Command, measure
from benchmarks.rounds import Case, Contender
from benchmarks.workloads.base import Bench
from benchmarks.workloads.unpacking import catalog_of, pull_command


class Verifying:
    """300,000 small files of one dataset, pulled once and verified again and again."""

    name = "verify"
    summary = "verify 300,000 files of one dataset, quick and full"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Pull the dataset and give the cases."""
        count = bench.pick(5_000, 300_000)
        archive = bench.inputs.tar(f"notes-{count}.tar", lambda: notes(count))
        catalog = catalog_of(bench, archive, archive.path.name)
        (catalog / "datasets" / archive.path.name).hardlink_to(archive.path)
        place = bench.space.fresh("verified")
        try:
            measure(pull_command(bench, catalog, place))
        except RunFailed as error:
            raise NotMeasurable(f"failed: the pull before it: {error}") from error
        dataset = place / "cache" / "packed"

        def ours(*words: str) -> Contender:
            argv = ("verify", "packed", "-q", "--catalog", str(catalog), *words)
            cache = ("--cache-dir", str(place / "cache"))
            return Contender(
                name="lemm-catalog", command=lambda cwd: bench.ours(cwd, *argv, *cache)
            )

        yield (
            Case(
                workload=self.name,
                title=f"verify {count:,} files, quick",
                ours=ours("--quick"),
                peers=(_listing(bench, dataset),),
            ),
            Case(
                workload=self.name,
                title=f"verify {count:,} files, every byte",
                ours=ours(),
                peers=(_hashing(bench, dataset),),
            ),
        )
        bench.space.spend(place)


def _listing(bench: Bench, dataset: Path) -> Contender:
    words = ("find", str(dataset), "-type", "f", "-printf", r"%s %T@ %p\n")
    return Contender(
        name="find -printf",
        command=lambda cwd: bench.command(cwd, *words),
        tools=("find",),
        target=2.0,
        is_floor=True,
    )


def _hashing(bench: Bench, dataset: Path) -> Contender:
    script = f"find {dataset} -type f -print0 | xargs -0 -P2 sha256sum"

    def command(cwd: Path) -> Command:
        return bench.command(cwd, "sh", "-c", script)

    return Contender(
        name="xargs -P2 sha256sum",
        command=command,
        tools=("find", "xargs", "sha256sum"),
        target=0.5,
    )
