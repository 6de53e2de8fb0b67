"""How long to go on asking a source that fails: the one place that waits."""

import random
import threading
import time

from lemm_catalog.backends.network import Waits
from lemm_catalog.errors import PassingError, SourceError

ATTEMPTS = 5
# Less than this is not progress: a source that drips must not keep us for ever.
PROGRESS = 32 * 1024


class SlowError(PassingError):
    """A source that is not silent, but too slow to ever end."""


class SilentSourceError(PassingError):
    """A source of which nothing has come for as long as we wait."""

    def __init__(self, shown: str) -> None:
        super().__init__(f"{shown}: fell silent")


class Patience:
    """Counts failures in a row and waits longer after each."""

    def __init__(self, stop: threading.Event, waits: Waits) -> None:
        self._stop = stop
        self._waits = waits
        self._failures = 0

    def wait_after(self, error: PassingError, *, progress: int = 0) -> None:
        """Wait before the next try, as long as the source asked for or we think fit.

        ``progress`` is how many bytes the failed try brought: enough of them, and not
        too slowly, and it counts as the first failure.

        Raises:
            SourceError: if it failed too often in a row, or asks for too long.

        """
        if progress >= PROGRESS and not isinstance(error, SlowError):
            self._failures = 0
        self._failures += 1
        asked, waits = error.retry_after, self._waits
        if asked is not None and asked > waits.longest:
            message = f"{error.message} and wants {asked:.0f} seconds"
            raise SourceError(message, mend="run it again later") from error
        if self._failures >= ATTEMPTS:
            message = f"{error.message}, {ATTEMPTS} times in a row"
            raise SourceError(message, mend="run it again later") from error
        wait = min(waits.first * 2 ** (self._failures - 1), waits.longest)
        jittered = wait * random.uniform(0.5, 1.5)  # noqa: S311 - spreads clients
        self._stop.wait(jittered if asked is None else asked + jittered / 10)


class StallWatch:
    """Notices a source that gives less than the slowest rate over a window."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._since = time.monotonic()
        self._count = 0

    def saw(self, count: int, shown: str) -> None:
        """Tell how many bytes came.

        Raises:
            SlowError: if the source is too slow.

        """
        self._count += count
        passed = time.monotonic() - self._since
        if passed < self._waits.window:
            return
        if self._count < self._waits.slowest * passed:
            slowest = self._waits.slowest
            raise SlowError(f"{shown}: is slower than {slowest} bytes a second")
        self._since, self._count = time.monotonic(), 0
