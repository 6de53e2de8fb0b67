"""The socket side of the programmable server: read a request, write a reply."""

import selectors
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from tests.servers.message import Reply, Request

_MOST_LINE = 65_536
_BODILESS = frozenset({204, 304})
Progress = Callable[[int, bool], None]


class Closing:
    """The end of a server: wakes whoever sleeps, accepts, reads or writes."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._ear, self._mouth = socket.socketpair()

    def begin(self) -> None:
        """Break every open connection and wake every thread."""
        self._event.set()
        self._mouth.send(b"!")
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Release what woke the threads, once they are gone."""
        self._ear.close()
        self._mouth.close()

    def wait_for(self, listener: socket.socket) -> bool:
        """Wait for a connection; False when the server closes instead."""
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(self._ear, selectors.EVENT_READ)
            selector.select()
        return not self._event.is_set()

    def pause(self, seconds: float) -> None:
        """Sleep, unless the server closes: then the connection ends at once."""
        if seconds > 0 and self._event.wait(seconds):
            raise ConnectionAbortedError("the server closes")

    @contextmanager
    def guard(self, connection: socket.socket) -> Iterator[None]:
        """Close the connection in the end, and break it when the server closes."""
        with self._lock:
            self._open.add(connection)
        try:
            if self._event.is_set():
                raise ConnectionAbortedError("the server closes")
            yield
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


class Wire:
    """One connection, on which replies are sent as they were scripted."""

    def __init__(
        self, connection: socket.socket, closing: Closing, counting: threading.Condition
    ) -> None:
        self._connection = connection
        self._closing = closing
        self._counting = counting

    def send(self, request: Request, reply: Reply, progress: Progress) -> bool:
        """Send a reply; return whether the connection lives on."""
        self._closing.pause(reply.delay)
        if reply.raw is not None:
            self._connection.sendall(reply.raw)
            return self._end(reply)
        self._connection.sendall(reply.head("HTTP/1.1"))
        if request.method != "HEAD" and reply.status not in _BODILESS:
            self._send_body(reply, progress)
            if reply.is_cut:
                return self._end(reply)
        progress(0, True)
        wishes = request.headers.get("connection", "").lower()
        if reply.close or wishes == "close" or request.version == "HTTP/1.0":
            return self._end(reply)
        return True

    def _send_body(self, reply: Reply, progress: Progress) -> None:
        sent = 0
        self._stall(reply, sent)
        for piece in reply.pieces():
            self._send_piece(piece, reply, progress)
            sent += len(piece)
            self._closing.pause(reply.pause)
            self._stall(reply, sent)
        if reply.framing == "chunked" and not reply.is_cut:
            self._connection.sendall(b"0\r\n\r\n")

    def _send_piece(self, piece: bytes, reply: Reply, progress: Progress) -> None:
        if reply.framing == "chunked":
            self._connection.sendall(b"%x\r\n" % len(piece))
        # Not sendall: what a dying client still took must be counted to the byte.
        rest = memoryview(piece)
        while rest:
            rest = rest[self._send_some(rest, progress) :]
        if reply.framing == "chunked":
            self._connection.sendall(b"\r\n")

    def _send_some(self, rest: memoryview, progress: Progress) -> int:
        # Whoever counts must not hear of a byte after the client has used it: sent and
        # counted are one step, which therefore may not wait for the client.
        self._connection.setblocking(False)
        try:
            with self._counting, suppress(BlockingIOError, ssl.SSLWantWriteError):
                taken = self._connection.send(rest)
                progress(taken, False)
                return taken
        finally:
            self._connection.setblocking(True)
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_WRITE)
            selector.select()
        return 0

    def _stall(self, reply: Reply, sent: int) -> None:
        if reply.stall is not None and reply.stall[0] == sent:
            self._closing.pause(reply.stall[1])

    def _end(self, reply: Reply) -> bool:
        if reply.reset:
            # The peer should see the bytes that were sent before it sees the reset.
            self._closing.pause(0.02)
            linger = struct.pack("ii", 1, 0)
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)
        return False


def read_request(reader: BinaryIO) -> Request | None:
    """Return the next request of a connection, or None at its end."""
    line = reader.readline(_MOST_LINE).decode("latin-1").split()
    if len(line) != 3:
        return None
    method, target, version = line
    headers: dict[str, str] = {}
    while text := reader.readline(_MOST_LINE).decode("latin-1").strip():
        name, _, value = text.partition(":")
        headers[name.strip().lower()] = value.strip()
    reader.read(int(headers.get("content-length", "0")))
    return Request(method, target, headers, version)
