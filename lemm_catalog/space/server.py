"""The server: one thread, one selector, and no client that can hold another up.

A thread for each client, as the standard library's server has it, would let a few
hundred slow ones take all of them. Here a slow client costs a socket and at most one
event: what it missed meanwhile it does not get, since only the last state counts.
"""

import errno
import logging
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

from lemm_catalog.errors import LocalError
from lemm_catalog.space.answers import Answer, answer
from lemm_catalog.space.connection import Connection, Limits
from lemm_catalog.space.requests import BadRequestError, Request, parse

_LOG = logging.getLogger("lemm_catalog.space")
_LIMITS = Limits()
_HEARTBEAT = b": still here\n\n"
_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Site(Protocol):
    """What is served."""

    def answer(self, request: Request, *, may_stream: bool) -> Answer:
        """Return the answer to a request."""

    def version(self) -> int:
        """Return a number that grows with each change."""

    def event(self, stream: str) -> bytes:
        """Return the event that tells a stream's readers of the last state."""


class Server:
    """Serves a site from a thread of its own."""

    def __init__(
        self, host: str, port: int, site: Site, limits: Limits = _LIMITS
    ) -> None:
        self._site = site
        self._limits = limits
        self._listener = _listening(host, port)
        self._waker, self._woken = socket.socketpair()
        for one in (self._listener, self._waker, self._woken):
            one.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._clients: dict[socket.socket, Connection] = {}
        self._fed = 0.0
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="lemm-http", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def start(self) -> None:
        """Serve from now on; returns at once."""
        self._thread.start()

    def wait(self) -> None:
        """Return when it has ended; signals come through meanwhile."""
        while self._thread.is_alive():
            self._thread.join(1.0)

    def wake(self) -> None:
        """Say that the site has changed; from any thread."""
        with suppress(OSError):  # a full pipe wakes as well
            self._waker.send(b"!")

    def stop(self) -> None:
        """Close all connections and the port."""
        self._is_stopping = True
        self.wake()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._is_stopping:
            for key, events in self._selector.select(self._wait()):
                sock: socket.socket = key.fileobj  # type: ignore[assignment]
                if sock is self._listener:
                    self._accept()
                elif sock is self._woken:
                    with suppress(OSError):
                        self._woken.recv(4096)
                elif client := self._clients.get(sock):
                    self._serve(client, events)
            self._feed()
            self._expire()
        for sock in (*self._clients, self._listener, self._woken, self._waker):
            sock.close()

    def _wait(self) -> float:
        """Return how long nothing needs to be done, in seconds."""
        now = time.monotonic()
        version = self._site.version()
        waits = [1.0]
        if any(client.seen != version for client in self._streams()):
            waits.append(self._fed + self._limits.pause - now)
        waits += [c.deadline - now for c in self._clients.values() if c.has_output]
        return max(0.02, min(waits))

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError as error:
            if error.errno in _FULL:
                self._make_room()
                time.sleep(0.01)
            return
        if len(self._clients) >= self._limits.connections:
            self._make_room()
        client = Connection(sock, time.monotonic(), self._limits)
        self._clients[sock] = client
        self._selector.register(sock, selectors.EVENT_READ)

    def _make_room(self) -> None:
        """Let the client go that has been at it longest without a whole request."""
        order = {"reading": 0, "draining": 0, "writing": 1, "streaming": 2}
        oldest = min(
            self._clients.values(),
            key=lambda client: (order[client.stage], client.began),
            default=None,
        )
        if oldest:
            self._drop(oldest)

    def _serve(self, client: Connection, events: int) -> None:
        now = time.monotonic()
        try:
            if events & selectors.EVENT_READ:
                if not client.receive():
                    self._drop(client)
                    return
                if client.stage == "reading":
                    self._answer(client, now)
            if client.has_output:
                client.flush(now)
            self._register(client)
        except OSError:
            self._drop(client)
        except Exception:  # noqa: BLE001 - one request must not end all others
            _LOG.exception("a request was not answered")
            self._drop(client)

    def _answer(self, client: Connection, now: float) -> None:
        try:
            request = parse(bytes(client.head))
        except BadRequestError as error:
            client.answer(answer(error.status, "not understood\n").whole, None, now)
            return
        if request is not None:
            streams = sum(1 for _ in self._streams())
            may_stream = streams < self._limits.streams
            found = self._site.answer(request, may_stream=may_stream)
            client.answer(found.whole, found.stream, now)

    def _streams(self) -> Iterator[Connection]:
        return (c for c in list(self._clients.values()) if c.stage == "streaming")

    def _feed(self) -> None:
        """Give each stream the last state, or a sign of life."""
        now, version = time.monotonic(), self._site.version()
        may_tell = now >= self._fed + self._limits.pause
        for client in [c for c in self._streams() if not c.has_output]:
            is_new = client.seen < 0
            if client.seen != version and (may_tell or is_new) and client.stream:
                client.seen = version
                client.send(self._site.event(client.stream), now)
                self._fed = self._fed if is_new else now
            elif now >= client.spoken + self._limits.heartbeat:
                client.send(_HEARTBEAT, now)
            else:
                continue
            self._serve(client, 0)

    def _expire(self) -> None:
        now = time.monotonic()
        for client in [c for c in self._clients.values() if c.is_late(now)]:
            if client.stage == "reading":
                client.answer(answer(408, "too slow\n").whole, None, now)
                client.deadline = now + self._limits.draining
                self._serve(client, 0)
            else:
                self._drop(client)

    def _register(self, client: Connection) -> None:
        wanted = selectors.EVENT_READ
        if client.has_output:
            wanted |= selectors.EVENT_WRITE
        if self._selector.get_key(client.sock).events != wanted:
            self._selector.modify(client.sock, wanted)

    def _drop(self, client: Connection) -> None:
        if self._clients.pop(client.sock, None):
            self._selector.unregister(client.sock)
            client.close()


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections.

    Raises:
        LocalError: if the port cannot be had.

    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: two may share one else
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise LocalError(
            f"cannot listen on {host}:{port}: {error.strerror or error}",
            mend="end what has the port, or name another with --port or PORT",
        ) from error
    return sock
