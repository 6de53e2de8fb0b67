"""A programmable HTTP/1.1 server on loopback, for clients that must survive anything.

    with HttpServer({"/a.bin": data}, {"/a.bin": [Drop(1000, times=2)]}) as server:
        fetch(server.url("/a.bin"))
        assert 3 == len(server.requests)

A second server listens on another port and therefore is another origin.
"""

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from tests.servers.faults import Fault
from tests.servers.message import Page, Record, Reply, Request, honest
from tests.servers.wire import Closing, Wire, read_request

LOOPBACK = "127.0.0.1"
Content = Mapping[str, bytes | Page] | Path


class HttpServer:
    """Serves bytes from a mapping or a folder; faults are scripted per path.

    The faults of the path ``*`` apply to every path. With ``most_connections`` a
    connection too many gets a 503 and is closed. ``send_buffer`` bounds what the
    kernel holds for a slow or dead client, so that `Record.sent` is nearly exact.
    Head and body are two writes: one that is not ``prompt`` has the body wait for the
    client's kernel to acknowledge the head, which takes 40 ms.
    """

    def __init__(
        self,
        content: Content | None = None,
        faults: Mapping[str, Iterable[Fault]] | None = None,
        *,
        most_connections: int | None = None,
        send_buffer: int | None = None,
        prompt: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[Record] = []
        self.connections = 0  # in all
        self.live = 0  # at the moment
        self._folder = content if isinstance(content, Path) else None
        self._pages: dict[str, Page] = {}
        if content is not None and not isinstance(content, Path):
            for path, page in content.items():
                self.put(path, page)
        self._faults = {path: tuple(some) for path, some in (faults or {}).items()}
        self._counts: Counter[tuple[str, int]] = Counter()
        self._most = most_connections
        self._buffer = send_buffer
        self._prompt = prompt
        self._tls = tls
        self._changed = threading.Condition()
        self._closing = Closing()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._threads: list[threading.Thread] = []
        self._listener = _listen()
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self._tls else 'http'}://{LOOPBACK}:{self.port}"

    def url(self, path: str = "/") -> str:
        """Return the URL of a path."""
        return f"{self.origin}/{path.removeprefix('/')}"

    def put(self, path: str, page: bytes | Page) -> None:
        """Serve other content at a path from the next request on."""
        self._pages[path] = page if isinstance(page, Page) else Page.of(page)

    def script(self, path: str, *faults: Fault) -> None:
        """Replace the faults of a path; their counts begin anew."""
        with self._changed:
            for number, _ in enumerate(self._faults.get(path, ())):
                self._counts.pop((path, number), None)
            self._faults[path] = faults

    def forget(self) -> None:
        """Drop the records of all requests so far."""
        with self._changed:
            self.requests.clear()

    def of(self, path: str, method: str | None = None) -> list[Record]:
        """Return the requests for a path, in their order."""
        with self._changed:
            wanted = [record for record in self.requests if record.path == path]
        return [record for record in wanted if method in {None, record.method}]

    def sent(self, path: str | None = None) -> int:
        """Return how many bytes of bodies went out, for one path or for all."""
        with self._changed:
            wanted = [r for r in self.requests if path in {None, r.path}]
            return sum(record.sent for record in wanted)

    def wait_until(
        self, condition: Callable[[Self], bool], *, seconds: float = 10.0
    ) -> None:
        """Wait until something holds of this server, such as bytes sent.

        Raises:
            TimeoutError: if it does not hold in time.

        """
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), seconds):
                raise TimeoutError(f"the server waited for {seconds} s in vain")

    def close(self) -> None:
        """End all connections and threads; nothing is left behind.

        Raises:
            RuntimeError: if a thread does not end, which is a bug of this server.

        """
        self._closing.begin()
        # The acceptor goes first, for it may still be adding a thread.
        self._acceptor.join(10)
        for thread in (self._acceptor, *self._threads):
            thread.join(10)
            if thread.is_alive():
                raise RuntimeError(f"{thread.name} does not end")
        self._listener.close()
        self._closing.end()

    def _accept(self) -> None:
        while self._closing.wait_for(self._listener):
            with suppress(OSError):
                connection, _ = self._listener.accept()
                thread = threading.Thread(
                    target=self._serve, args=(connection,), daemon=True
                )
                self._threads = [one for one in self._threads if one.is_alive()]
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # The peer may vanish, stall or break TLS at any time: that is the point.
        with suppress(OSError), self._closing.guard(connection):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, self._prompt)
            if self._buffer is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._buffer)
            if self._tls is None:
                self._converse(connection)
                return
            secured = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
            with self._closing.guard(secured):
                secured.do_handshake()
                self._converse(secured)

    def _converse(self, connection: socket.socket) -> None:
        with self._changed:
            self.connections += 1
            self.live += 1
            number = self.connections
            full = self._most is not None and self.live > self._most
            self._changed.notify_all()
        wire = Wire(connection, self._closing, self._changed)
        try:
            with connection.makefile("rb") as reader:
                while (request := read_request(reader)) is not None:
                    reply = _too_many() if full else self._answer(request)
                    progress = self._record(request, reply, number)
                    if not wire.send(request, reply, progress):
                        return
        finally:
            with self._changed:
                self.live -= 1
                self._changed.notify_all()

    def _record(
        self, request: Request, reply: Reply, connection: int
    ) -> Callable[[int, bool], None]:
        record = Record(
            method=request.method,
            target=request.target,
            headers=request.headers,
            connection=connection,
            time=time.monotonic(),
            status=reply.status,
        )

        def progress(sent: int, done: bool) -> None:
            with self._changed:
                record.sent += sent
                record.done = done
                self._changed.notify_all()

        with self._changed:
            self.requests.append(record)
            self._changed.notify_all()
        return progress

    def _answer(self, request: Request) -> Reply:
        due = self._due(request)
        taken, page = request, self._page(request.path)
        for fault in due:
            taken = fault.on_request(taken)
            page = page and fault.on_page(page)
        reply = honest(taken, page)
        for fault in due:
            reply = fault.on_reply(reply, taken, page)
        return reply

    def _due(self, request: Request) -> list[Fault]:
        found: list[Fault] = []
        with self._changed:
            for path in (request.path, "*"):
                for number, fault in enumerate(self._faults.get(path, ())):
                    if fault.concerns(request):
                        seen = self._counts[path, number]
                        self._counts[path, number] += 1
                        found += [fault] if fault.is_due(seen) else []
        return found

    def _page(self, path: str) -> Page | None:
        if self._folder is None or path in self._pages:
            return self._pages.get(path)
        file = (self._folder / unquote(path).lstrip("/")).resolve()
        if not file.is_relative_to(self._folder.resolve()) or not file.is_file():
            return None
        self.put(path, Page.of(file.read_bytes(), modified=file.stat().st_mtime))
        return self._pages[path]


def _too_many() -> Reply:
    busy = Reply(503, (("Connection", "close"),), close=True)
    return busy.with_body(b"too many connections\n")


def _listen() -> socket.socket:
    # Loopback only, whatever happens: a test server is nobody else's business.
    return socket.create_server((LOOPBACK, 0), backlog=128)
