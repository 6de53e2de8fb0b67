"""Requests sent ahead over one connection, their answers read in order.

For small files a round trip costs more than their bytes. Only a server that keeps its
connection open is asked ahead, more each time; where one ends early, what it has not
answered is asked again, one by one.
"""

import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.base import Manners, Pause
from lemm_catalog.backends.http_connection import Connection
from lemm_catalog.backends.http_head import SilentError, WireError
from lemm_catalog.backends.http_origin import Origin, origin_of
from lemm_catalog.backends.http_pool import Answer, Pool
from lemm_catalog.backends.reply import NothingYetError

_DEEPEST = 8


class Pipeline:
    """Asks for whole contents of one origin; for one thread."""

    def __init__(
        self,
        pool: Pool,
        headers: Callable[[Address], Mapping[str, str]],
        manners: Manners,
    ) -> None:
        self._pool = pool
        self._headers = headers
        self._manners = manners
        self._depth, self._deepest = 1, _DEEPEST
        self._to_ask: deque[Address] = deque()
        self._asked: deque[Address] = deque()
        self._connection: Connection | None = None
        self._is_kept = False  # by somebody who asked before
        self._answers = 0  # on this connection
        self._descriptor: int | None = None  # of the connection, where it is shared
        self._sent: float | None = None  # when what is answered next was asked for

    def run(
        self, addresses: Iterator[Address]
    ) -> Iterator[tuple[Address, Answer | Exception] | Pause]:
        """Give each address with its answer, or with what went wrong.

        An answer is to be read to its end before the next one is asked for; if it is
        not, the rest is asked over another connection, unless the host rests.
        """
        try:
            while self._has_more(addresses):
                if self._connection is None:
                    if self._manners.rests():
                        return
                    if self._manners.shares():
                        yield Pause()  # to connect takes its time
                address = (self._asked or self._to_ask)[0]
                try:
                    answer = self._next_answer()
                except NothingYetError:
                    yield Pause(self._descriptor)
                    continue
                except (WireError, ssl.SSLError, ValueError) as error:
                    if self._was_idle_too_long():
                        continue
                    self._break_off()
                    self._to_ask.popleft()
                    yield address, error
                    continue
                self._asked.popleft()
                self._answers += 1
                yield address, answer
                self._go_on_after(answer)
        finally:
            if self._connection is not None and not self._asked and self._answers:
                self._connection.block()
                self._pool.keep(origin_of(address.url), self._connection)
            elif self._connection is not None:
                self._connection.close()

    def _has_more(self, addresses: Iterator[Address]) -> bool:
        pending = len(self._asked) + len(self._to_ask)
        if pending <= self._depth // 2:  # several requests go in one packet
            self._to_ask.extend(islice(addresses, self._depth - pending))
        return bool(self._asked or self._to_ask)

    def _next_answer(self) -> Answer:
        """Return the answer to what was asked first, and ask for more behind it.

        Raises:
            NothingYetError: where others are waited for as well; it is to come again.

        """
        if self._manners.was_silent():
            raise SilentError
        address = (self._asked or self._to_ask)[0]
        origin = origin_of(address.url)
        connection = self._connected(origin)
        self._ask_ahead(connection)
        if self._manners.shares():
            self._descriptor = connection.unblock()
        else:
            connection.block()
        answer = self._pool.answer(origin, connection, address.url, has_heirs=True)
        sent, self._sent = self._sent, None
        return answer._replace(
            waited=None if sent is None else time.monotonic() - sent,
            is_reused=self._is_kept or self._answers > 0,
        )

    def _connected(self, origin: Origin) -> Connection:
        if self._connection is None:
            self._answers = 0
            kept = self._pool.kept(origin)
            self._is_kept = kept is not None
            self._connection = kept or self._pool.fresh(origin)
        return self._connection

    def _ask_ahead(self, connection: Connection) -> None:
        room = max(0, self._depth - len(self._asked))
        batch = list(islice(self._to_ask, room))
        if batch:
            # With others before it the time says nothing of the path.
            self._sent = None if self._asked else time.monotonic()
            requests = (self._pool.request(a.url, self._headers(a)) for a in batch)
            connection.send(b"".join(requests))
            for _ in batch:
                self._asked.append(self._to_ask.popleft())

    def _go_on_after(self, answer: Answer) -> None:
        if answer.is_reusable:
            # Where nothing has come right yet, what is asked ahead is asked in vain.
            is_proven = self._manners.is_proven()
            self._depth = min(2 * self._depth, self._deepest) if is_proven else 1
        else:
            self._break_off()

    def _was_idle_too_long(self) -> bool:
        """Whether a connection that had served before was closed on us."""
        if not self._answers:
            return False
        self._break_off()
        return True

    def _break_off(self) -> None:
        """Close the connection; what it has not answered is asked one by one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._depth = 1
        if self._answers < 2 * _DEEPEST:  # not merely as many as it allows
            self._deepest = 1
        self._to_ask.extendleft(reversed(self._asked))
        self._asked.clear()
