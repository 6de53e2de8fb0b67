"""Many descriptors in one thread: who is ready goes on, who is silent is told."""

import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
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
        assert [end.result(timeout=10) for end in ends] == [None] * 20
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
