"""The front: how far a growing file is there without a gap, and who follows it.

Segments arrive in any order. Hashing and unpacking need the bytes in order: they
follow the front, reading back from the page cache what the network has written.
"""

import io
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from lemm_catalog.digest import Digest, RunningDigests
from lemm_catalog.errors import LemmError, LocalError, NoThreadError
from lemm_catalog.store.marks import STRIDE
from lemm_catalog.transfer.growing import Growing
from lemm_catalog.transfer.window import FOLLOWER, HASHER

Result = TypeVar("Result")
_CHUNK = 1024 * 1024


class StoppedError(LocalError):
    """The work was given up, for a reason that somebody else reports."""

    def __init__(self) -> None:
        super().__init__("stopped")


class Front:
    """Tells followers how far the bytes are there, or that no more will come."""

    def __init__(self, part: Growing) -> None:
        self.part = part
        self._changed = threading.Condition()
        self._index = 0
        self._reached = 0
        self._taken: dict[str, int] = {}
        self.failure: LemmError | None = None

    @property
    def backlog(self) -> int:
        """The bytes in order that the slowest follower has not taken yet."""
        return self._reached - min(self._taken.values(), default=self._reached)

    def let_go(self, reader: str, offset: int) -> None:
        """Tell that a reader has taken all before ``offset``."""
        self._taken[reader] = offset
        self.part.let_go(reader, offset)

    def moved(self, index: int) -> None:
        """Tell that bytes of a segment, and of those after it, were written."""
        # Whoever waits does so for the first segment that is not full. If that has
        # become another meanwhile, he has seen these bytes when he looked.
        if index <= self._index:
            with self._changed:
                self._changed.notify_all()

    def fail(self, error: LemmError) -> None:
        """Tell that no more bytes will come; the first reason stays."""
        with self._changed:
            self.failure = self.failure or error
            self._changed.notify_all()

    def wait(self, offset: int) -> int:
        """Wait until there are bytes beyond ``offset``, and return how far they go.

        At the end of the file that is ``offset`` itself.

        Raises:
            LemmError: the reason why no more bytes will come.

        """
        with self._changed:
            while True:
                if self.failure:
                    raise self.failure
                self._reached = reach = self._reach()
                if reach > offset or offset >= self.part.size:
                    return reach
                self._changed.wait(1.0)

    def _reach(self) -> int:
        """Return the front, remembering which segments are full."""
        part = self.part
        while self._index < part.segments:
            count = part.count(self._index)
            if count < part.length(self._index):
                return self._index * part.length(0) + count
            self._index += 1
        return part.size


class FrontReader(io.RawIOBase):
    """The growing file as a file that is read once, in order."""

    def __init__(self, front: Front) -> None:
        super().__init__()
        self._front = front
        self._offset = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes, waiting for the network where it must."""
        view = memoryview(buffer)
        reach = self._front.wait(self._offset)
        count = min(len(view), reach - self._offset)
        got = self._front.part.read_into(self._offset, view[:count])
        self._offset += got
        self._front.let_go(FOLLOWER, self._offset)
        return got


class Follower(threading.Thread, Generic[Result]):
    """Work that goes on beside the network; its result or error is asked for last.

    Raises:
        NoThreadError: if there is no thread for it.

    """

    def __init__(self, name: str, work: Callable[[], Result]) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._result: Result | None = None
        self._error: BaseException | None = None
        try:
            self.start()
        except RuntimeError as error:
            raise NoThreadError from error

    def run(self) -> None:
        """Do the work and keep what comes of it."""
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks
            self._error = error

    def result(self) -> Result:
        """Wait for the work and return its result, or raise its error."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

    def wait(self) -> None:
        """Wait for the work to end, open to Ctrl-C."""
        while self.is_alive():
            self.join(0.2)


def digests_behind(
    front: Front, algorithms: set[str], marks: list[bytes] | None = None
) -> tuple[Digest, ...]:
    """Return the digests of a growing file, computed as it grows.

    ``marks`` gets the sha256 of all before the end of each full stride.

    Raises:
        LemmError: the reason why it stopped growing.

    """
    every = None if marks is None else STRIDE
    running = RunningDigests(algorithms, marks_every=every)
    buffer = memoryview(bytearray(min(_CHUNK, front.part.size)))
    offset = 0
    while offset < front.part.size:
        # Asked before each chunk, so that a failure or Ctrl-C ends it at once.
        reach = front.wait(offset)
        count = front.part.read_into(offset, buffer[: reach - offset])
        running.update(buffer[:count])
        offset += count
        front.let_go(HASHER, offset)
    if marks is not None:
        marks += running.marks
    return running.digests()
