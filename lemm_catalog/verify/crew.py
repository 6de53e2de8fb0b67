"""Processes that examine files: given jobs, asked for answers, ended whatever comes.

One that dies is told of, and never waited for; all end at once when this process
leaves, or dies.
"""

import marshal
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol, Self

from lemm_catalog.errors import LocalError
from lemm_catalog.processes import cores, gone, started
from lemm_catalog.verify.worker import Answer, Fault, Job, examine

_WORKER = "lemm_catalog.verify.worker"

# The number of a job, and the bytes it got on by, its answer, or why there is none.
_Said = tuple[int, int | Answer | LocalError]


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
                self._workers.append(started(_WORKER))
        except OSError:
            return self._workers
        return self._workers[:count]


def _here(number: int, job: Job, watch: Watch) -> Answer:
    answer = examine(job, lambda count: watch.advanced(number, count))
    watch.answered(number)
    return answer


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
        said.put((number, gone(code, "read")))


def _answer(lines: int | None, faults: tuple[tuple[Any, ...], ...]) -> Answer:
    return Answer(lines, tuple(Fault(*fault) for fault in faults))
