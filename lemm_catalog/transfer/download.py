"""One file from one source into a part file, over one or several connections.

Laws, each a test: no byte beyond the declared size is written; a reply that is not
exactly what was asked for never reaches the file; whatever breaks off goes on from
where it was; what changed on the way starts anew.
"""

import threading
from collections.abc import Callable

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend, CrowdedError, RangeRefusedError
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import Reply
from lemm_catalog.errors import (
    LemmError,
    NoThreadError,
    PassingError,
    SourceError,
    WrongBytesError,
)
from lemm_catalog.store.part import SEGMENT, Origin
from lemm_catalog.transfer.asking import Asking
from lemm_catalog.transfer.checks import (
    check_end,
    check_unchanged,
    known_validators,
)
from lemm_catalog.transfer.front import Follower, Front, StoppedError
from lemm_catalog.transfer.growing import Growing
from lemm_catalog.transfer.missing import SMALL, Missing, Run
from lemm_catalog.transfer.patience import Patience
from lemm_catalog.transfer.pipe import Pipe
from lemm_catalog.transfer.traffic import Traffic


class Download:
    """Brings the missing bytes of a part file from one address.

    With ``in_order``, over one connection at a time; with ``in_one``, by one request
    for all that is missing.
    """

    def __init__(
        self,
        part: Growing,
        backend: Backend,
        address: Address,
        advanced: Callable[[int], None],
        waits: Waits,
        traffic: Traffic,
        *,
        in_order: bool = False,
        in_one: bool = False,
    ) -> None:
        self.front = Front(part)
        self._part = part
        self._address = address
        self._advanced = advanced
        self._waits = waits
        self._lanes = traffic.hosts.of(address.url)
        self._in_one = in_one
        self._stop = threading.Event()
        self._asking = Asking(
            backend, address, part.size, self._lanes, waits, self._stop
        )
        self._pipe = Pipe(
            self.front, self._lanes, traffic, waits, self._came, self._stop
        )
        hands = 1 if in_order or part.size <= SMALL else self._lanes.most
        self._missing = Missing(part, hands)
        self._first: Run | None = None
        self._may_grow = self._is_refused = False
        self._spawning = threading.Lock()
        self._crew: list[Follower[None]] = []
        self._validators = Validators()
        # Whether the bytes are from several replies, of what may have changed between.
        self.is_glued = False

    @property
    def is_reused(self) -> bool:
        """Whether any of them came over a connection that had served before."""
        return self._asking.is_reused

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
        reply = self._asking.patiently(*self._first_range(), known)
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
        self.is_glued = part.done > 0
        self._validators = reply.validators
        part.begin(
            Origin(
                url=self._address.url,
                etag=reply.validators.etag,
                last_modified=reply.validators.last_modified,
            )
        )

    def run(self, reply: Reply) -> None:
        """Bring all missing bytes, beginning with an opened reply.

        Raises:
            SourceError: if the source fails for good.
            LocalError: if the disk does.

        """
        self._lanes.enter()
        try:
            if reply.is_whole or self._in_one or self._part.size <= SMALL:
                self._stream(reply)
            else:
                self._share(reply)
        except StoppedError as error:
            # Another connection failed first; its reason is the one that counts.
            raise self.front.failure or error from None
        except LemmError as error:
            self.give_up(error)
            raise
        except BaseException:
            self.give_up(StoppedError())
            raise
        finally:
            self._lanes.leave()

    def give_up(self, error: LemmError) -> None:
        """Let everybody who works on this or follows it stop."""
        self._stop.set()
        self.front.fail(error)
        self._pipe.abort()

    def _stream(self, reply: Reply) -> None:
        """Read a reply to its end, over all missing segments."""
        with self._pipe.pouring(reply) as pour:
            pour(0, self._part.segments)
            check_end(reply, self._part.size)

    # -- several connections, by runs ----------------------------------------------

    def _share(self, reply: Reply) -> None:
        part, self._may_grow = self._part, True
        try:
            if self._first is not None:
                self._fill_patiently(self._first, reply, lambda: part.done)
            self._work(lambda: part.done)
            while crew := self._dismissed():
                for helper in crew:
                    helper.result()
                # Helpers that gave up have left their runs.
                self._work(lambda: part.done)
        except LemmError as error:
            self.give_up(error)
            for helper in self._dismissed():
                helper.wait()
            raise

    def _dismissed(self) -> list[Follower[None]]:
        """Return the helpers there are; whoever comes later is of another crew."""
        with self._spawning:
            crew, self._crew = self._crew, []
            return crew

    def _came(self, count: int) -> None:
        self._advanced(count)
        if self._may_grow and self._lanes.has_room and len(self._missing):
            self._call_for_help()

    def _call_for_help(self) -> None:
        """Begin to use the lanes there are, if there is something left to bring."""
        with self._spawning:
            while (
                not self._stop.is_set()
                and len(self._missing)
                and self._lanes.try_enter()
            ):
                name = f"fetch-{len(self._crew)}"
                try:
                    self._crew.append(Follower(name, self._help))
                except NoThreadError:  # those there are bring the rest
                    self._may_grow = False
                    self._lanes.leave()
                    return

    def _help(self) -> None:
        """Bring runs beside the first connection, whose failure is what counts.

        A server that allows fewer connections than we open refuses only us.
        """
        try:
            self._work(None)
        except (RangeRefusedError, WrongBytesError) as error:
            self.give_up(error)
            raise
        except CrowdedError:
            return
        except SourceError:
            # What fails for one would fail for the next.
            self._may_grow, self._is_refused = False, True
        except LemmError as error:
            self.give_up(error)
            raise
        finally:
            self._lanes.leave()

    def _work(self, progress: Callable[[], int] | None) -> None:
        is_helper = progress is None
        while not self._stop.is_set():
            if (run := self._take()) is None:
                return
            try:
                self._fill_patiently(run, None, progress)
            except BaseException:
                self._missing.put_back(run)
                raise
            if is_helper and (self._lanes.is_crowded or self._is_refused):
                return

    def _take(self) -> Run | None:
        lanes = self._lanes
        return self._missing.take(lanes.allowed, lanes.each, lanes.delay)

    def _fill_patiently(
        self, run: Run, reply: Reply | None, progress: Callable[[], int] | None
    ) -> None:
        """Fill one run; ``progress`` counts the bytes that keep us patient."""
        patience = Patience(self._stop, self._waits)
        part = self._part
        count = progress or (lambda: sum(map(part.count, range(*run))))
        while (start := part.first_gap(*run)) is not None:
            before = count()
            try:
                reply = reply or self._open_run(start, run)
                with self._pipe.pouring(reply) as pour:
                    pour(start, run.stop)
            except PassingError as error:
                if isinstance(error, CrowdedError):
                    self._asking.refused(error)
                    if progress is None:
                        raise
                patience.wait_after(error, progress=count() - before)
            reply = None
            if self._stop.is_set():
                raise StoppedError

    def _open_run(self, index: int, run: Run) -> Reply:
        self.is_glued = True
        part = self._part
        start = index * SEGMENT + part.count(index)
        stop = (run.stop - 1) * SEGMENT + part.length(run.stop - 1)
        reply = self._asking.once(start, stop, self._validators)
        if reply.is_whole:
            reply.close()
            raise RangeRefusedError(f"{self._address.shown}: gives no parts any more")
        check_unchanged(self._validators, reply)
        return reply

    def _first_range(self) -> tuple[int, int | None]:
        """Return from where to where to ask first."""
        part = self._part
        self._first = None if self._in_one else self._take()
        run = self._first or Run(0, part.segments)
        start = run.first * SEGMENT + (part.count(run.first) if part.segments else 0)
        if self._in_one or (part.done == 0 and part.size <= SMALL):
            return start, None
        return start, (run.stop - 1) * SEGMENT + part.length(run.stop - 1)
