"""Processes that examine files: given jobs, asked for answers, ended whatever comes.

They are bare interpreters and no forks, so that it does not matter which threads run
here, and it is the same on all systems. One that dies is told of, and never waited
for; all end at once when this process leaves, or dies.
"""

import marshal
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, Self

from lemm_catalog.errors import LocalError
from lemm_catalog.verify.worker import Answer, Fault, Job, examine

_CODE = (
    "import sys; sys.path.insert(0, {!r});"
    "from lemm_catalog.verify.worker import serve; serve()"
)
_ROOT = str(Path(__file__).parents[2])

# The number of a job, and the bytes it got on by, its answer, or why there is none.
_Said = tuple[int, int | Answer | LocalError]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Watch(Protocol):
    """Hears how jobs get on, by their numbers; always in the thread that asked."""

    def advanced(self, number: int, count: int) -> None:
        """Tell of bytes that are done."""

    def answered(self, number: int) -> None:
        """Tell that a job is done."""


class Crew:
    """Up to so many processes, each started when there is work for it."""

    def __init__(self, size: int | None = None) -> None:
        self._size = cores() if size is None else size
        self._workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]

    def examine(
        self, jobs: Sequence[Job], watch: Watch, *, here: bool = False
    ) -> list[Answer]:
        """Return the answer of each job; ``here`` asks for no process but this one.

        Raises:
            LocalError: if a process was ended by somebody else.

        """
        crew = [] if here else self._of(min(self._size, len(jobs)))
        if not crew:
            return [_here(number, job, watch) for number, job in enumerate(jobs)]
        pending = deque(enumerate(jobs))
        answers: dict[int, Answer] = {}
        said: queue.SimpleQueue[_Said] = queue.SimpleQueue()
        for worker in crew:
            threading.Thread(
                target=_attend, args=(worker, pending, said), daemon=True
            ).start()
        while len(answers) < len(jobs):
            # With a time limit, so that Ctrl-C is heard on every system.
            with suppress(queue.Empty):
                number, what = said.get(timeout=0.5)
                if isinstance(what, LocalError):
                    raise what
                if isinstance(what, Answer):
                    answers[number] = what
                    watch.answered(number)
                else:
                    watch.advanced(number, what)
        return [answers[number] for number in range(len(jobs))]

    def _of(self, count: int) -> list[subprocess.Popen[bytes]]:
        """Return so many processes, or none where they cannot be had."""
        try:
            while len(self._workers) < count:
                self._workers.append(_started())
        except OSError:
            return self._workers
        return self._workers[:count]


def _here(number: int, job: Job, watch: Watch) -> Answer:
    answer = examine(job, lambda count: watch.advanced(number, count))
    watch.answered(number)
    return answer


def _started() -> subprocess.Popen[bytes]:
    if not sys.executable:
        raise FileNotFoundError
    # Names are read as this process reads them.
    utf8 = ("-X", "utf8") if sys.getfilesystemencoding() == "utf-8" else ()
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-I", "-S", *utf8, "-c", _CODE.format(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _attend(
    worker: subprocess.Popen[bytes],
    pending: deque[tuple[int, Job]],
    said: queue.SimpleQueue[_Said],
) -> None:
    """Hand one process jobs as long as there are some, and pass on what it says."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    number = 0
    try:
        while True:
            try:
                number, job = pending.popleft()
            except IndexError:
                return
            marshal.dump(tuple(job), worker.stdin)
            worker.stdin.flush()
            while isinstance(heard := marshal.load(worker.stdout), int):  # noqa: S302
                said.put((number, heard))
            said.put((number, _answer(*heard)))
    except (OSError, EOFError, ValueError, TypeError):
        code = worker.wait()
        said.put((number, _ended(code)))


def _answer(lines: int | None, faults: tuple[tuple[Any, ...], ...]) -> Answer:
    return Answer(lines, tuple(Fault(*fault) for fault in faults))


def _ended(code: int) -> LocalError:
    how = f"killed by signal {-code}" if code < 0 else f"it ended with {code}"
    return LocalError(
        f"a process that read files is gone ({how})",
        mend="see whether memory is short, then run it again",
    )
