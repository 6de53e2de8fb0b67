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
from lemm_catalog.backends.base import Manners
from lemm_catalog.backends.http_connection import Connection, origin_of
from lemm_catalog.backends.http_head import WireError
from lemm_catalog.backends.http_pool import Answer, Pool

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

    def run(
        self, addresses: Iterator[Address]
    ) -> Iterator[tuple[Address, Answer | Exception]]:
        """Give each address with its answer, or with what went wrong.

        An answer is to be read to its end before the next one is asked for; if it is
        not, the rest is asked over another connection, unless the host rests.
        """
        try:
            while self._has_more(addresses):
                if self._connection is None and self._manners.rests():
                    return
                address = (self._asked or self._to_ask)[0]
                try:
                    answer = self._next_answer()
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
                self._pool.keep(origin_of(address.url), self._connection)
            elif self._connection is not None:
                self._connection.close()

    def _has_more(self, addresses: Iterator[Address]) -> bool:
        pending = len(self._asked) + len(self._to_ask)
        if pending <= self._depth // 2:  # several requests go in one packet
            self._to_ask.extend(islice(addresses, self._depth - pending))
        return bool(self._asked or self._to_ask)

    def _next_answer(self) -> Answer:
        address = (self._asked or self._to_ask)[0]
        origin = origin_of(address.url)
        if self._connection is None:
            self._answers = 0
            kept = self._pool.kept(origin)
            self._is_kept = kept is not None
            self._connection = kept or self._pool.fresh(origin)
        batch = [self._to_ask[i] for i in range(min(len(self._to_ask), self._depth))]
        batch = batch[: self._depth - len(self._asked)]
        # With others before it the time says nothing of the path.
        sent = None if self._asked else time.monotonic()
        if batch:
            requests = (self._pool.request(a.url, self._headers(a)) for a in batch)
            self._connection.send(b"".join(requests))
            for _ in batch:
                self._asked.append(self._to_ask.popleft())
        answer = self._pool.answer(
            origin, self._connection, address.url, has_heirs=True
        )
        return answer._replace(
            waited=None if sent is None else time.monotonic() - sent,
            is_reused=self._is_kept or self._answers > 0,
        )

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
