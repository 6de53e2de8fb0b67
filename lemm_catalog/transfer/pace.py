"""No more bytes a second than the user allows, over all that is fetched."""

import threading
import time
from collections.abc import Callable

# What may come at once after a silence, in seconds of the allowed rate.
_BURST = 0.25


class Pace:
    """Makes whoever took bytes wait until the next may come; None is no limit."""

    def __init__(
        self,
        limit: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limit = limit
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._due = 0.0

    def most(self, wanted: int) -> int:
        """Return how many bytes to read at once, so that the rate stays even."""
        if self.limit is None:
            return wanted
        return max(1, min(wanted, int(self.limit * _BURST)))

    def took(self, count: int) -> None:
        """Wait as long as these bytes should have taken."""
        if self.limit is None:
            return
        with self._lock:
            now = self._clock()
            self._due = max(self._due, now - _BURST) + count / self.limit
            wait = self._due - now
        if wait > 0:
            self._sleep(wait)
