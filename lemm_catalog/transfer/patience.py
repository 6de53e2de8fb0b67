"""How long to go on asking a source that fails: the one place that waits."""

import random
import threading

from lemm_catalog.errors import PassingError, SourceError

ATTEMPTS = 5
LONGEST_WAIT = 60.0
# Less than this is not progress: a source that drips must not keep us for ever.
PROGRESS = 32 * 1024


class Patience:
    """Counts failures in a row and waits longer after each."""

    def __init__(self, stop: threading.Event, *, first_wait: float = 0.5) -> None:
        self._stop = stop
        self._first_wait = first_wait
        self._failures = 0

    def progressed(self, count: int) -> None:
        """Tell how many bytes the last try brought."""
        if count >= PROGRESS:
            self._failures = 0

    def wait_after(self, error: PassingError) -> None:
        """Wait before the next try, as long as the source asked for or we think fit.

        Raises:
            SourceError: if it failed too often in a row, or asks for too long.

        """
        self._failures += 1
        asked = error.retry_after
        if asked is not None and asked > LONGEST_WAIT:
            message = f"{error.message} and wants {asked:.0f} seconds"
            raise SourceError(message, mend="run it again later") from error
        if self._failures >= ATTEMPTS:
            message = f"{error.message}, {ATTEMPTS} times in a row"
            raise SourceError(message, mend="run it again later") from error
        wait = min(self._first_wait * 2 ** (self._failures - 1), LONGEST_WAIT)
        jittered = wait * random.uniform(0.5, 1.5)  # noqa: S311 - spreads clients
        self._stop.wait(jittered if asked is None else asked + jittered / 10)
