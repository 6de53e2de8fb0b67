"""What all downloads of a process share: lanes, pace, and whoever serves many."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lemm_catalog.transfer.front import StoppedError
from lemm_catalog.transfer.lanes import Hosts
from lemm_catalog.transfer.pace import Pace
from lemm_catalog.transfer.reactor import IS_ABLE, Reactor


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """The connections there may be, the bytes a second, and who waits for all."""

    hosts: Hosts = field(default_factory=Hosts)
    pace: Pace = field(default_factory=Pace)
    reactor: Reactor = field(default_factory=Reactor)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _under_way: list[Callable[[], None]] = field(default_factory=list)
    _halted: threading.Event = field(default_factory=threading.Event)

    @property
    def may_share(self) -> bool:
        """Whether one thread can wait for many; for the pace each waits alone."""
        return IS_ABLE and self.pace.limit is None

    @contextmanager
    def under_way(self, give_up: Callable[[], None]) -> Iterator[None]:
        """Let some work be given up by whoever halts all of it.

        Raises:
            StoppedError: if somebody has.

        """
        with self._lock:
            self._check()
            self._under_way.append(give_up)
        try:
            yield
            self._check()
        finally:
            with self._lock:
                self._under_way.remove(give_up)

    def _check(self) -> None:
        if self._halted.is_set():
            raise StoppedError

    def halt(self) -> None:
        """Have all work given up, and none begun: nobody waits for it any more."""
        with self._lock:
            self._halted.set()
            work = tuple(self._under_way)
        for give_up in work:
            give_up()
