"""Verifying with processes: the same findings, and a clear end whatever happens."""

import errno
import marshal
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.errors import LocalError
from lemm_catalog.processes import cores, started
from lemm_catalog.progress import SilentObserver, Step
from lemm_catalog.settings import Settings
from lemm_catalog.store.store import Store
from lemm_catalog.verify import crew, files, looking, worker
from lemm_catalog.verify.crew import Crew
from lemm_catalog.verify.worker import CONTENT, Answer, Fault, Job
from tests.stores import a_catalog, a_file, an_archive, settings, tar

COUNT = 600
NAMES = {
    f"top/d{n % 7}/e/{n:04}": n.to_bytes(2, "big") * (n % 50) for n in range(COUNT)
}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="has no such thing")


class Told(SilentObserver):
    def __init__(self) -> None:
        self.steps: list[tuple[str, Step]] = []
        self.bytes = 0
        self.calls = 0
        self.notes: list[str] = []

    def started(self, step: Step, done: int) -> None:
        self.steps.append(("started", step))

    def advanced(self, step: Step, count: int) -> None:
        self.bytes += count
        self.calls += 1

    def ended(self, step: Step, error: str | None) -> None:
        self.steps.append(("ended", step))

    def noted(self, message: str) -> None:
        self.notes.append(message)


class Large:
    def __init__(self, root: Path) -> None:
        self.root = root
        archive = an_archive("a.tar.gz", tar(NAMES))
        self.catalog: Catalog = a_catalog(
            root / "catalog", [archive, a_file("plain", b"p" * 3_000_000)]
        )
        self.settings: Settings = settings(root / "cache")
        assert self.catalog.pull("notes", settings=self.settings).exit_code == 0
        self.place = root / "cache" / "notes"
        self.ledger = Store(root / "cache").layout.ledger("notes", "a.tar.gz")
        self.told = Told()

    def verify(self, *, quick: bool = False) -> dict[str, tuple[str, ...]]:
        return self.catalog.verify(
            "notes", settings=self.settings, observer=self.told, quick=quick
        )["notes"].damaged

    def job(self) -> Job:
        size = self.ledger.stat().st_size
        return Job(str(self.place), str(self.ledger), 0, size, False)


@pytest.fixture
def large(tmp_path: Path) -> Large:
    return Large(tmp_path)


@pytest.fixture
def with_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let even what is little be done by processes."""
    monkeypatch.setattr(looking, "_LINES_HERE", -1)


@pytest.fixture(params=["here", "in processes"])
def anyhow(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "in processes":
        request.getfixturevalue("with_processes")
    yield


@pytest.mark.usefixtures("anyhow")
@pytest.mark.parametrize("quick", [True, False])
def test_all_kinds_of_damage_are_found_in_the_order_of_the_ledger(
    large: Large, quick: bool
) -> None:
    assert large.verify(quick=quick) == {}
    assert large.told.bytes == sum(map(len, NAMES.values())) + 3_000_000
    missing, short, linked, folder, late = (
        large.place / f"d{n % 7}" / "e" / f"{n:04}" for n in (590, 33, 400, 8, 77)
    )
    missing.unlink()
    short.write_bytes(b"")
    linked.unlink()
    linked.symlink_to("0001")
    folder.unlink()
    folder.mkdir()
    late.write_bytes(b"other bytes at another time")

    found = large.verify(quick=quick)["a.tar.gz"]

    names = [p.relative_to(large.place).as_posix() for p in (folder, short, late)]
    names += [p.relative_to(large.place).as_posix() for p in (linked, missing)]
    assert list(found) == names


@POSIX
@pytest.mark.usefixtures("anyhow")
@pytest.mark.parametrize("quick", [True, False])
def test_a_pipe_is_damaged_and_nobody_waits_for_it(large: Large, quick: bool) -> None:
    for name in ("plain", "d0/e/0007"):
        size = (large.place / name).stat().st_size
        (large.place / name).unlink()
        os.mkfifo(large.place / name)
        assert size

    begun = time.monotonic()
    assert large.verify(quick=quick) == {
        "a.tar.gz": ("d0/e/0007",),
        "plain": ("plain",),
    }
    assert time.monotonic() - begun < 20


@pytest.mark.usefixtures("with_processes")
def test_whoever_watches_hears_of_each_artifact_and_not_of_each_file(
    large: Large,
) -> None:
    large.verify()

    verbs = [verb for verb, step in large.told.steps if step.path == "a.tar.gz"]
    assert verbs == ["started", "ended"]
    assert large.told.calls < COUNT / 3


@pytest.mark.usefixtures("anyhow")
@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"\xff\xfe" * 32 + b"\t1\t1\tname\n",
        b"0" * 64 + b"\t1\t1\t\n",
        b"0" * 64 + b"\t1\t1\t/etc/passwd\n",
        b"0" * 64 + b"\t1\t1\tname\0\n",
        b"0" * 64 + b"\t1\t1\tcut off",
    ],
)
def test_one_line_without_sense_means_the_ledger_is_lost(
    large: Large, line: bytes
) -> None:
    lines = large.ledger.read_bytes().split(b"\n")
    lines[-2] = line.removesuffix(b"\n")
    large.ledger.write_bytes(b"\n".join(lines[:-1]) + line[-1:].replace(b"f", b""))
    assert large.verify() == {"a.tar.gz": ("a.tar.gz (its ledger is lost)",)}


@pytest.mark.parametrize("step", [1, 7, 100, 4096, 1 << 20])
def test_ranges_of_a_ledger_give_each_line_once(large: Large, step: int) -> None:
    job = large.job()
    size = job.stop if step > 1 else 700
    ranges = [(start, min(start + step, size)) for start in range(0, size, step)]
    lines = [
        worker.examine(job._replace(start=a, stop=b), lambda _: None).lines
        for a, b in ranges
    ]
    expected = large.ledger.read_bytes()[:size].count(b"\n")
    # The line that begins before the end belongs to the last range.
    assert sum(n or 0 for n in lines) == expected + (step == 1)


def test_without_descriptors_of_folders_the_same_is_found(
    large: Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_HAS_DIR_FD", False)
    assert large.verify() == {}
    (large.place / "d3").rename(large.root / "elsewhere")
    (large.place / "d3").symlink_to(large.root / "elsewhere")
    inside = [n for n in range(COUNT) if n % 7 == 3]
    assert len(large.verify()["a.tar.gz"]) == len(inside)
    assert len(large.verify(quick=True)["a.tar.gz"]) == len(inside)


def test_a_disk_that_fails_is_a_finding_and_is_said(
    large: Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(worker, "open_file", failing)

    assert len(large.verify()["a.tar.gz"]) == COUNT
    assert large.told.notes[0].endswith(
        "0000: the disk reports an error (check the disk)"
    )
    assert len(large.told.notes) <= 6


def test_a_file_that_grows_while_it_is_read_is_not_taken_for_whole(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").write_bytes(b"12")
    digest = "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918"
    (tmp_path / "ledger").write_text(f"{digest}\t2\t1\ta\n")
    job = Job(str(tmp_path), str(tmp_path / "ledger"), 0, 10, False)
    assert worker.examine(job, lambda _: None) == Answer(1, ())
    (tmp_path / "a").write_bytes(b"123")
    found = worker.examine(job, lambda _: None)
    assert found == Answer(1, (Fault("a", digest, CONTENT, 0),))


class _Nobody:
    def advanced(self, number: int, count: int) -> None:
        pass

    def answered(self, number: int) -> None:
        pass


def test_a_process_that_is_killed_is_told_of_and_not_waited_for(
    large: Large,
) -> None:
    jobs = [large.job()] * 2000
    with Crew(2) as many:

        class Killing(_Nobody):
            def answered(self, number: int) -> None:
                if number == 1:
                    many._workers[0].kill()

        with pytest.raises(LocalError, match="a process that read files is gone"):
            many.examine(jobs, Killing())
    assert all(one.poll() is not None for one in many._workers)


def test_an_interpreter_that_cannot_be_started_is_no_need(
    large: Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Crew(2) as none:
        answers = none.examine([large.job()], _Nobody())
    assert [answer.lines for answer in answers] == [COUNT]


def test_a_crew_has_as_many_as_there_are_cores_and_no_more_than_jobs(
    large: Large,
) -> None:
    with Crew() as few:
        few.examine([large.job()], _Nobody())
        assert len(few._workers) == 1
        few.examine([large.job()] * 9, _Nobody())
        assert len(few._workers) == min(cores(), 9)


_VERIFYING = """
import sys
from lemm_catalog.verify import looking
looking._LINES_HERE = -1
from lemm_catalog.cli.main import main
main()
"""


@POSIX
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_all_processes_at_once(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    catalog = a_catalog(tmp_path / "catalog", [a_file("plain", b"p" * 100)])
    catalog.pull("notes", settings=settings(tmp_path / "cache"))
    # So large that reading it takes minutes; a hole takes no room.
    with (tmp_path / "cache" / "notes" / "plain").open("r+b") as file:
        file.truncate(1 << 40)
    ledger = Store(tmp_path / "cache").layout.ledger("notes", "plain")
    fields = ledger.read_text().split("\t")
    ledger.write_text("\t".join([fields[0], str(1 << 40), *fields[2:]]))
    command = [sys.executable, "-c", _VERIFYING, "verify", "notes"]
    command += ["--catalog", str(tmp_path / "catalog")]
    command += ["--cache-dir", str(tmp_path / "cache")]
    running = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        children = _children_of(running.pid)
        assert children

        running.send_signal(number)

        begun = time.monotonic()
        assert running.wait(20) == code
        assert time.monotonic() - begun < 10
        assert not [child for child in children if _is_alive(child)]
    finally:
        # Its session: whoever did not end would read for minutes.
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@POSIX
def test_nobody_reads_on_for_a_parent_that_was_killed(large: Large) -> None:
    with (large.place / "plain").open("r+b") as file:
        file.truncate(1 << 40)
    (large.root / "ledger").write_text(f"{'0' * 64}\t{1 << 40}\t1\tplain\n")
    job = Job(str(large.place), str(large.root / "ledger"), 0, 10, False)
    one = started(crew._WORKER)
    assert one.stdin is not None
    assert one.stdout is not None
    try:
        with one.stdin as jobs:
            marshal.dump(tuple(job), jobs)
            jobs.flush()
            assert one.stdout.read(1)  # it has begun, and would go on for minutes
            one.stdout.close()
            assert one.wait(20) != 0
    finally:
        one.kill()
        one.wait()


def _children_of(pid: int) -> list[int]:
    """Wait until a process has children that run, and return them."""
    for _ in range(300):
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        if found:
            time.sleep(0.3)  # until it has begun to read
            return [int(one) for one in found]
        time.sleep(0.05)
    return []


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().split()[2] == "Z")
