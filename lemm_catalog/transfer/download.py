"""One file from one source into a part file, over one or several connections.

Laws, each a test: no byte beyond the declared size is written; a reply that is not
exactly what was asked for never reaches the file; whatever breaks off goes on from
where it was; what changed on the way starts anew.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from lemm_catalog.backends.base import (
    Address,
    Backend,
    RangeRefusedError,
    Reply,
    Validators,
    Waits,
)
from lemm_catalog.errors import LemmError, PassingError, SourceError, WrongBytesError
from lemm_catalog.store.part import SEGMENT, Origin, PartFile
from lemm_catalog.transfer.checks import (
    ask,
    check_end,
    check_unchanged,
    known_validators,
)
from lemm_catalog.transfer.front import Follower, Front, StoppedError
from lemm_catalog.transfer.missing import Missing
from lemm_catalog.transfer.patience import Patience, StallWatch

_BUFFER = 256 * 1024


class Download:
    """Brings the missing bytes of a part file from one address.

    With ``in_one``, over one connection that is asked for all that is missing.
    """

    def __init__(
        self,
        part: PartFile,
        backend: Backend,
        address: Address,
        advanced: Callable[[int], None],
        waits: Waits,
        *,
        in_one: bool = False,
    ) -> None:
        self.front = Front(part)
        self._part = part
        self._ask = partial(ask, backend, address, part.size)
        self._address = address
        self._advanced = advanced
        self._waits = waits
        self._in_one = in_one
        self._stop = threading.Event()
        self._missing = Missing(part)
        self._replies: set[Reply] = set()
        self._validators = Validators()
        # Whether the bytes are from before and after a break.
        self.is_glued = False

    def open(self) -> Reply | None:
        """Open the first missing bytes; None if nothing is missing.

        Afterwards the part file holds only what the reply continues.

        Raises:
            RangeRefusedError: if what the reply brings does not continue it.
            SourceError: if the source fails, or has another size.

        """
        part = self._part
        if part.size and part.done == part.size:
            return None
        known = known_validators(part, self._address.url)
        reply = self._open_patiently(*self._first_range(), known)
        try:
            self._prepare_for(reply, known)
        except BaseException:
            reply.close()
            raise
        return reply

    def _prepare_for(self, reply: Reply, known: Validators) -> None:
        part = self._part
        if reply.is_whole and part.done:
            self._advanced(-part.done)
            part.reset()
        check_unchanged(known, reply)
        self._validators = reply.validators
        part.begin(
            Origin(
                url=self._address.url,
                etag=reply.validators.etag,
                last_modified=reply.validators.last_modified,
            )
        )

    def run(self, reply: Reply, connections: int) -> None:
        """Bring all missing bytes, beginning with an opened reply.

        Raises:
            SourceError: if the source fails for good.
            LocalError: if the disk does.

        """
        try:
            if reply.is_whole or self._in_one or self._part.size <= SEGMENT:
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

    def _stream(self, reply: Reply) -> None:
        """Read a reply to its end, over all missing segments."""
        watch = StallWatch(self._waits)
        with self._reading(reply):
            for index in range(self._part.segments):
                self._fill(index, reply, watch)
            check_end(reply, self._part.size)

    # -- several connections, by segments ------------------------------------------

    def _share(self, first: Reply, connections: int) -> None:
        helpers = min(connections, len(self._missing)) - 1
        index = self._missing.take()
        crew = [Follower(f"fetch-{number}", self._help) for number in range(helpers)]
        try:
            if index is not None:
                self._fill_patiently(index, first, lambda: self._part.done)
            self._work(lambda: self._part.done)
            for helper in crew:
                helper.result()
            # Helpers that gave up have left their segments.
            self._work(lambda: self._part.done)
        except LemmError as error:
            self.give_up(error)
            for helper in crew:
                helper.wait()
            raise

    def _help(self) -> None:
        """Bring segments beside the first connection, whose failure is what counts.

        A server that allows fewer connections than we open refuses only us.
        """
        try:
            self._work(None)
        except (RangeRefusedError, WrongBytesError) as error:
            self.give_up(error)
            raise
        except SourceError:
            return
        except LemmError as error:
            self.give_up(error)
            raise

    def _work(self, progress: Callable[[], int] | None) -> None:
        while not self._stop.is_set() and (index := self._missing.take()) is not None:
            try:
                self._fill_patiently(index, None, progress)
            except BaseException:
                self._missing.put_back(index)
                raise

    def _fill_patiently(
        self, index: int, reply: Reply | None, progress: Callable[[], int] | None
    ) -> None:
        """Fill one segment; ``progress`` counts the bytes that keep us patient."""
        patience = Patience(self._stop, self._waits)
        part = self._part
        count = progress or (lambda: part.count(index))
        while part.count(index) < part.length(index):
            before = count()
            try:
                reply = reply or self._open_segment(index)
                with self._reading(reply):
                    self._fill(index, reply, StallWatch(self._waits))
            except PassingError as error:
                self.is_glued = True
                patience.wait_after(error, progress=count() - before)
            reply = None
            if self._stop.is_set():
                raise StoppedError

    def _open_segment(self, index: int) -> Reply:
        start = index * SEGMENT + self._part.count(index)
        stop = index * SEGMENT + self._part.length(index)
        reply = self._ask(start, stop, self._validators)
        if reply.is_whole:
            reply.close()
            raise RangeRefusedError(f"{self._address.shown}: gives no parts any more")
        check_unchanged(self._validators, reply)
        return reply

    def _fill(self, index: int, reply: Reply, watch: StallWatch) -> None:
        """Write what a reply gives into one segment, until it is full."""
        part = self._part
        buffer = memoryview(bytearray(min(_BUFFER, part.length(index))))
        while (missing := part.length(index) - part.count(index)) > 0:
            count = reply.readinto(buffer[: min(len(buffer), missing)])
            if self._stop.is_set():
                raise StoppedError
            if count == 0:
                raise PassingError(f"{self._address.shown}: broke off")
            part.write(index, buffer[:count])
            self._advanced(count)
            self.front.moved()
            watch.saw(count, self._address.shown)

    @contextmanager
    def _reading(self, reply: Reply) -> Iterator[None]:
        self._replies.add(reply)
        try:
            yield
        finally:
            self._replies.discard(reply)
            reply.close()

    def _open_patiently(self, start: int, stop: int | None, known: Validators) -> Reply:
        patience = Patience(self._stop, self._waits)
        while True:
            try:
                return self._ask(start, stop, known)
            except PassingError as error:
                patience.wait_after(error)
            if self._stop.is_set():
                raise StoppedError

    def _first_range(self) -> tuple[int, int | None]:
        """Return from where to where to ask first."""
        part = self._part
        index = next(
            (i for i in range(part.segments) if part.count(i) < part.length(i)), 0
        )
        start = index * SEGMENT + (part.count(index) if part.segments else 0)
        if self._in_one or (part.done == 0 and part.size <= SEGMENT):
            return start, None
        return start, index * SEGMENT + part.length(index)
