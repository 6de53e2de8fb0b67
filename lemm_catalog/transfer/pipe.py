"""The byte path: from a reply into a growing file, and what is told on the way.

Each read goes to its place at once: what a process holds and has not written is what
a kill costs. The socket gives much at a time where much has come.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lemm_catalog.backends.base import Reply
from lemm_catalog.backends.network import Waits
from lemm_catalog.errors import PassingError
from lemm_catalog.store.part import SEGMENT
from lemm_catalog.transfer.front import Front, StoppedError
from lemm_catalog.transfer.lanes import Lanes
from lemm_catalog.transfer.pace import Pace
from lemm_catalog.transfer.patience import StallWatch

# What one read may bring: a connection alone gets more, many together less, but never
# so little that a read for each piece the kernel has is what takes the time.
_MOST_HELD = 512 * 1024
_LEAST_HELD = 256 * 1024
# With so much waiting to be hashed or unpacked, it is not the network that is slow.
_ENOUGH = 8 * 1024 * 1024


class Pipe:
    """What all connections of one download pour through."""

    def __init__(
        self,
        front: Front,
        lanes: Lanes,
        pace: Pace,
        waits: Waits,
        advanced: Callable[[int], None],
        stopped: threading.Event,
    ) -> None:
        self._front = front
        self._lanes = lanes
        self._pace = pace
        self._waits = waits
        self._advanced = advanced
        self._stopped = stopped
        self._replies: set[Reply] = set()

    def abort(self) -> None:
        """End all reads that wait, also for a silent source; ``stopped`` is set."""
        for reply in tuple(self._replies):
            reply.abort()

    @contextmanager
    def pouring(self, reply: Reply) -> Iterator[Callable[[int, int], None]]:
        """Give what fills segments in a row from a reply, which is closed then."""
        watch = StallWatch(self._waits)
        held = max(_MOST_HELD // max(self._lanes.active, 1), _LEAST_HELD)
        buffer = memoryview(bytearray(self._pace.most(held)))
        self._replies.add(reply)
        try:
            if self._stopped.is_set():
                raise StoppedError
            yield lambda first, stop: self._fill(first, stop, reply, watch, buffer)
        finally:
            self._replies.discard(reply)
            reply.close()

    def _fill(
        self, first: int, stop: int, reply: Reply, watch: StallWatch, buffer: memoryview
    ) -> None:
        """Write what a reply gives into segments in a row, until they are full."""
        part, shown = self._front.part, reply.address.shown
        end = min(stop * SEGMENT, part.size)
        while (index := part.first_gap(first, stop)) is not None:
            first = index
            count = reply.readinto(buffer[: end - index * SEGMENT - part.count(index)])
            part.await_room(count, self._stopped)
            if self._stopped.is_set():
                raise StoppedError
            if count == 0:
                raise PassingError(f"{shown}: broke off")
            part.write(index, buffer[:count])
            self._advanced(count)
            self._front.moved(index)
            watch.saw(count, shown)
            self._lanes.saw(count, is_enough=self._front.backlog > _ENOUGH)
            self._pace.took(count)
