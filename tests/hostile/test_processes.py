"""A real pull in a process of its own: killed, interrupted, terminated, repeated."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.hostile.killing import stopped
from tests.pulling import KiB, MiB, a_file, some_bytes, write_manifest
from tests.servers.faults import Rate, Stall
from tests.servers.http import HttpServer

CHECKOUT = Path(__file__).parents[2]
LARGE = some_bytes(24 * MiB)  # many segments


@dataclass
class Puller:
    """Runs ``python -m lemm_catalog pull`` on a catalog of one file."""

    root: Path
    server: HttpServer

    def start(self, *options: str) -> subprocess.Popen[str]:
        file = a_file("a.bin", LARGE, self.server.url("/a"))
        write_manifest(self.root / "catalog", "notes", file)
        command = [sys.executable, "-m", "lemm_catalog", "pull", "notes", *options]
        command += ["--catalog", str(self.root / "catalog")]
        command += ["--cache-dir", str(self.cache)]
        return subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> str:
        process = self.start()
        out, err = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in err) == (0, False), err
        return out

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def published(self) -> Path:
        return self.cache / "notes" / "a.bin"


@pytest.fixture
def puller(tmp_path: Path) -> Iterator[Puller]:
    # What the kernel holds for a dead client was sent in vain: bound it.
    with HttpServer({"/a": LARGE}, send_buffer=16 * KiB) as server:
        yield Puller(tmp_path, server)


def end(
    process: subprocess.Popen[str],
    how: signal.Signals,
    server: HttpServer,
    when: Callable[[HttpServer], bool],
) -> tuple[int, str, float]:
    """Signal a process at a moment; return its exit code, stderr and last seconds."""
    try:
        server.wait_until(when, seconds=30)
    except TimeoutError:
        process.kill()
        pytest.fail("".join(process.communicate(timeout=30)))
    before = time.monotonic()
    process.send_signal(how)
    _, err = process.communicate(timeout=30)
    return process.returncode, err, time.monotonic() - before


def test_a_killed_pull_goes_on_with_little_fetched_twice(puller: Puller) -> None:
    """A kill costs what was read and not yet written, however many lanes there are.

    A process that is starved of the processor has more in hand: one kill in eight may
    then find over 64 KiB. So many kills are needed for a median that means something.
    """
    again: list[int] = []
    lost = 0
    rng = Random(7)
    # A server sees that a client is dead one piece late, on each lane: of 20 KiB here.
    puller.server.script("/a", Rate(per_second=MiB))
    sent = 0
    for _ in range(9):
        wanted = sent + rng.randrange(1 * MiB, 2 * MiB)
        process = puller.start("--connections", "32")
        puller.server.wait_until(
            lambda server, wanted=wanted: server.sent() >= wanted,  # type: ignore[misc]
            seconds=30,
        )
        unseen = stopped(process.pid, puller.server.port)
        process.kill()
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
        assert not puller.published.exists()
        sent = puller.server.sent()
        again.append(sent - _kept(puller) - lost - unseen)
        lost += again[-1] + unseen
    puller.server.script("/a")
    puller.finish()

    assert puller.published.read_bytes() == LARGE
    assert puller.server.sent() <= len(LARGE) + lost + MiB
    assert max(again) <= MiB, again
    assert statistics.median(again) <= 64 * KiB, again


def test_a_second_pull_asks_nothing_and_changes_nothing(puller: Puller) -> None:
    puller.finish()
    before = _times(puller.cache)
    puller.server.forget()
    puller.server.script("/a", Stall(at=0, seconds=60))
    out = puller.finish()

    assert puller.server.requests == []
    assert before == _times(puller.cache)
    assert "notes" in out


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_pull_of_a_silent_server_ends_at_once(
    how: signal.Signals, code: int, jobs: str, puller: Puller
) -> None:
    puller.server.script("/a", Stall(at=100 * KiB, seconds=60))
    process = puller.start("--jobs", jobs)
    found, err, seconds = end(
        process, how, puller.server, lambda server: server.sent() >= 100 * KiB
    )

    assert found == code
    assert seconds < 3
    assert "run it again to go on" in err
    assert "Traceback" not in err
    assert not puller.published.exists()

    puller.server.script("/a")
    puller.finish()
    assert puller.published.read_bytes() == LARGE


@pytest.mark.parametrize("count", [2, 8])
def test_pulls_at_once_all_end_well_and_one_publishes(
    count: int, puller: Puller
) -> None:
    processes = [puller.start() for _ in range(count)]
    ends = [process.communicate(timeout=90) for process in processes]

    assert [process.returncode for process in processes] == [0] * count, ends
    assert puller.published.read_bytes() == LARGE
    assert puller.server.sent() <= 1.05 * len(LARGE)
    assert sum("pulled" in out for out, _ in ends) == 1, ends


def test_of_two_pulls_one_killed_the_other_goes_on(puller: Puller) -> None:
    puller.server.script("/a", Rate(per_second=4 * MiB))
    first, second = puller.start(), None
    try:
        puller.server.wait_until(lambda server: server.sent() >= MiB, seconds=30)
        second = puller.start()
        time.sleep(0.5)
        puller.server.script("/a")
        first.kill()
        first.communicate(timeout=30)
        _, err = second.communicate(timeout=60)
    finally:
        for process in (first, second):
            if process and process.poll() is None:
                process.kill()

    assert second.returncode == 0, err
    assert puller.published.read_bytes() == LARGE
    assert puller.server.sent() <= len(LARGE) + 2 * MiB


def _kept(puller: Puller) -> int:
    from lemm_catalog.store.part import PartFile
    from lemm_catalog.store.store import Store

    folder = Store(puller.cache).layout.staged("notes", "a.bin")
    return PartFile.done_in(folder, len(LARGE))


def _times(root: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in root.rglob("*")}
