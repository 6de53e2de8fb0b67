"""The command: python -m benchmarks [WORKLOAD...] [--size full] [--markdown FILE]."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from benchmarks.data import Inputs
from benchmarks.errors import NotMeasurable
from benchmarks.judging import Measured, Row, is_good
from benchmarks.report.table import FORMS
from benchmarks.results import Result, now, this_machine
from benchmarks.rounds import play
from benchmarks.tools import INSTALLED_BY, lacking, versions
from benchmarks.workloads.base import Bench, Size, Workload
from benchmarks.workloads.table import WORKLOADS
from benchmarks.workspace import GiB, Workspace

_NEED: dict[Size, int] = {"small": GiB, "full": 12 * GiB}
_ROUNDS: dict[Size, int] = {"small": 3, "full": 5}


def main(argv: Sequence[str] | None = None) -> int:
    """Run what was asked for; return 1 if a target was missed in full size."""
    asked = _asked(argv)
    if asked.list:
        _list()
        return 0
    signal.signal(signal.SIGTERM, _stop)
    for tool in INSTALLED_BY:
        if sentence := lacking([tool]):
            _say(sentence)
    rows: list[Row] = []
    code = 0
    try:
        _measure(asked, rows)
    except NotMeasurable as error:
        _say(str(error))
        return 2
    except KeyboardInterrupt:
        code = 130
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    result = Result(
        when=now(),
        size=asked.size,
        rounds=asked.rounds or _ROUNDS[asked.size],
        machine=this_machine(),
        versions=versions(),
        rows=rows,
    )
    _write(asked, result)
    is_bad = result.is_binding and not all(map(is_good, rows))
    return code or int(is_bad)


def _asked(argv: Sequence[str] | None) -> argparse.Namespace:
    names = [workload.name for workload in WORKLOADS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Runs workloads against their peers, in turn, on this machine.",
    )
    add = parser.add_argument
    add("workload", nargs="*", metavar="WORKLOAD", help=f"all, or: {', '.join(names)}")
    add("--size", choices=("small", "full"), default="small")
    add("--rounds", type=_count, help="interleaved rounds (small: 3, full: 5)")
    add("--dir", type=Path, help="work in this folder, and keep the inputs in it")
    add("--json", type=Path, metavar="FILE", help="write all figures for programs")
    add("--markdown", type=Path, metavar="FILE", help="write the table")
    add("--chart", type=Path, metavar="FILE", help="write the chart, as SVG")
    add("--list", action="store_true", help="name the workloads and end")
    asked = parser.parse_args(argv)
    if wrong := set(asked.workload) - set(names):
        parser.error(f"no workload {min(wrong)}; there are {', '.join(names)}")
    return asked


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be 1 or more")
    return int(text)


def _list() -> None:
    for workload in WORKLOADS:
        print(f"{workload.name:16} {workload.summary}")


def _measure(asked: argparse.Namespace, rows: list[Row]) -> None:
    """Add the rows of each workload as they are measured, so that none is lost."""
    with Workspace(asked.dir, _NEED[asked.size]) as space:
        inputs = Inputs(space.inputs, _say)
        bench = Bench(space=space, inputs=inputs, size=asked.size)
        for workload in WORKLOADS:
            if asked.workload and workload.name not in asked.workload:
                continue
            try:
                with workload.cases(bench) as cases:
                    for case in cases:
                        rounds = asked.rounds or _ROUNDS[bench.size]
                        rows.append(play(case, rounds, space, _say))
            except NotMeasurable as error:
                _say(f"{workload.name}: {error}")
                rows.append(_unmeasured(workload, str(error)))


def _unmeasured(workload: Workload, reason: str) -> Row:
    ours = Measured(name="lemm-catalog", reason=reason)
    return Row(
        workload=workload.name, title=workload.summary, ours=ours, comparisons=()
    )


def _write(asked: argparse.Namespace, result: Result) -> None:
    print(FORMS["text"](result), end="")
    for form, write in FORMS.items():
        path: Path | None = getattr(asked, form, None)
        if path is not None:
            path.write_text(write(result), encoding="utf-8")


def _stop(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
