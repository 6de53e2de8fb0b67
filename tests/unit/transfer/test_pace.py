"""The rate a user allows is kept to, however many take part."""

import threading
import time

import pytest

from lemm_catalog.transfer.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def test_no_limit_waits_for_nothing() -> None:
    clock = Clock()
    pace = Pace(None, clock, clock.sleep)
    pace.took(10**12)
    assert (clock.slept, pace.most(500)) == (0.0, 500)


@pytest.mark.parametrize("piece", [100, 10_000, 1_000_000])
def test_bytes_take_the_time_the_limit_gives_them(piece: int) -> None:
    clock = Clock()
    pace = Pace(1_000_000, clock, clock.sleep)
    for _ in range(10_000_000 // piece):
        pace.took(piece)
    assert clock.slept == pytest.approx(10.0, abs=0.3)


def test_a_silence_is_not_made_up_for() -> None:
    clock = Clock()
    pace = Pace(1_000_000, clock, clock.sleep)
    pace.took(1_000_000)
    clock.now += 60
    before = clock.slept
    for _ in range(100):
        pace.took(100_000)
    assert clock.slept - before == pytest.approx(10.0, abs=0.3)


def test_reads_are_short_enough_for_an_even_flow() -> None:
    assert Pace(400_000).most(512 * 1024) == 100_000
    assert Pace(1).most(512 * 1024) == 1


def test_several_threads_share_it() -> None:
    pace = Pace(1_000_000)

    def take() -> None:
        for _ in range(5):
            pace.took(20_000)

    crew = [threading.Thread(target=take) for _ in range(4)]
    before = time.monotonic()
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert time.monotonic() - before >= 0.1
