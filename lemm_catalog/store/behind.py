"""Writing behind: what has come goes to the disk while more of it comes.

A file that is to outlive a power cut is synced at its end, and what has waited until
then is waited for. Here it is synced a piece at a time, beside the network, so that
the last sync finds little to do. It promises nothing: the last sync does.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# So much may wait; less is not worth a thread, nor a call.
_MOST_WAITING = 32 * 1024 * 1024


class Behind:
    """Counts the bytes that came, and has them written once they are many."""

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._waiting = 0
        self._due = threading.Event()
        self._is_over = False

    def saw(self, count: int) -> None:
        """Tell that so many bytes were written; may be called from several threads."""
        self._waiting += count
        if self._waiting >= _MOST_WAITING:
            self._waiting = 0
            self._due.set()

    def run(self) -> None:
        """Write what waits, until it is over."""
        while self._due.wait() and not self._is_over:
            self._due.clear()
            with suppress(OSError):  # the last sync says what is wrong with the disk
                self._sync()

    def end(self) -> None:
        """Let `run` end, once what it is at is written."""
        self._is_over = True
        self._due.set()


@contextmanager
def written_behind(descriptor: int, size: int) -> Iterator[Callable[[int], None]]:
    """Give what is told of bytes that are written to a file of so many."""
    if size < 2 * _MOST_WAITING:
        yield lambda count: None
        return
    # One of its own: whoever is broken off waits for no disk before he closes his.
    own = os.dup(descriptor)
    behind = Behind(lambda: getattr(os, "fdatasync", os.fsync)(own))

    def run() -> None:
        try:
            behind.run()
        finally:
            os.close(own)

    writer = threading.Thread(target=run, name="behind", daemon=True)
    writer.start()
    try:
        yield behind.saw
    except BaseException:
        behind.end()
        raise
    behind.end()
    writer.join()
