"""Many descriptors in one thread: who is ready goes on, who is silent is told."""

import errno
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from lemm_catalog.transfer.reactor import IS_ABLE, Reactor

pytestmark = pytest.mark.skipif(not IS_ABLE, reason="the system has no epoll")


class Source:
    """A pipe of which one end is read step by step, until it is closed."""

    def __init__(self) -> None:
        self.outlet, self.inlet = os.pipe()
        os.set_blocking(self.outlet, False)
        self.got: list[bytes] = []
        self.threads: set[str] = set()

    def steps(self) -> Iterator[bool]:
        while True:
            self.threads.add(threading.current_thread().name)
            try:
                data = os.read(self.outlet, 100)
            except BlockingIOError:
                yield False
                continue
            if not data:
                return
            self.got.append(data)
            yield True

    def close(self) -> None:
        os.close(self.outlet)
        os.close(self.inlet)


@pytest.fixture
def source() -> Iterator[Source]:
    made = Source()
    yield made
    made.close()


def test_all_go_on_in_one_thread_that_is_none_of_theirs() -> None:
    reactor, sources = Reactor(), [Source() for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        ends = [
            pool.submit(reactor.drive, one.outlet, one.steps(), 10.0) for one in sources
        ]
        for number in range(3):
            for one in sources:
                os.write(one.inlet, b"%d" % number)
        for one in sources:
            os.close(one.inlet)
        assert [end.result(timeout=10) for end in ends] == [True] * 20
    assert {b"".join(one.got) for one in sources} == {b"012"}
    assert set().union(*(one.threads for one in sources)) == {"reactor"}
    for one in sources:
        os.close(one.outlet)


def test_what_no_descriptor_tells_of_is_taken_at_once() -> None:
    done: list[str] = []

    def steps() -> Iterator[bool]:
        done.append("what was read ahead")
        yield from ()

    one, other = socket.socketpair()
    with one, other:
        Reactor().drive(one.fileno(), steps(), 10.0)
    assert done == ["what was read ahead"]


def test_what_a_step_raises_is_raised_where_it_is_waited_for(source: Source) -> None:
    def steps() -> Iterator[bool]:
        yield False
        raise LookupError("gone")

    os.write(source.inlet, b"x")
    with pytest.raises(LookupError, match="gone"):
        Reactor().drive(source.outlet, steps(), 10.0)


def test_silence_is_told_and_what_comes_ends_it_not_a_wakeup(source: Source) -> None:
    reactor, before = Reactor(), time.monotonic()
    with pytest.raises(TimeoutError):
        reactor.drive(source.outlet, source.steps(), 0.2)
    assert 0.2 <= time.monotonic() - before < 5

    os.write(source.inlet, b"x")  # is never taken: each look finds nothing
    before = time.monotonic()
    with pytest.raises(TimeoutError):
        reactor.drive(source.outlet, repeat(False), 0.2)
    assert time.monotonic() - before >= 0.2


def test_one_who_is_silent_does_not_keep_the_others(source: Source) -> None:
    reactor, silent = Reactor(), Source()
    with ThreadPoolExecutor(2) as pool:
        waits = pool.submit(reactor.drive, silent.outlet, silent.steps(), 0.5)
        goes = pool.submit(reactor.drive, source.outlet, source.steps(), 10.0)
        os.write(source.inlet, b"x")
        with pytest.raises(TimeoutError):
            waits.result(timeout=10)
        assert not goes.done()
        os.close(source.inlet)
        goes.result(timeout=10)
    source.inlet = os.dup(silent.inlet)
    silent.close()


def test_its_thread_ends_without_work_and_begins_again(source: Source) -> None:
    reactor = Reactor()
    for _ in range(2):
        with pytest.raises(TimeoutError):
            reactor.drive(source.outlet, source.steps(), 0.05)
        until = time.monotonic() + 10
        while "reactor" in {one.name for one in threading.enumerate()}:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("select.epoll", OSError(errno.EMFILE, "too many")),
        ("threading.Thread.start", RuntimeError("can't start new thread")),
    ],
)
def test_without_room_for_it_no_step_is_taken(
    what: str, error: Exception, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    reactor = Reactor()
    os.write(source.inlet, b"x")
    with monkeypatch.context() as patch:
        patch.setattr(what, Mock(side_effect=error))
        reactor.drive(source.outlet, source.steps(), 10.0)
    assert source.got == []

    os.close(source.inlet)
    reactor.drive(source.outlet, source.steps(), 10.0)
    assert source.got == [b"x"]
    source.inlet = os.dup(source.outlet)


def test_of_what_cannot_be_waited_for_no_step_is_taken(source: Source) -> None:
    with Path(__file__).open() as file:
        Reactor().drive(file.fileno(), source.steps(), 10.0)
    assert source.threads == set()


def test_whoever_is_interrupted_leaves_no_step_behind(source: Source) -> None:
    reactor = Reactor()

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lemm_catalog.transfer.reactor.threading.Event", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            reactor.drive(source.outlet, source.steps(), 10.0)
    os.write(source.inlet, b"x")
    time.sleep(0.1)
    assert source.got == []


def test_who_had_bytes_is_not_silent_however_slow_the_others_are(
    source: Source,
) -> None:
    reactor, slow = Reactor(), Source()

    def slowly() -> Iterator[bool]:
        for _ in range(3):
            time.sleep(0.3)
            yield True
            os.write(slow.inlet, b"x")  # and at once there is more to do

    os.write(slow.inlet, b"x")
    with ThreadPoolExecutor(2) as pool:
        ends = [
            pool.submit(reactor.drive, slow.outlet, slowly(), 10.0),
            pool.submit(reactor.drive, source.outlet, source.steps(), 0.25),
        ]
        for _ in range(4):
            os.write(source.inlet, b"y")
            time.sleep(0.2)
        os.close(source.inlet)
        assert [end.result(10) for end in ends] == [True, True]
    source.inlet = os.open(os.devnull, os.O_WRONLY)
    slow.close()
    assert b"".join(source.got) == b"yyyy"


def test_the_silence_of_who_has_to_wait_for_its_turn_begins_with_it(
    source: Source,
) -> None:
    reactor, slow = Reactor(), Source()

    def slowly() -> Iterator[bool]:
        time.sleep(0.6)
        yield False

    def then(looks: list[float]) -> Iterator[bool]:
        while True:
            looks.append(time.monotonic())
            os.read(source.outlet, 1)
            yield False

    looks: list[float] = []
    os.write(slow.inlet, b"x")
    os.write(source.inlet, b"x")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(reactor.drive, slow.outlet, slowly(), 10.0)
        time.sleep(0.1)
        second = pool.submit(reactor.drive, source.outlet, then(looks), 0.3)
        with pytest.raises(TimeoutError):
            second.result(10)
        assert time.monotonic() - looks[0] >= 0.25
        first.result(10)
    slow.close()


class Failing:
    """What tells of descriptors, until it fails once."""

    def __init__(self, real: Any, method: str) -> None:
        self._real = real
        self._method = method
        self._left = 1

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._left:
            self._left -= 1
            raise OSError(errno.EBADF, "Bad file descriptor")
        return getattr(self._real, name)


@pytest.mark.parametrize("method", ["modify", "poll", "close"])
def test_whatever_fails_nobody_waits_for_ever(
    method: str, monkeypatch: pytest.MonkeyPatch, source: Source
) -> None:
    reactor, real = Reactor(), select.epoll
    here, there = socket.socketpair()
    with monkeypatch.context() as patch, here, there:
        patch.setattr(select, "epoll", lambda: Failing(real(), method))
        with pytest.raises(OSError, match=r".*"):
            reactor.drive(here.fileno(), repeat(False), 0.2)
    # Whoever comes next is served.
    time.sleep(1.5 if method == "close" else 0)
    os.write(source.inlet, b"x")
    os.close(source.inlet)
    assert reactor.drive(source.outlet, source.steps(), 5.0)
    source.inlet = os.open(os.devnull, os.O_WRONLY)
    assert source.got == [b"x"]
