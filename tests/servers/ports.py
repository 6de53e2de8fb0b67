"""Ports that refuse, stay silent, or connect late: before HTTP even begins."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

LOOPBACK = "127.0.0.1"


def refused_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def silent_port(*, accept_after: float | None = None) -> Iterator[int]:
    """Give a port whose connections never come about, or only after some seconds.

    Its queue is full, so that the kernel drops what would open a connection and the
    client has to try again. What connects late is closed without a word.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((LOOPBACK, 0), backlog=0))
        address = listener.getsockname()
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0.05)
            with suppress(TimeoutError):
                filler.connect(address)
        if accept_after is not None:
            stack.enter_context(_accepting(listener, accept_after))
        yield address[1]


@contextmanager
def _accepting(listener: socket.socket, after: float) -> Iterator[None]:
    closing = threading.Event()
    listener.settimeout(0.05)

    def work() -> None:
        if closing.wait(after):
            return
        while not closing.is_set():
            with suppress(TimeoutError):
                listener.accept()[0].close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        thread.join(10)
