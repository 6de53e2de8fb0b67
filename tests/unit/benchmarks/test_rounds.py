import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import tools
from benchmarks.errors import NotMeasurable, RunFailed
from benchmarks.measure import Command, measure
from benchmarks.rounds import Case, Contender, play
from benchmarks.workspace import Workspace


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "work", need=0) as made:
        yield made


def python(script: str, *codes: int) -> Callable[[Path], Command]:
    argv = (sys.executable, "-S", "-c", script)
    return lambda cwd: Command(
        argv=argv, cwd=cwd, env=dict(os.environ), codes=frozenset(codes or (0,))
    )


def a_case(ours: Contender, *peers: Contender) -> Case:
    return Case(workload="w", title="t", ours=ours, peers=peers)


SLEEP = "import time; time.sleep(0.16)"
OURS = Contender(name="ours", command=python(SLEEP))


def test_contenders_take_turns(space: Workspace) -> None:
    said: list[str] = []
    peer = Contender(name="peer", command=python(SLEEP), target=2.0)
    row = play(a_case(OURS, peer), 2, space, said.append)
    turns = [line.split(": ")[0] for line in said]
    assert turns == ["t · ours · 1", "t · peer · 1", "t · ours · 2", "t · peer · 2"]
    assert [len(m.samples) for m in (row.ours, row.comparisons[0].peer)] == [2, 2]


def test_a_missing_peer_is_named_with_what_installs_it(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tools.INSTALLED_BY, "no-such-tool", "apt install it")
    peer = Contender(name="peer", command=python(SLEEP), tools=("no-such-tool",))
    row = play(a_case(OURS, peer), 1, space, lambda _: None)
    absent = row.comparisons[0].peer
    assert absent.reason == "no-such-tool is not installed (apt install it)"
    assert row.ours.samples


def test_a_peer_that_fails_or_proves_wrong_is_out_of_its_row(space: Workspace) -> None:
    fails = Contender(
        name="fails", command=python("import sys; sys.exit('broken pipe')")
    )
    lies = Contender(
        name="lies", command=python(""), proof=lambda _: "0 of 3 files are there"
    )
    row = play(a_case(OURS, fails, lies), 1, space, lambda _: None)
    reasons = [comparison.peer.reason for comparison in row.comparisons]
    name = Path(sys.executable).name
    assert reasons == [
        f"failed: {name} ended with exit code 1: broken pipe",
        "failed: 0 of 3 files are there",
    ]


def test_no_peer_is_run_once_ours_has_failed(space: Workspace) -> None:
    said: list[str] = []
    ours = Contender(name="ours", command=python("raise SystemExit(3)"))
    row = play(a_case(ours, OURS), 3, space, said.append)
    assert row.ours.reason.startswith("failed: ")
    assert len(said) == 1


def test_a_limit_is_computed_and_not_run(space: Workspace) -> None:
    limit = Contender(name="limit", seconds=1.5, is_floor=True)
    row = play(a_case(OURS, limit), 2, space, lambda _: None)
    assert row.comparisons[0].peer.wall == 1.5
    assert row.comparisons[0].is_floor


def test_every_run_has_a_fresh_folder(space: Workspace) -> None:
    script = "import pathlib; pathlib.Path('x').mkdir()"
    row = play(
        a_case(Contender(name="ours", command=python(script))),
        2,
        space,
        lambda _: None,
    )
    assert row.ours.reason == ""


def test_a_command_is_measured_with_its_children(tmp_path: Path) -> None:
    burn = "sum(range(3_000_000))"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{burn}'])"
    sample = measure(python(script)(tmp_path))
    assert 0.01 < sample.cpu < 60
    assert sample.wall > 0
    assert sample.rss > 5


def test_a_traceback_is_no_finding_even_where_exit_code_1_is_one(
    tmp_path: Path,
) -> None:
    measure(python("raise SystemExit(1)", 0, 1)(tmp_path))
    with pytest.raises(RunFailed, match="NameError"):
        measure(python("nothing", 0, 1)(tmp_path))


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="took too long"):
        measure(python("import time; time.sleep(60)")(tmp_path), patience=0.2)


def test_a_command_that_is_not_there_is_a_failed_run(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="No such file"):
        measure(Command(argv=("/no/such/program",), cwd=tmp_path))


def test_a_workspace_leaves_only_the_inputs_behind(tmp_path: Path) -> None:
    with Workspace(tmp_path, need=0) as space:
        (space.fresh("run") / "file").write_text("x")
        (space.inputs / "blob").write_text("x")
    left = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")]
    assert sorted(left) == ["inputs", "inputs/blob"]


def test_a_workspace_says_where_there_is_too_little_room(tmp_path: Path) -> None:
    with pytest.raises(NotMeasurable, match="--dir"):
        Workspace(tmp_path, need=1 << 60)


def test_no_setting_and_no_proxy_reaches_a_run(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org")
    monkeypatch.setenv("LEMM_CACHE_DIR", "elsewhere")
    assert set(space.environment()) == {"PATH", "HOME", "LC_ALL"}
    assert Path(space.environment()["HOME"]).is_relative_to(space.root)
