"""What is known of a Space, kept up to date by one thread and read by many."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lemm_catalog.model.space import Space
from lemm_catalog.space.tally import Sample, after, interrupted, timed
from lemm_catalog.version import __version__

# Speeds are over this many seconds: short enough to follow, long enough to be read.
_WINDOW = 15.0
_SILENCE = 2.0


def now(ahead: float = 0.0) -> str:
    """Return the time, or the one so many seconds ahead, in RFC 3339."""
    moment = datetime.now(UTC) + timedelta(seconds=ahead)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Board:
    """Holds the one value; whoever listens is called after each change."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._space = Space(version=__version__, started=now(), updated=now())
        self._samples: deque[Sample] = deque()
        self._listeners: list[Callable[[Space], None]] = []
        self.changes = 0

    def listen(self, listener: Callable[[Space], None]) -> None:
        """Call somebody after each change, in the thread that made it."""
        self._listeners.append(listener)

    @property
    def space(self) -> Space:
        """How the Space stands now."""
        return self._space

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in an event of the child.

        Raises:
            ValueError: if it is none of ours.

        """
        with self._lock:
            space = after(self._space, event)
            if event["event"] == "planned":
                self._samples.clear()
            self._set(self._measured(space))
        self._tell()

    def change(self, **fields: Any) -> None:
        """Take in what the parent knows by itself."""
        with self._lock:
            space = self._space._replace(**fields)
            is_idle = space.state in {"waiting", "stopped", "halted"}
            self._set(interrupted(space) if is_idle else space)
        self._tell()

    def tick(self) -> None:
        """Let the speed fall while nothing comes; whoever looks calls it."""
        with self._lock:
            silent = self._samples and self._clock() - self._samples[-1][0] > _SILENCE
            if self._space.state == "pulling" and silent:
                self._set(self._measured(self._space))

    def _set(self, space: Space) -> None:
        self._space = space._replace(updated=now())
        self.changes += 1

    def _measured(self, space: Space) -> Space:
        if space.state != "pulling" or not space.datasets:
            return space
        moment = self._clock()
        done = {row.id: row.done_bytes for row in space.datasets}
        self._samples.append((moment, done))
        while self._samples[0][0] < moment - _WINDOW and len(self._samples) > 2:
            self._samples.popleft()
        return timed(space, self._samples)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener(self._space)
