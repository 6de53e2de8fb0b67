"""A team of processes that write members, for archives large enough to pay for it.

Threads wait for each other's turn at the interpreter, once for each call of the
system; processes do not. Members of a zip are read by whoever writes them, from the
archive itself; what comes out of a decoder is laid into memory that all of them see.
"""

import marshal
import os
import selectors
import subprocess
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from lemm_catalog.archives.base import Entry
from lemm_catalog.errors import ArchiveError, LocalError
from lemm_catalog.processes import gone, started
from lemm_catalog.unpacking.places import BATCH, Place
from lemm_catalog.unpacking.writing import Content, Item, Member

_WORKER = "lemm_catalog.unpacking.worker"
# Batches each process has at a time, so that it need not wait for the next one.
_AHEAD = 2
# A member that takes long holds up the records of all behind it, which take memory.
_MOST_PENDING = 64
# For how long a batch waits for processes that still start, in seconds; until then
# this one writes.
_PATIENCE = 0.0
_FAULTS = {"ArchiveError": ArchiveError, "LocalError": LocalError}


@dataclass(eq=False)
class _Given:
    """A batch that a process has, and where in the ring it lies."""

    items: Sequence[Item]
    slot: int
    done: Future[list[Member]] = field(default_factory=Future)


class _Worker:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.ears = process.stdout.fileno()
        self.mouth = process.stdin.fileno()
        os.set_blocking(self.mouth, False)
        self.is_there = False
        self.given: deque[_Given] = deque()
        self._heard = bytearray()

    def heard(self) -> list[Any]:
        """Return what it has said; nothing at all means that it is gone."""
        data = os.read(self.ears, 1 << 16)
        if not data:
            raise EOFError
        self._heard += data
        said = []
        while len(heard := self._heard) >= 4:
            end = 4 + int.from_bytes(heard[:4], "little")
            if len(heard) < end:
                break
            said.append(marshal.loads(heard[4:end]))  # noqa: S302 - our own process
            del heard[:end]
        return said


class Crew:
    """Processes that write members; see `Team`."""

    batch = BATCH
    most = _MOST_PENDING

    def __init__(self, root: int, place: Place, count: int, tally: "Adding") -> None:
        """Start them.

        Raises:
            OSError: if none can be had.

        """
        self._place = place
        self._tally = tally
        self._slots = list(range(_AHEAD * count))
        self._workers: list[_Worker] = []
        self._is_lost = False
        try:
            self._listening = selectors.DefaultSelector()
            alive, self._alive = os.pipe()
        except OSError:
            place.close()
            raise
        passing = (place.descriptor, root, alive)
        try:
            for _ in range(count):
                process = started(
                    _WORKER, place.kind, *passing, passing=passing, libraries=True
                )
                worker = _Worker(process)
                self._workers.append(worker)
                self._listening.register(worker.ears, selectors.EVENT_READ, worker)
        except OSError:
            self.close()
            raise
        finally:
            os.close(alive)

    def content(self, entry: Entry) -> Content | None:
        """Return what a batch holds of a member; None if the reader must write it."""
        return self._place.content(entry)

    def submit(self, items: Sequence[Item]) -> Future[list[Member]] | None:
        """Have a batch written; None if nobody is there to do it."""
        if not self._are_there():
            return None
        while len((worker := self._idlest()).given) >= _AHEAD:
            self._listen(None)
        message = self._place.message(self._slots[-1], items)
        if message is None:
            return None
        given = _Given(items, self._slots.pop())
        worker.given.append(given)
        self._send(worker, message)
        return given.done

    def _are_there(self) -> bool:
        while not self._is_lost:
            if all(one.is_there for one in self._workers):
                return True
            if not self._listen(_PATIENCE):
                break
        return False

    def _idlest(self) -> _Worker:
        return min(self._workers, key=lambda worker: len(worker.given))

    def _send(self, worker: _Worker, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(worker.mouth, data) :]
            except BlockingIOError:
                # It may itself wait for somebody to listen.
                self._listening.register(worker.mouth, selectors.EVENT_WRITE)
                self._listen(None)
                self._listening.unregister(worker.mouth)
            except BrokenPipeError:
                raise gone(worker.process.wait(), "wrote") from None

    def wait(self, one: Future[list[Member]]) -> None:
        """Listen to what they say."""
        self._listen(None)

    def _listen(self, timeout: float | None) -> bool:
        """Listen to what they say; whether there was anything."""
        heard = self._listening.select(timeout)
        for key, _ in heard:
            if key.data is not None:
                self._hear(key.data)
        return bool(heard)

    def _hear(self, worker: _Worker) -> None:
        try:
            said = worker.heard()
        except EOFError:
            if not worker.is_there:  # it has written nothing, and none ever did
                self._is_lost = True
                self._listening.unregister(worker.ears)
                return
            raise gone(worker.process.wait(), "wrote") from None
        for what in said:
            if what is None:
                worker.is_there = True
            elif isinstance(what, int):
                self._tally.add_bytes(what)
            else:
                self._settle(worker.given.popleft(), *what)

    def _settle(self, given: _Given, fault: str, said: Any, more: Any) -> None:
        self._slots.append(given.slot)
        if fault == "OSError":
            given.done.set_exception(OSError(said, more))
        elif fault:
            given.done.set_exception(_FAULTS[fault](said, mend=more))
        else:
            self._tally.add_bytes(more)
            both = zip(given.items, said, strict=True)
            given.done.set_result(
                [
                    Member(path, entry.size, mtime_ns, digest)
                    for (entry, path, _), (mtime_ns, digest) in both
                ]
            )

    def close(self) -> None:
        """End all of them, whatever they are at."""
        for worker in self._workers:
            worker.process.kill()
        os.close(self._alive)
        for worker in self._workers:
            worker.process.wait()
            for pipe in (worker.process.stdin, worker.process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
        self._listening.close()
        self._place.close()


class Adding(Protocol):
    """Counts bytes as they are written."""

    def add_bytes(self, count: int) -> None:
        """Add bytes."""
