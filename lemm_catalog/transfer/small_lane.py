"""One lane of small files: how their bytes come, and in which thread.

It connects, and does whatever else may take long, in a thread of its own. Where there
are several, all that comes over them is taken by one thread that waits for them all:
32 threads spent half their time on handing the interpreter's lock to the next.
"""

import time
from collections.abc import Generator, Iterator

from lemm_catalog.backends.base import Pause
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import NothingYetError, Reply
from lemm_catalog.errors import SourceError
from lemm_catalog.transfer.lanes import Lanes
from lemm_catalog.transfer.missing import SMALL
from lemm_catalog.transfer.patience import SilentSourceError, StallWatch
from lemm_catalog.transfer.traffic import Traffic


class SmallLane:
    """What a lane holds, and how it is waited for."""

    def __init__(self, lanes: Lanes, traffic: Traffic, waits: Waits) -> None:
        self._lanes = lanes
        self._traffic = traffic
        self._waits = waits
        self._buffer = memoryview(bytearray(SMALL + 1))
        self._asked: float | None = time.monotonic()  # until the first answer
        self._has_shared = False
        self._may_share = traffic.may_share
        self._is_silent = False

    @property
    def shares(self) -> bool:
        """Whether it is waited for together with others.

        That does not end when they do: whoever goes on then must not have to wait.
        """
        self._has_shared = self._has_shared or self._lanes.active > 1
        return self._may_share and self._has_shared

    def was_silent(self) -> bool:
        """Tell, once, whether nothing has come for too long."""
        said, self._is_silent = self._is_silent, False
        return said

    def carry_out(self, steps: Iterator[Pause]) -> None:
        """Take all steps, each in the thread that is to take it."""
        for pause in steps:
            if pause.descriptor is not None:
                self._share(pause.descriptor, steps)

    def _share(self, descriptor: int, steps: Iterator[Pause]) -> None:
        def together() -> Iterator[bool]:
            for pause in steps:
                if pause.descriptor is None:
                    return
                yield True

        reactor, silence = self._traffic.reactor, self._waits.read
        try:
            self._may_share = reactor.drive(descriptor, together(), silence)
        except TimeoutError:
            self._is_silent = True

    def answered(self, reply: Reply | SourceError) -> None:
        """Tell the host's lanes how long the first answer took to begin."""
        if self._asked is not None:
            waited = reply.waited if isinstance(reply, Reply) else None
            self._lanes.opened(waited or time.monotonic() - self._asked)
            self._asked = None

    def read(self, reply: Reply, most: int) -> Generator[Pause, None, memoryview]:
        """Read to the end, or to so many bytes; give a pause where nothing has come.

        Raises:
            SourceError: if the source broke off, fell silent or is too slow.

        """
        watch, got, buffer = StallWatch(self._waits), 0, self._buffer[:most]
        shown = reply.address.shown
        while got < most:
            try:
                count = reply.readinto(buffer[got:])
            except NothingYetError:
                yield Pause(reply.unblock())
                if self.was_silent():
                    raise SilentSourceError(shown) from None
                if not self.shares:
                    reply.block()
                continue
            if not count:
                break
            got += count
            watch.saw(count, shown)
            self._lanes.saw(count)
            self._traffic.pace.took(count)
        return buffer[:got]
