"""Which bytes are still to be brought, handed out in runs, in the order of the file.

A run is what one request asks for. The runs get shorter toward the end, so that all
connections end together, however unlike their speeds are; and longer from the
beginning, so that whoever reads the file in its order has something to do early.
"""

import heapq
import threading
from typing import NamedTuple

from lemm_catalog.store.part import SEGMENT
from lemm_catalog.transfer.growing import Growing
from lemm_catalog.transfer.lanes import LONG_PATH

# What is no longer than this is asked for as a whole.
SMALL = 1024 * 1024
# So many of them are brought together, and told of as one; fewer gain nothing by it.
MANY = 8
# The first runs, and what a run grows to: a lane that is given back is free that soon.
_FIRST = SMALL // SEGMENT
_LONGEST = 8 * 1024 * 1024 // SEGMENT
# What a lane alone asks for at its speed, and what any lane asks for at least, in
# seconds and in round trips: each request costs one, and work of ours. Toward the end
# it is three of them, and no more than a fair share of what is left.
_ALONE, _SHORTEST, _ROUND_TRIPS, _LAST_ROUND_TRIPS = 0.25, 0.05, 8, 3
# So much a new connection brings in its first eight round trips: where these take
# long, it should not have to ask again before.
_FIRST_OF_LONG = 4 * 1024 * 1024 // SEGMENT


class Run(NamedTuple):
    """Segments from ``first`` to before ``stop``; only the first may have bytes."""

    first: int
    stop: int


class Missing:
    """The segments with missing bytes that nobody works on.

    ``most_hands`` may come to share the work; where that is one, it takes all in one
    run.
    """

    def __init__(self, part: Growing, most_hands: int) -> None:
        self._part = part
        self._most_hands = most_hands
        self._lock = threading.Lock()
        self._handed_out = 0
        # In order already, which makes it a heap.
        self._indexes = [
            i for i in range(part.segments) if part.count(i) < part.length(i)
        ]

    def __len__(self) -> int:
        return len(self._indexes)

    def take(self, hands: int, speed: float = 0.0, delay: float = 0.0) -> Run | None:
        """Return the first run of them, which is then the caller's; None if none is.

        ``hands`` share the work just now, each at a speed in bytes a second, and an
        answer begins after a delay in seconds; 0 if that is not known.
        """
        with self._lock:
            if not self._indexes:
                return None
            most = self._most(hands, speed, delay)
            first = stop = heapq.heappop(self._indexes)
            stop += 1
            while (
                stop - first < most
                and self._indexes
                and self._indexes[0] == stop
                and not self._part.count(stop)
            ):
                stop = heapq.heappop(self._indexes) + 1
            self._handed_out += stop - first
            return Run(first, stop)

    def _most(self, hands: int, speed: float, delay: float) -> int:
        left = len(self._indexes)
        if self._most_hands == 1:
            return left
        worth = max(_ALONE if hands == 1 else _SHORTEST, _ROUND_TRIPS * delay)
        least = int(speed * worth) // SEGMENT
        last = int(speed * max(_SHORTEST, _LAST_ROUND_TRIPS * delay)) // SEGMENT
        first, shares = (_FIRST_OF_LONG, 1) if delay >= LONG_PATH else (_FIRST, 2)
        growing = max(first, least, self._handed_out // (2 * self._most_hands))
        shrinking = max(left // (shares * self._most_hands), min(left // hands, last))
        alone = min(left // 2, least) if hands == 1 else 0
        return max(1, alone, min(growing, shrinking, _LONGEST))

    def put_back(self, run: Run) -> None:
        """Give back what the caller could not fill."""
        with self._lock:
            for index in range(*run):
                if self._part.count(index) < self._part.length(index):
                    heapq.heappush(self._indexes, index)
