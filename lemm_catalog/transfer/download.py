"""One file from one source into a part file, over one or several connections.

Laws, each a test: no byte beyond the declared size is written; a reply that is not
exactly what was asked for never reaches the file; whatever breaks off goes on from
where it was; what changed on the way starts anew.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lemm_catalog.backends.base import (
    Address,
    Backend,
    RangeRefusedError,
    Reply,
    Validators,
)
from lemm_catalog.errors import LemmError, PassingError, WrongBytesError
from lemm_catalog.sizes import format_size
from lemm_catalog.store.part import SEGMENT, Origin, PartFile
from lemm_catalog.transfer.front import Follower, Front, StoppedError
from lemm_catalog.transfer.patience import Patience

_BUFFER = 256 * 1024
_STALL_SECONDS = 60.0
_SLOWEST = 1000  # bytes a second


class Download:
    """Brings the missing bytes of a part file from one address."""

    def __init__(
        self,
        part: PartFile,
        backend: Backend,
        address: Address,
        advanced: Callable[[int], None],
        *,
        first_wait: float = 0.5,
    ) -> None:
        self.front = Front(part)
        self._part = part
        self._backend = backend
        self._address = address
        self._advanced = advanced
        self._first_wait = first_wait
        self._stop = threading.Event()
        self._taking = threading.Lock()
        self._next = 0
        self._replies: set[Reply] = set()
        self._validators = Validators()
        self.can_resume = True

    def open(self, *, ranged: bool) -> Reply | None:
        """Open the first missing bytes; None if nothing is missing.

        Afterwards the part file holds only what the reply continues.

        Raises:
            SourceError: if the source fails, or has another size.

        """
        part = self._part
        if part.size and part.done == part.size:
            return None
        if not ranged:
            self._forget()
        index = self._first_missing()
        start = index * SEGMENT + (part.count(index) if part.segments else 0)
        alone = part.done == 0 and part.size <= SEGMENT
        stop = None if alone or not ranged else index * SEGMENT + part.length(index)
        known = self._known_validators() if part.done else Validators()
        reply = self._open_patiently(start, stop, known)
        self._check_total(reply)
        self.can_resume = alone or not reply.is_whole
        if reply.is_whole and part.done:
            self._forget()
        self._validators = reply.validators
        part.begin(
            Origin(
                url=self._address.url,
                etag=reply.validators.etag,
                last_modified=reply.validators.last_modified,
            )
        )
        return reply

    def run(self, reply: Reply, connections: int) -> None:
        """Bring all missing bytes, beginning with an opened reply.

        Raises:
            SourceError: if the source fails for good.
            LocalError: if the disk does.

        """
        try:
            if reply.is_whole or self._part.size <= SEGMENT:
                self._stream(reply)
            else:
                self._share(reply, connections)
        except StoppedError as error:
            # Another connection failed first; its reason is the one that counts.
            raise self.front.failure or error from None
        except LemmError as error:
            self.give_up(error)
            raise
        except BaseException:
            self.give_up(StoppedError())
            raise

    def give_up(self, error: LemmError) -> None:
        """Let everybody who works on this or follows it stop."""
        self._stop.set()
        self.front.fail(error)
        for reply in tuple(self._replies):
            reply.abort()

    # -- one connection, in order --------------------------------------------------

    def _stream(self, reply: Reply) -> None:
        """Read a reply to its end, over all missing segments."""
        with self._reading(reply):
            for index in range(self._part.segments):
                if self._part.count(index) < self._part.length(index):
                    self._fill(index, reply)
            self._check_end(reply)

    def _check_end(self, reply: Reply) -> None:
        """See that the source has no more bytes than the manifest says."""
        if reply.total is None and reply.readinto(memoryview(bytearray(1))):
            size = format_size(self._part.size)
            raise WrongBytesError(f"{self._address.shown}: has more than {size}")

    # -- several connections, by segments ------------------------------------------

    def _share(self, first: Reply, connections: int) -> None:
        missing = sum(
            self._part.count(i) < self._part.length(i)
            for i in range(self._part.segments)
        )
        index = self._take()
        crew = [
            Follower(f"fetch-{number}", self._work)
            for number in range(min(connections, missing) - 1)
        ]
        try:
            if index is not None:
                self._fill_patiently(index, first)
            self._work()
            for worker in crew:
                worker.result()
        finally:
            self._stop.set()
            for worker in crew:
                worker.wait()

    def _work(self) -> None:
        try:
            while not self._stop.is_set() and (index := self._take()) is not None:
                self._fill_patiently(index, None)
        except LemmError as error:
            self.give_up(error)
            raise

    def _take(self) -> int | None:
        """Return the next segment with missing bytes, in the order of the file."""
        with self._taking:
            while self._next < self._part.segments:
                index = self._next
                self._next += 1
                if self._part.count(index) < self._part.length(index):
                    return index
            return None

    def _fill_patiently(self, index: int, reply: Reply | None) -> None:
        patience = Patience(self._stop, first_wait=self._first_wait)
        part = self._part
        while part.count(index) < part.length(index) and not self._stop.is_set():
            before = part.count(index)
            try:
                reply = reply or self._open_segment(index)
                with self._reading(reply):
                    self._fill(index, reply)
            except PassingError as error:
                patience.progressed(part.count(index) - before)
                patience.wait_after(error)
            reply = None

    def _open_segment(self, index: int) -> Reply:
        start = index * SEGMENT + self._part.count(index)
        stop = index * SEGMENT + self._part.length(index)
        reply = self._backend.open(self._address, start, stop, self._validators)
        etags = {self._validators.etag, reply.validators.etag} - {None}
        if reply.is_whole or len(etags) > 1:
            reply.close()
            raise RangeRefusedError(
                f"{self._address.shown}: the content changed on the way"
            )
        self._check_total(reply)
        return reply

    # -- bytes -----------------------------------------------------------------------

    def _fill(self, index: int, reply: Reply) -> None:
        """Write what a reply gives into one segment, until it is full."""
        part = self._part
        buffer = memoryview(bytearray(min(_BUFFER, max(part.length(index), 1))))
        watch = _StallWatch()
        while (missing := part.length(index) - part.count(index)) > 0:
            count = reply.readinto(buffer[: min(len(buffer), missing)])
            if self._stop.is_set():
                raise StoppedError
            if count == 0:
                raise PassingError(f"{self._address.shown}: broke off")
            part.write(index, buffer[:count])
            self._advanced(count)
            self.front.moved()
            watch.saw(count, self._address)

    @contextmanager
    def _reading(self, reply: Reply) -> Iterator[None]:
        self._replies.add(reply)
        try:
            yield
        finally:
            self._replies.discard(reply)
            reply.close()

    def _open_patiently(self, start: int, stop: int | None, known: Validators) -> Reply:
        patience = Patience(self._stop, first_wait=self._first_wait)
        while True:
            try:
                return self._backend.open(self._address, start, stop, known)
            except PassingError as error:
                patience.wait_after(error)

    def _check_total(self, reply: Reply) -> None:
        if reply.total is None or reply.total == self._part.size:
            return
        reply.close()
        is_page = "html" in reply.content_type.lower()
        what = "answers with a web page of" if is_page else "has"
        raise WrongBytesError(
            f"{self._address.shown}: {what} {format_size(reply.total)}, "
            f"the manifest says {format_size(self._part.size)}"
        )

    def _first_missing(self) -> int:
        part = self._part
        return next(
            (i for i in range(part.segments) if part.count(i) < part.length(i)), 0
        )

    def _known_validators(self) -> Validators:
        """Return what this very URL said of the bytes that are here."""
        origin = self._part.origin
        if origin is None or origin.url != self._address.url:
            return Validators()
        return Validators(etag=origin.etag, last_modified=origin.last_modified)

    def _forget(self) -> None:
        self._advanced(-self._part.done)
        self._part.reset()


class _StallWatch:
    """Notices a source that is not silent, but too slow to ever end."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._count = 0

    def saw(self, count: int, address: Address) -> None:
        self._count += count
        passed = time.monotonic() - self._since
        if passed < _STALL_SECONDS:
            return
        if self._count < _SLOWEST * passed:
            raise PassingError(f"{address.shown}: is slower than {_SLOWEST} bytes/s")
        self._since, self._count = time.monotonic(), 0
