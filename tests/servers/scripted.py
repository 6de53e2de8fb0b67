"""A server of raw bytes: whatever a script says, on as many connections as come.

A script is called for each request with its number on the connection and returns what
to send: bytes, a pause in seconds, or `CLOSE`. It sees nothing of HTTP but the request.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Final, NamedTuple, Self

from tests.servers.message import Request
from tests.servers.wire import Closing, read_request

LOOPBACK = "127.0.0.1"
CLOSE: Final = None
Said = bytes | float | None


class Asked(NamedTuple):
    """A request, its number on its connection, and the number of the connection."""

    request: Request
    number: int
    connection: int

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.request.path


Script = Callable[[Asked], Iterable[Said]]


class ScriptedServer:
    """Answers each request by a script; ``first`` is said before any request."""

    def __init__(
        self,
        script: Script,
        *,
        tls: ssl.SSLContext | None = None,
        first: Iterable[Said] = (),
    ) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._first = tuple(first)
        self._closing = Closing()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.begin()
        self._acceptor.join(10)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
        self._closing.end()

    def url(self, path: str = "/") -> str:
        """Return the URL of a path."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{LOOPBACK}:{self.port}/{path.removeprefix('/')}"

    def _accept(self) -> None:
        while self._closing.wait_for(self._listener):
            connection, _ = self._listener.accept()
            self.connections += 1
            work = threading.Thread(
                target=self._serve, args=(connection, self.connections), daemon=True
            )
            self._threads.append(work)
            work.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError), self._closing.guard(connection):
            if not self._say(connection, self._first):
                return
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as reader:
                count = 0
                while (request := read_request(reader)) is not None:
                    count += 1
                    asked = Asked(request, count, number)
                    with self._lock:
                        self.asked.append(asked)
                    if not self._say(connection, self._script(asked)):
                        return

    def _say(self, connection: socket.socket, said: Iterable[Said]) -> bool:
        for one in said:
            if one is None:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                return False
            if isinstance(one, bytes):
                connection.sendall(one)
            else:
                self._closing.pause(one)
        return True


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return an answer with a length; headers are whole lines."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*chunks: bytes, ends: bytes = b"0\r\n\r\n") -> bytes:
    """Return an answer in chunks, which are given with all of their framing."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(chunks) + ends
