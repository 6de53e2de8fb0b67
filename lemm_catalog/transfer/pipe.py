"""The byte path: from a reply into a growing file, and what is told on the way.

Each read goes to its place at once: what a process holds and has not written is what
a kill costs. The socket gives much at a time where much has come.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import NothingYetError, Reply
from lemm_catalog.conduit import Conduit
from lemm_catalog.errors import PassingError
from lemm_catalog.store.part import SEGMENT, PartFile
from lemm_catalog.transfer.front import Front, StoppedError
from lemm_catalog.transfer.growing import Growing
from lemm_catalog.transfer.lanes import Lanes
from lemm_catalog.transfer.patience import SilentSourceError, StallWatch
from lemm_catalog.transfer.traffic import Traffic

# What one read may bring: a connection alone gets more, many together less, but never
# so little that a read for each piece the kernel has is what takes the time. Of a slow
# one it is no more than comes in a moment, for all of it may have to be fetched again.
_MOST_HELD = 512 * 1024
_LEAST_HELD = 256 * 1024
_LEAST_OF_SLOW, _MOMENT = 64 * 1024, 0.02
# With so much waiting to be hashed or unpacked, it is not the network that is slow.
_ENOUGH = 8 * 1024 * 1024


class Carrier:
    """Takes bytes from a reply and puts them into a growing file, a piece at a time.

    The kernel carries them where it can, else they come through a buffer.
    """

    def __init__(self, reply: Reply, part: Growing, most: int) -> None:
        self.reply = reply
        self._part = part
        self.most = most
        self._buffer = memoryview(bytearray(most))
        # What can never be spliced needs no two descriptors more.
        self._file = part if reply.may_splice and isinstance(part, PartFile) else None
        self._conduit = Conduit.made() if self._file else None
        self.is_spliced = False  # what was taken last

    def take(self, most: int) -> int:
        """Take at least a byte, at most so many; 0 if the reply has ended."""
        buffer = self._buffer[:most]
        if self._conduit:
            count = self.reply.splice(self._conduit, len(buffer))
            self.is_spliced = count is not None
            if count is not None:
                return count
        return self.reply.readinto(buffer)

    def put(self, index: int, count: int) -> None:
        """Write what was taken, from a segment on."""
        if self.is_spliced and self._conduit and self._file:
            self._file.write_from(self._conduit, index, count)
        else:
            self._part.write(index, self._buffer[:count])

    def close(self) -> None:
        """Let go of what carried them."""
        if self._conduit:
            self._conduit.close()


class Pipe:
    """What all connections of one download pour through."""

    def __init__(
        self,
        front: Front,
        lanes: Lanes,
        traffic: Traffic,
        waits: Waits,
        advanced: Callable[[int], None],
        stopped: threading.Event,
    ) -> None:
        self._front = front
        self._lanes = lanes
        self._pace = traffic.pace
        self._reactor = traffic.reactor
        self._may_share = traffic.may_share
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
        carrier = Carrier(reply, self._front.part, self._pace.most(self._held))
        self._replies.add(reply)
        try:
            if self._stopped.is_set():
                raise StoppedError
            yield lambda first, stop: self._fill(first, stop, carrier, watch)
        finally:
            self._replies.discard(reply)
            carrier.close()
            reply.close()

    @property
    def _held(self) -> int:
        """How many bytes to hold at most between a read and its write."""
        held = max(_MOST_HELD // max(self._lanes.active, 1), _LEAST_HELD)
        if speed := self._lanes.each:
            return min(held, max(int(speed * _MOMENT), _LEAST_OF_SLOW))
        return held

    def _fill(self, first: int, stop: int, carrier: Carrier, watch: StallWatch) -> None:
        """Write what a reply gives into segments in a row, until they are full."""
        reply = carrier.reply
        steps = self._steps(first, stop, carrier, watch)
        descriptor = reply.unblock() if self._is_one_of_many else None
        if descriptor is not None:
            try:
                self._reactor.drive(descriptor, steps, self._waits.read)
            except TimeoutError as error:
                raise SilentSourceError(reply.address.shown) from error
            finally:
                reply.block()
        for _ in steps:  # all of them, where nobody else takes any
            pass

    @property
    def _is_one_of_many(self) -> bool:
        """Whether to leave the waiting to whoever does it for all.

        Whoever waits for room, or for the pace, has to wait alone.
        """
        is_free = self._may_share and isinstance(self._front.part, PartFile)
        return is_free and self._lanes.active > 1

    def _steps(
        self, first: int, stop: int, carrier: Carrier, watch: StallWatch
    ) -> Iterator[bool]:
        """Write what has come at each step; tells whether anything had.

        Until there was nothing once, or the kernel carried some, there may be what was
        read ahead, of which no descriptor tells. Afterwards less than what one read may
        bring is all there is. Where the reply is over nothing comes any more, and the
        next read says so.
        """
        is_drained, count = False, 0
        reply, part = carrier.reply, self._front.part
        shown = reply.address.shown
        end = min(stop * SEGMENT, part.size)
        while (index := part.first_gap(first, stop)) is not None:
            first = index
            if is_drained and 0 < count < carrier.most and not reply.is_over:
                yield True
            try:
                count = carrier.take(end - index * SEGMENT - part.count(index))
            except NothingYetError:
                is_drained, count = True, 0
                yield False
                continue
            part.await_room(count, self._stopped)
            if self._stopped.is_set():
                raise StoppedError
            if count == 0:
                raise PassingError(f"{shown}: broke off")
            is_drained |= carrier.is_spliced
            carrier.put(index, count)
            self._advanced(count)
            self._front.moved(index)
            watch.saw(count, shown)
            self._lanes.saw(count, is_enough=self._front.backlog > _ENOUGH)
            self._pace.took(count)
