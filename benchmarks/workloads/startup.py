"""Start-up: how long it takes to say something, with few manifests and with many."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.catalogs import a_file, let_settle, write_manifest
from benchmarks.measure import Command
from benchmarks.rounds import Case, Contender
from benchmarks.tools import where
from benchmarks.workloads.base import Bench

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
# So many manifests to one of the first rung, which a plan without words selects.
_PER_MINIMAL = 100


class StartUp:
    """The floor is the interpreter, which does nothing and is told to stop."""

    name = "start-up"
    summary = "--version, plan, and plan over 10,000 manifests, all warm"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Write the many manifests and give the cases."""
        count = bench.pick(300, 10_000)
        many = ("--catalog", str(_many(bench, count)))
        yield (
            self._case(bench, "--version", 3, "--version"),
            self._case(bench, "plan comprehensive", 8, "plan", "comprehensive"),
            self._case(
                bench, f"plan minimal of {count:,} manifests", 15, "plan", *many
            ),
        )

    def _case(self, bench: Bench, title: str, most: float, *words: str) -> Case:
        # A plan ends with 1 where the disk is too small for it, which is no failure.
        def ours(cwd: Path) -> Command:
            return bench.ours(cwd, *words, codes=(0, 1))

        return Case(
            workload=self.name,
            title=title,
            ours=Contender(name="lemm-catalog", command=ours),
            peers=_peers(bench, most),
            warm_up=ours,
        )


def _peers(bench: Bench, most: float) -> tuple[Contender, ...]:
    quiet = {"DVC_NO_ANALYTICS": "1", "HF_HUB_OFFLINE": "1"}
    hf, dvc = where("hf") or "hf", where("dvc") or "dvc"
    return (
        Contender(
            name="python -c pass",
            command=lambda cwd: bench.command(cwd, sys.executable, "-c", "pass"),
            target=most,
            is_floor=True,
        ),
        Contender(
            name="hf --help",
            command=lambda cwd: bench.command(cwd, hf, "--help", env=quiet),
            tools=("hf",),
            target=1.0,
        ),
        Contender(
            name="dvc --version",
            command=lambda cwd: bench.command(cwd, dvc, "--version", env=quiet),
            tools=("dvc",),
            target=1.0,
        ),
    )


def _many(bench: Bench, count: int) -> Path:
    """Write a catalog of many manifests, one in a hundred on the first rung."""
    catalog = bench.space.fresh("many")
    for number in range(count):
        id_ = f"set-{number:05}"
        files = [
            a_file(
                f"part-{part}.tar.gz",
                1_000_000 + number,
                _SHA256,
                f"https://example.org/{id_}/part-{part}.tar.gz",
                unpack={"strip": 1, "size": {"unpacked": 3_000_000}},
            )
            for part in range(3)
        ]
        write_manifest(
            catalog,
            id_,
            files,
            size={"unpacked": 9_000_000, "members": 300},
            phase="comprehensive" if number % _PER_MINIMAL else "minimal",
            priority=1 + number % 5,
        )
    let_settle()
    return catalog
