"""HTTP on the wire: Python's own client, made to survive what servers may send.

Before Python 3.12 it knows no interim answer but 100; it reads any number of them,
and of trailers; it waits for a full buffer, and loses it when the connection breaks.
"""

import http.client
import select
import socket
import threading
from contextlib import suppress
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_MOST_INTERIM = 20
_MOST_TRAILERS = 100
_READ_AHEAD = 8192  # what http.client may have read of the body with the head


class Response(http.client.HTTPResponse):
    """Skips interim answers, and gives bytes of the body as they come."""

    _interim = 0
    _has_begun = False

    def _read_status(self) -> Any:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if not 100 <= status < 200 or status == 101:
            return version, status, reason
        self._interim += 1
        if self._interim > _MOST_INTERIM:
            raise http.client.HTTPException("interim answers without an end")
        return version, 100, reason

    def _read_and_discard_trailer(self) -> None:
        for _ in range(_MOST_TRAILERS):
            line = self.fp.readline(65_537)
            if line in {b"\r\n", b"\n", b""}:
                return
        raise http.client.HTTPException("trailers without an end")

    @property
    def has_more(self) -> bool:
        """Whether a read would not have to wait."""
        fp: Any = self.fp
        if fp is None:
            return False
        if not hasattr(select, "poll"):  # Windows; elsewhere it fails beyond 1024
            return bool(select.select([fp], [], [], 0)[0])
        poll = select.poll()
        poll.register(fp.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def read_some(self, buffer: memoryview) -> int:
        """Read what one read of the socket gives; 0 at the end of the body."""
        fp: Any = self.fp
        if fp is None:
            return 0
        if self.chunked:
            data = self.read1(len(buffer))
            buffer[: len(data)] = data
            return len(data)
        if not self._has_begun:
            # A larger buffer would make it read on, and lose this if that fails.
            self._has_begun = True
            buffer = buffer[:_READ_AHEAD]
        if self.length is not None:
            buffer = buffer[: self.length]
        count: int = fp.readinto1(buffer)
        if self.length is not None:
            self.length -= count
        if count == 0 or self.length == 0:
            self._close_conn()  # type: ignore[attr-defined]
        return count


class _Hurried(HTTPConnection):
    """Bounds how long the head of an answer may take, however it drips in."""

    response_class = Response

    def getresponse(self) -> Any:
        seconds = self.timeout
        if not isinstance(seconds, int | float):
            return super().getresponse()
        # Longer than any silence, so that a silence is what gets reported.
        timer = threading.Timer(2 * seconds, _cut, (self.sock,))
        timer.daemon = True
        timer.start()
        try:
            return super().getresponse()
        finally:
            timer.cancel()


class _Connection(_Hurried):
    pass


class _TlsConnection(_Hurried, HTTPSConnection):
    pass


class Pool(HTTPConnectionPool):
    """Makes our connections."""

    ConnectionCls = _Connection


class TlsPool(HTTPSConnectionPool):
    """Makes our connections over TLS."""

    ConnectionCls = _TlsConnection


def _cut(connection: Any) -> None:
    with suppress(Exception):
        connection.shutdown(socket.SHUT_RDWR)
