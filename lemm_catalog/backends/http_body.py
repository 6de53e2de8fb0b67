"""The body of an HTTP answer: of a told length, in chunks, or to the end."""

import re
from typing import Protocol

from lemm_catalog.backends.http_connection import Connection
from lemm_catalog.backends.http_head import Head, WireError
from lemm_catalog.conduit import Conduit

_CHUNK = re.compile(rb"\s*([0-9A-Fa-f]{1,15})\s*(?:;.*)?", re.DOTALL)
_MOST_LINE = 8192
_MOST_TRAILERS = 100


class Body(Protocol):
    """Bytes that end somewhere."""

    is_over: bool  # read to its true end

    def readinto(self, buffer: memoryview) -> int:
        """Read what there is, at least a byte; 0 at the end.

        Raises:
            WireError: if the other side broke off, or fell silent.

        """


class SizedBody:
    """A body of a told length."""

    def __init__(self, connection: Connection, length: int) -> None:
        self._connection = connection
        self.left = length
        self.is_over = not length

    def readinto(self, buffer: memoryview) -> int:
        """Read what there is; see `Body`."""
        if self.is_over:
            return 0
        return self._came(self._connection.readinto(buffer[: self.left]))

    def splice(self, conduit: Conduit, most: int) -> int | None:
        """Have what there is moved by the kernel; None if it has to be read."""
        if self.is_over:
            return 0
        count = self._connection.splice(conduit, min(most, self.left))
        return None if count is None else self._came(count)

    def _came(self, count: int) -> int:
        if not count:
            raise WireError("broke off")
        self.left -= count
        self.is_over = not self.left
        return count


class ChunkedBody:
    """A body in chunks, each with its length before it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._left = 0
        self._is_first = True
        self.is_over = False

    def readinto(self, buffer: memoryview) -> int:
        """Read what there is; see `Body`."""
        if not self._left and not self.is_over:
            self._next_chunk()
        if self.is_over:
            return 0
        count = self._connection.readinto(buffer[: self._left])
        if not count:
            raise WireError("broke off")
        self._left -= count
        return count

    def _next_chunk(self) -> None:
        until = self._connection.until()
        if not self._is_first and self._connection.line(_MOST_LINE, until):
            raise WireError("broke off: a chunk does not end where it should")
        self._is_first = False
        found = _CHUNK.fullmatch(self._connection.line(_MOST_LINE, until))
        if not found:
            raise WireError("broke off: a chunk without a length")
        self._left = int(found[1], 16)
        if not self._left:
            self._skip_trailers(until)
            self.is_over = True

    def _skip_trailers(self, until: float) -> None:
        for _ in range(_MOST_TRAILERS):
            if not self._connection.line(_MOST_LINE, until):
                return
        raise WireError("broke off: trailers without an end")


class OpenBody:
    """A body that ends with the connection; nobody can tell whether it is whole."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_over = False

    def readinto(self, buffer: memoryview) -> int:
        """Read what there is; see `Body`."""
        count = 0 if self.is_over else self._connection.readinto(buffer)
        self.is_over = not count
        return count


def body_of(connection: Connection, head: Head) -> Body:
    """Return the body that follows a head.

    Raises:
        WireError: if the head does not tell how it ends.

    """
    if not head.has_body:
        return SizedBody(connection, 0)
    if head.is_chunked:
        return ChunkedBody(connection)
    if (length := head.length) is not None:
        return SizedBody(connection, length)
    return OpenBody(connection)


def keeps_open(head: Head, body: Body) -> bool:
    """Whether the connection may be used again, once the body is over."""
    has_two_ends = head.is_chunked and "content-length" in head.headers
    return head.keeps_open and not isinstance(body, OpenBody) and not has_two_ends
