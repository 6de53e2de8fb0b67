"""A growing file of which only a window is held: for archives unpacked in one pass.

Where a disk cannot hold archive and tree, the archive is never written: its bytes
wait in memory until the hasher and the unpacker have both taken them. What breaks off
goes on where it was while the process lives; nothing of it outlives the process.
"""

import threading

from lemm_catalog.store.part import SEGMENT, Origin

# Wide enough to bridge the moments in which an unpacker waits for its disk.
_WIDTH = 16 * 1024 * 1024
HASHER, FOLLOWER = "hasher", "follower"


class Window:
    """The last bytes that came of a file, written and read in its order."""

    def __init__(self, size: int, width: int = _WIDTH) -> None:
        self.size = size
        self.origin: Origin | None = None
        self._ring = memoryview(bytearray(max(1, min(width, size))))
        self._changed = threading.Condition()
        self._written = 0
        self._needed = {HASHER: 0, FOLLOWER: 0}

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return -(-self.size // SEGMENT)

    @property
    def done(self) -> int:
        """The bytes that have come."""
        return self._written

    def length(self, index: int) -> int:
        """Return the full length of a segment."""
        return min(SEGMENT, self.size - index * SEGMENT)

    def count(self, index: int) -> int:
        """Return how many bytes of a segment have come."""
        return max(0, min(self._written - index * SEGMENT, self.length(index)))

    def first_gap(self, start: int, stop: int) -> int | None:
        """Return the first of some segments that is not full; None if all are."""
        index = max(start, self._written // SEGMENT)
        return index if index < stop and self._written < self.size else None

    def begin(self, origin: Origin) -> None:
        """Say where the bytes to come are from."""
        self.origin = origin

    def reset(self) -> None:
        """Forget all bytes."""
        with self._changed:
            self.origin = None
            self._written = 0
            self._needed = dict.fromkeys(self._needed, 0)

    def rewind(self) -> int:
        """Forget all bytes, since the first of them are gone; returns how many."""
        lost = self._written
        self.reset()
        return lost

    def await_room(self, count: int, stop: threading.Event) -> None:
        """Wait until so many bytes may be written, or until ``stop``."""
        with self._changed:
            while self._room() < count and not stop.is_set():
                self._changed.wait(0.2)

    def _room(self) -> int:
        return len(self._ring) - (self._written - min(self._needed.values()))

    def write(self, index: int, data: memoryview) -> None:
        """Add bytes, for which there is room, at the end of what has come."""
        with self._changed:
            assert index == self._written // SEGMENT, "bytes out of their order"
            assert len(data) <= self._room(), "bytes that nobody has taken yet"
            at = self._written % len(self._ring)
            first = min(len(data), len(self._ring) - at)
            self._ring[at : at + first] = data[:first]
            self._ring[: len(data) - first] = data[first:]
            self._written += len(data)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read bytes that nobody has let go of, and return how many."""
        at = offset % len(self._ring)
        count = min(len(buffer), self._written - offset, len(self._ring) - at)
        buffer[:count] = self._ring[at : at + count]
        return count

    def let_go(self, reader: str, offset: int) -> None:
        """Tell that a reader needs nothing before ``offset`` any more."""
        with self._changed:
            self._needed[reader] = offset
            self._changed.notify_all()
