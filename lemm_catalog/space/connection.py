"""One connection: what came in, what is still to go out, and until when."""

import socket
from typing import Literal, NamedTuple

from lemm_catalog.space.requests import MOST_HEAD

Stage = Literal["reading", "writing", "streaming", "draining"]
_CHUNK = 8192
# What the kernel may hold for a client that reads slowly.
_KERNEL_BUFFER = 64 * 1024


class Limits(NamedTuple):
    """What a client may take of us: seconds, connections, bytes.

    ``reading`` bounds a request as a whole, not the pause between two bytes of it;
    ``stalled`` how long a client may take nothing of what is ready for it.
    """

    reading: float = 10.0
    writing: float = 20.0
    stalled: float = 30.0
    draining: float = 1.0
    heartbeat: float = 15.0
    connections: int = 512
    streams: int = 256
    pause: float = 0.5


class Connection:
    """A client, from its first byte to its last."""

    def __init__(self, sock: socket.socket, now: float, limits: Limits) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.stage: Stage = "reading"
        self.began = now
        self.deadline = now + limits.reading
        self.head = bytearray()
        self.stream: str | None = None
        self.seen = -1
        self.spoken = now
        self._limits = limits
        self._out: memoryview = memoryview(b"")
        self._discarded = 0

    @property
    def has_output(self) -> bool:
        """Whether something waits to be sent."""
        return len(self._out) > 0

    def send(self, data: bytes, now: float) -> None:
        """Queue bytes; nothing may be queued already. They may be shared by many."""
        self._out = memoryview(data)
        self.spoken = now
        self.deadline = now + self._limits.stalled

    def answer(self, data: bytes, stream: str | None, now: float) -> None:
        """Queue the answer to the request."""
        self.send(data, now)
        self.stage = "streaming" if stream else "writing"
        self.stream = stream
        if stream:
            size = socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BUFFER
            self.sock.setsockopt(*size)
        else:
            self.deadline = now + self._limits.writing

    def receive(self) -> bool:
        """Take in what came; whether the client is still there.

        Raises:
            OSError: if the connection broke.

        """
        try:
            data = self.sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return True
        if self.stage == "reading":
            self.head += data
            return bool(data)
        # A body, or whatever else, is thrown away, and not for ever.
        self._discarded += len(data)
        return bool(data) and self._discarded <= 8 * MOST_HEAD

    def flush(self, now: float) -> None:
        """Send as much as the client takes.

        Raises:
            OSError: if the connection broke.

        """
        try:
            sent = self.sock.send(self._out)
        except (BlockingIOError, InterruptedError):
            return
        self._out = self._out[sent:]
        if self.stage == "streaming" and sent:
            self.deadline = now + self._limits.stalled
        if self.stage == "writing" and not self.has_output:
            # Closed at once, unread bytes of theirs would take our answer from them.
            self.sock.shutdown(socket.SHUT_WR)
            self.stage = "draining"
            self.deadline = now + self._limits.draining

    def is_late(self, now: float) -> bool:
        """Whether its time is over; an idle stream's never is."""
        if self.stage == "streaming" and not self.has_output:
            return False
        return now >= self.deadline

    def close(self) -> None:
        """Let go of it."""
        self.sock.close()
