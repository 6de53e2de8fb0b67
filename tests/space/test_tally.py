"""Events to one value, and a child that is started again: with values and a script."""

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.model.plain import plain
from lemm_catalog.model.space import Space, SpaceDataset
from lemm_catalog.progress import Step
from lemm_catalog.space.board import Board
from lemm_catalog.space.lines import Lines
from lemm_catalog.space.supervisor import Patience, Supervisor
from lemm_catalog.space.tally import after
from lemm_catalog.space.telling import TellingObserver, begun, to_line
from tests.space.states import BUDGET, PLACE, a_dataset, a_space

KB = 1000
QUICK = Patience(first=0.02, most=0.05, tries=4, grace=1.0)
PLACED = {"event": "placed", "place": plain(PLACE)}


def planned(*rows: SpaceDataset) -> dict[str, Any]:
    return {
        "event": "planned",
        "selection": ["minimal"],
        "budget": plain(BUDGET),
        "offline": False,
        "datasets": [plain(row) for row in rows],
    }


def concluded(**results: str) -> dict[str, Any]:
    rows = [
        {"id": name, "result": result, "message": "why", "code": 0}
        for name, result in results.items()
    ]
    return {"event": "concluded", "code": 0, "datasets": rows}


def progress(name: str, done: int, state: str = "fetching") -> dict[str, Any]:
    row = {"state": state, "done_bytes": done, "step_done": done, "step_total": None}
    return {"event": "progress", "datasets": {name: row}}


def told(*events: dict[str, Any]) -> Space:
    space = a_space()
    for event in events:
        space = after(space, json.loads(to_line(event)))
    return space


A = a_dataset("a", download_bytes=100 * KB)
B = a_dataset("b", download_bytes=300 * KB)
SMALL = a_dataset("c", state="left-out", reason="too large", mend="more disk")
BARRED = a_dataset("d", state="left-out", reason="the policy denies it")


def test_all_that_is_wanted_makes_it_ready() -> None:
    events = [PLACED, planned(A, B, BARRED), progress("a", 100 * KB)]
    space = told(*events, concluded(a="pulled", b="present", d="skipped"))
    assert (space.state, space.ready, space.settled) == ("ready", True, True)
    assert (space.totals.here, space.totals.done_bytes) == (2, 400 * KB)


@pytest.mark.parametrize("result", ["failed", "refused"])
def test_what_did_not_come_keeps_it_from_being_ready(result: str) -> None:
    rows = (
        (A, B._replace(state="refused", reason="r")) if result == "refused" else (A, B)
    )
    space = told(PLACED, planned(*rows), concluded(a="pulled", b=result))
    assert (space.state, space.ready, space.settled) == ("settled", False, True)
    assert space.message == "not here: b"


def test_what_does_not_fit_keeps_it_from_being_ready_and_says_what_helps() -> None:
    space = told(PLACED, planned(A, SMALL), concluded(a="pulled", c="skipped"))
    assert (space.ready, space.message, space.mend) == (
        False,
        "not here: c",
        "more disk",
    )
    assert space.totals.download_bytes == 100 * KB  # of what is taken


def test_a_dataset_is_here_as_soon_as_it_is_published() -> None:
    events = [PLACED, planned(A, B), {"event": "published", "id": "a"}]
    space = told(*events)
    assert [row.state for row in space.datasets] == ["present", "queued"]
    assert space.state == "pulling"


@pytest.mark.parametrize("event", [{}, {"event": "x"}, {"event": "placed"}])
def test_what_is_no_event_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        after(a_space(), event)


def test_speed_is_of_the_last_seconds_and_gives_the_time_left() -> None:
    clock = iter([0.0, 0.0, 10.0, 20.0])
    board = Board(lambda: next(clock))
    board.hear(PLACED)
    board.hear(planned(B))
    for done in (0, 100 * KB, 200 * KB):
        board.hear(progress("b", done))
    row = board.space.datasets[0]
    assert (row.bytes_per_second, row.seconds_left) == (10 * KB, 10)
    assert board.space.totals.bytes_per_second == 10 * KB


def test_a_dataset_that_just_began_is_as_fast_as_it_is() -> None:
    now = [0.0]
    board = Board(lambda: now[0])
    board.hear(PLACED)
    board.hear(planned(A, B))
    for moment in range(1, 11):
        now[0] = float(moment)
        board.hear(progress("a", moment * 10 * KB))
    for moment in (11, 12):
        now[0] = float(moment)
        board.hear(progress("b", (moment - 10) * 40 * KB))
    assert board.space.datasets[1].bytes_per_second == 40 * KB
    assert board.space.totals.bytes_per_second == round(180 * KB / 12)


def test_the_speed_falls_while_nothing_comes() -> None:
    now = [0.0]
    board = Board(lambda: now[0])
    board.hear(PLACED)
    board.hear(planned(B))
    for moment in range(11):
        now[0] = float(moment)
        board.hear(progress("b", moment * 10 * KB))
    assert board.space.totals.bytes_per_second == 10 * KB
    board.tick()
    for moment in range(11, 60):
        now[0] = float(moment)
        board.tick()
    assert board.space.totals.bytes_per_second == 0
    assert board.space.totals.seconds_left is None


def test_progress_is_told_seldom_and_sums_up() -> None:
    events: list[Any] = []
    known = begun([("x", 80_000, 80_000), ("y", 20_000, 0)])
    observer = TellingObserver(events.append, {"a": known})
    step = Step(verb="fetch", dataset="a", path="x", total=80_000)
    unpack = Step(verb="unpack", dataset="a", path="x", total=500_000)
    observer.started(step, 0)
    observer.started(unpack, 0)
    for _ in range(8000):
        observer.advanced(step, 10)
        observer.advanced(unpack, 5)
    rows = [event["datasets"]["a"] for event in events]
    assert len(rows) < 20
    assert {row["state"] for row in rows} == {"fetching"}  # it is what is waited for
    observer.ended(step, None)
    assert events[-1]["datasets"]["a"]["done_bytes"] == 100_000
    assert events[-1]["datasets"]["a"]["state"] == "unpacking"


def test_lines_come_every_5_percent_or_half_a_minute() -> None:
    said: list[str] = []
    now = [0.0]
    board = Board(lambda: now[0])
    board.listen(Lines(said.append, lambda: now[0]))
    board.hear(PLACED)
    board.hear(planned(A))
    said.clear()
    for done in range(0, 100 * KB, 100):  # a thousand events
        board.hear(progress("a", done))
    shares = [line for line in said if " % " in line or " %," in line]
    assert 18 <= len(shares) <= 20
    now[0] += 31
    board.hear(progress("a", 99_950))
    assert said[-1].startswith("99 %, 99.95 kB of 100.00 kB")
    board.hear(concluded(a="pulled"))
    assert said[-2:] == [
        "a: here, 100.00 kB fetched",
        "ready: all that is wanted is here",
    ]


def child(tmp_path: Path, body: str) -> list[str]:
    """Return what starts a child of a few lines, which know how often it was begun."""
    script = tmp_path / "child.py"
    script.write_text(
        "import json, os, sys, time, signal\n"
        f"count = {str(tmp_path / 'count')!r}\n"
        "open(count, 'a').write('x')\n"
        "time_ = len(open(count).read())\n"
        "def tell(event): print(json.dumps(event), flush=True)\n"
        f"PLACED = json.loads({json.dumps(PLACED)!r})\n"
        f"PLANNED = json.loads({json.dumps(planned(A, B))!r})\n"
        f"DONE = json.loads({json.dumps(concluded(a='pulled', b='pulled'))!r})\n" + body
    )
    return [sys.executable, str(script)]


def run(command: list[str], patience: Patience = QUICK) -> tuple[Board, list[Space]]:
    board = Board()
    seen: list[Space] = []
    board.listen(seen.append)
    supervisor = Supervisor(command, board, patience)
    supervisor.start()
    assert supervisor.wait(30)
    return board, seen


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_child_that_is_killed_is_started_again(tmp_path: Path) -> None:
    body = (
        "tell(PLACED); tell(PLANNED)\n"
        "if time_ < 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "tell(DONE)\n"
    )
    board, seen = run(child(tmp_path, body))
    assert (board.space.state, board.space.starts) == ("ready", 3)
    waits = [space for space in seen if space.state == "waiting"]
    assert len(waits) == 2
    assert "want of memory" in waits[0].message
    assert waits[0].next_start is not None
    assert board.space.next_start is None


def test_a_child_that_never_gets_anywhere_is_given_up_in_words(tmp_path: Path) -> None:
    board, _ = run(child(tmp_path, "sys.exit(1)\n"))
    assert (tmp_path / "count").read_text() == "xxxx"
    assert (board.space.state, board.space.settled) == ("halted", True)
    assert "given up after 4 tries" in board.space.message
    assert "ended with code 1" in board.space.message


def test_one_that_brings_something_each_time_is_not_given_up(tmp_path: Path) -> None:
    body = (
        "PLANNED['datasets'][0]['done_bytes'] = time_ * 1000\n"
        "tell(PLACED); tell(PLANNED)\n"
        "if time_ < 9: sys.exit(1)\n"
        "tell(DONE)\n"
    )
    board, _ = run(child(tmp_path, body))
    assert (board.space.state, board.space.starts) == ("ready", 9)


def test_what_a_person_must_mend_is_not_tried_again(tmp_path: Path) -> None:
    body = (
        "tell({'event': 'failed', 'message': 'no such phase', 'mend': 'minimal?',"
        " 'details': [], 'code': 2})\nsys.exit(2)\n"
    )
    board, _ = run(child(tmp_path, body))
    assert (board.space.state, board.space.starts) == ("halted", 1)
    assert (board.space.message, board.space.mend) == ("no such phase", "minimal?")


def test_a_source_that_fails_is_tried_again(tmp_path: Path) -> None:
    body = (
        "tell(PLACED); tell(PLANNED)\n"
        "if time_ < 3:\n"
        "    DONE['datasets'][1]['result'] = 'failed'\n"
        "    tell(DONE); sys.exit(3)\n"
        "tell(DONE)\n"
    )
    board, seen = run(child(tmp_path, body))
    assert (board.space.state, board.space.starts) == ("ready", 3)
    assert not [
        space
        for space in seen
        if space.settled and space.starts < 3 and space.state == "waiting"
    ]


def test_a_machine_that_refuses_is_tried_again_with_its_reason(tmp_path: Path) -> None:
    body = (
        "tell({'event': 'failed', 'message': 'no space is left', 'mend': 'free some',"
        " 'details': [], 'code': 4})\nsys.exit(4)\n"
    )
    board, seen = run(child(tmp_path, body))
    assert board.space.starts == QUICK.tries
    waits = {space.message.split(";")[0] for space in seen if space.state == "waiting"}
    assert waits == {"no space is left"}
    assert board.space.message.endswith("brought nothing: no space is left")
    assert board.space.mend == "free some"


def test_noise_on_the_pipe_is_not_heard(tmp_path: Path) -> None:
    body = (
        "print('{\"event\": \"pla'); print('null'); print('[1]'); print('\\x00')\n"
        "tell({'event': 'planned'}); tell(PLACED); tell(PLANNED); tell(DONE)\n"
    )
    assert run(child(tmp_path, body))[0].space.state == "ready"


def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    body = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntell(PLACED)\ntime.sleep(60)\n"
    )
    board = Board()
    supervisor = Supervisor(child(tmp_path, body), board, QUICK)
    supervisor.start()
    wait_until(lambda: board.space.place is not None)
    began = time.monotonic()
    supervisor.stop()
    supervisor.stop()  # again does no harm
    assert time.monotonic() - began < 4
    assert board.space.state == "stopped"
    assert supervisor.wait(1)


def test_one_that_cannot_be_started_is_given_up(tmp_path: Path) -> None:
    board, _ = run([str(tmp_path / "nothing")])
    assert board.space.state == "halted"


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_event_is_one_line() -> None:
    line = to_line({"event": "noted", "message": "a\nb\u2028c\x85"})
    assert len(list(io.BytesIO(line))) == 1
