"""The rounds: ours and its peers in turn, each in a fresh folder, several times."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import RunFailed
from benchmarks.judging import Comparison, Measured, Row, Sample
from benchmarks.measure import Command, measure
from benchmarks.tools import lacking
from benchmarks.workspace import Workspace

# What is over in an instant is run so often in each round, and the median counts.
_INSTANT, _REPEATS = 0.15, 5


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Someone who does the work: how, with what programs, and what must come of it.

    ``command`` is given the fresh folder of the run; ``proof`` looks at it afterwards
    and returns what is wrong, or "". ``seconds`` stands for a limit that is computed.
    """

    name: str
    command: Callable[[Path], Command] | None = None
    tools: tuple[str, ...] = ()
    proof: Callable[[Path], str] = lambda _: ""
    seconds: float | None = None
    target: float | None = None
    is_floor: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row to be measured; ``warm_up`` is run once before, and not measured."""

    workload: str
    title: str
    ours: Contender
    peers: tuple[Contender, ...]
    most_rss: float | None = None
    warm_up: Callable[[Path], Command] | None = None


def play(case: Case, rounds: int, space: Workspace, say: Callable[[str], None]) -> Row:
    """Run all contenders of a case in turn, round by round."""
    contenders = (case.ours, *case.peers)
    samples: dict[str, list[Sample]] = {c.name: [] for c in contenders}
    reasons = {c.name: lacking(c.tools) or "" for c in contenders}
    if case.warm_up:
        reasons[case.ours.name] = _warmed(case.warm_up, space)
    for number in range(1, rounds + 1):
        for contender in contenders:
            # Without ours there is nothing that a peer could be compared with.
            if reasons[contender.name] or reasons[case.ours.name]:
                continue
            try:
                sample = _sample(contender, space)
            except RunFailed as error:
                reasons[contender.name] = f"failed: {error}"
                samples[contender.name].clear()
                say(f"{case.title} · {contender.name} · {error}")
                continue
            samples[contender.name].append(sample)
            say(f"{case.title} · {contender.name} · {number}: {sample.wall:.3f} s")

    def measured(contender: Contender) -> Measured:
        name = contender.name
        taken = tuple(samples[name])
        return Measured(name=name, samples=taken, reason=reasons[name])

    comparisons = tuple(
        Comparison(peer=measured(p), target=p.target, is_floor=p.is_floor)
        for p in case.peers
    )
    return Row(
        workload=case.workload,
        title=case.title,
        ours=measured(case.ours),
        comparisons=comparisons,
        most_rss=case.most_rss,
    )


def _warmed(command: Callable[[Path], Command], space: Workspace) -> str:
    folder = space.fresh("warm-up")
    try:
        measure(command(folder))
    except RunFailed as error:
        return f"failed: {error}"
    finally:
        space.spend(folder)
    return ""


def _sample(contender: Contender, space: Workspace) -> Sample:
    """Return one round of a contender; what is quick is repeated, for its median."""
    if contender.command is None:
        return Sample(wall=contender.seconds or 0.0)
    taken = [_run(contender, contender.command, space)]
    if taken[0].wall < _INSTANT:
        taken += [
            _run(contender, contender.command, space) for _ in range(_REPEATS - 1)
        ]
    return sorted(taken, key=lambda sample: sample.wall)[len(taken) // 2]


def _run(
    contender: Contender, command: Callable[[Path], Command], space: Workspace
) -> Sample:
    folder = space.fresh("run")
    try:
        sample = measure(command(folder))
        if fault := contender.proof(folder):
            raise RunFailed(fault)
        return sample
    finally:
        space.spend(folder)
