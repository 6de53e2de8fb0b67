"""Which segments are still to be brought, handed out in the order of the file."""

import heapq
import threading

from lemm_catalog.store.part import PartFile


class Missing:
    """The segments with missing bytes that nobody works on."""

    def __init__(self, part: PartFile) -> None:
        self._lock = threading.Lock()
        # In order already, which makes it a heap.
        self._indexes = [
            i for i in range(part.segments) if part.count(i) < part.length(i)
        ]

    def __len__(self) -> int:
        return len(self._indexes)

    def take(self) -> int | None:
        """Return the first of them, which is then the caller's; None if all are."""
        with self._lock:
            return heapq.heappop(self._indexes) if self._indexes else None

    def put_back(self, index: int) -> None:
        """Give one back that the caller could not fill."""
        with self._lock:
            heapq.heappush(self._indexes, index)
