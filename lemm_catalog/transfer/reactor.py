"""One thread in which the work of many connections goes on, each when something came.

A thread for each would spend its time on handing the interpreter's lock to the next:
32 of them left whoever hashes beside them a tenth of a processor. Where the system
cannot tell of many descriptors at once, they keep their threads.
"""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

IS_ABLE = hasattr(select, "epoll")
# A thread without work waits so long for more, in seconds.
_LINGER = 1.0


class _Work:
    """Steps of somebody who waits for their end."""

    def __init__(self, steps: Iterator[bool], silence: float) -> None:
        self.steps = steps
        self.silence = silence
        self.until = 0.0  # by when something must have come
        self.error: BaseException | None = None
        self.ended = threading.Event()


class Reactor:
    """Takes steps whenever their descriptor can be read; for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works: dict[int, _Work] = {}
        self._epoll: Any = None
        self._soonest = 0.0  # that anybody may have been silent for too long

    def drive(self, descriptor: int, steps: Iterator[bool], silence: float) -> bool:
        """Have steps taken until their end, one each time a descriptor can be read.

        A step takes all that has come, waits for nobody, and tells whether there was
        anything. The first is taken at once: of what is read ahead no descriptor tells.
        Returns whether they were: not where the system has no descriptor or no thread
        left for it.

        Raises:
            TimeoutError: if nothing came for ``silence`` seconds.
            BaseException: what a step raises.

        """
        work = _Work(steps, silence)
        try:
            if has_begun := self._begin(descriptor, work):
                work.ended.wait()
        finally:  # interrupted, too: nobody takes a step any more
            with self._lock:
                self._forget(descriptor, work)
        if work.error is not None:
            raise work.error
        return has_begun

    def _begin(self, descriptor: int, work: _Work) -> bool:
        with self._lock:
            work.until = time.monotonic() + work.silence
            try:
                if self._epoll is None:
                    self._open(work.until)
                # It can be written to, as its request was: that is the first step.
                self._epoll.register(descriptor, select.EPOLLIN | select.EPOLLOUT)
            except (OSError, RuntimeError):  # of descriptors, or of threads
                return False
            self._works[descriptor] = work
            self._soonest = min(self._soonest, work.until)
            return True

    def _open(self, until: float) -> None:
        self._epoll, self._soonest = select.epoll(), until
        try:
            threading.Thread(target=self._run, name="reactor", daemon=True).start()
        except RuntimeError:
            self._epoll = None
            raise

    def _run(self) -> None:
        try:
            while self._goes_on():
                pass
        except BaseException as error:  # noqa: BLE001 - nobody may wait for ever
            with self._lock:
                for descriptor, work in tuple(self._works.items()):
                    self._end(descriptor, work, error)
                self._epoll = None

    def _goes_on(self) -> bool:
        """Serve whoever can be served; False once nobody has come for a while."""
        left = self._soonest - time.monotonic()
        ready = self._epoll.poll(max(0.0, left))
        # Who had bytes by now is among the ready, however long it takes to serve them.
        seen = time.monotonic()
        for descriptor, events in ready:
            with self._lock:
                self._step(descriptor, is_first=bool(events & select.EPOLLOUT))
        if seen < self._soonest:
            return True
        with self._lock:
            if not self._works:
                self._epoll.close()
                self._epoll = None
                return False
            self._end_the_silent(seen)
        return True

    def _step(self, descriptor: int, *, is_first: bool) -> None:
        work = self._works.get(descriptor)
        if work is None:
            return
        try:
            if is_first:
                self._epoll.modify(descriptor, select.EPOLLIN)
            if next(work.steps):
                work.until = time.monotonic() + work.silence
        except StopIteration:
            self._end(descriptor, work, None)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._end(descriptor, work, error)

    def _end_the_silent(self, seen: float) -> None:
        for descriptor, work in tuple(self._works.items()):
            if seen >= work.until:
                self._end(descriptor, work, TimeoutError())
        lasts = (work.until for work in self._works.values())
        self._soonest = min(lasts, default=seen + _LINGER)

    def _end(self, descriptor: int, work: _Work, error: BaseException | None) -> None:
        work.error = error
        self._forget(descriptor, work)
        work.ended.set()

    def _forget(self, descriptor: int, work: _Work) -> None:
        if self._works.get(descriptor) is work:
            del self._works[descriptor]
            with suppress(OSError):  # it was closed meanwhile
                self._epoll.unregister(descriptor)
            if not self._works:
                self._soonest = time.monotonic() + _LINGER
