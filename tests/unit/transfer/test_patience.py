"""How long to go on asking, told by a clock that does not run."""

import threading
import time

import pytest

from lemm_catalog.backends.http_answers import retry_after
from lemm_catalog.backends.network import Waits
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.transfer.patience import (
    ATTEMPTS,
    PROGRESS,
    Patience,
    SlowError,
    StallWatch,
)

BROKE = PassingError("https://example.org/a: broke off")


class Clock(threading.Event):
    """Notes how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return False


def test_waits_double_and_are_spread() -> None:
    clock = Clock()
    patience = Patience(clock, Waits(first=1.0))
    for _ in range(ATTEMPTS - 1):
        patience.wait_after(BROKE)

    assert len(clock.waited) == 4
    for wait, middle in zip(clock.waited, [1, 2, 4, 8], strict=True):
        assert 0.5 * middle <= wait <= 1.5 * middle


def test_two_clients_do_not_wait_the_same() -> None:
    found = set()
    for _ in range(10):
        clock = Clock()
        Patience(clock, Waits()).wait_after(BROKE)
        found.update(clock.waited)

    assert len(found) > 5


def test_the_fifth_failure_in_a_row_is_the_last() -> None:
    patience = Patience(Clock(), Waits())
    for _ in range(ATTEMPTS - 1):
        patience.wait_after(BROKE)
    with pytest.raises(SourceError, match="broke off, 5 times in a row") as caught:
        patience.wait_after(BROKE)

    assert not isinstance(caught.value, PassingError)


def test_progress_begins_the_count_anew_but_a_drip_does_not() -> None:
    patience = Patience(Clock(), Waits())
    for _ in range(100):
        patience.wait_after(BROKE, progress=PROGRESS)
    for _ in range(ATTEMPTS - 2):
        patience.wait_after(BROKE, progress=PROGRESS - 1)
    with pytest.raises(SourceError, match="5 times in a row"):
        patience.wait_after(BROKE, progress=PROGRESS - 1)


def test_bytes_that_came_too_slowly_are_no_progress() -> None:
    patience = Patience(Clock(), Waits())
    slow = SlowError("https://example.org/a: is slow")
    for _ in range(ATTEMPTS - 1):
        patience.wait_after(slow, progress=10 * PROGRESS)
    with pytest.raises(SourceError, match="is slow, 5 times in a row"):
        patience.wait_after(slow, progress=10 * PROGRESS)


def test_a_wait_that_was_asked_for_is_waited() -> None:
    clock = Clock()
    patience = Patience(clock, Waits(first=1.0))
    patience.wait_after(PassingError("busy", retry_after=30.0))

    assert 30.0 <= clock.waited[0] <= 31.0


def test_a_wait_that_is_too_long_is_reported() -> None:
    clock = Clock()
    busy = PassingError("busy", retry_after=61.0)
    with pytest.raises(SourceError, match=r"busy and wants 61 seconds \(run it again"):
        Patience(clock, Waits()).wait_after(busy)

    assert clock.waited == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9999999999", None),
        ("Mon, 32 Foo 2026 99:00:00 GMT", None),
        ("a, b", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 -0000", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Sun Nov  6 08:49:37 1994", 0.0),
    ],
)
def test_retry_after_is_read(text: str | None, expected: float | None) -> None:
    assert retry_after(text) == expected


def test_retry_after_as_a_date_counts_from_now() -> None:
    later = time.strftime("%a, %d %b %Y %H:%M:%S", time.gmtime(time.time() + 50))

    for zone in ("GMT", "-0000", "+0000"):
        found = retry_after(f"{later} {zone}")
        assert found is not None
        assert 45 < found <= 51


def test_a_source_above_the_least_rate_is_left_alone() -> None:
    watch = StallWatch(Waits(window=0.0, slowest=1))
    for _ in range(100):
        watch.saw(1000, "a")


def test_a_source_below_the_least_rate_is_a_stall() -> None:
    watch = StallWatch(Waits(window=0.0, slowest=10**15))
    time.sleep(0.001)
    with pytest.raises(SlowError, match="a: is slower than 1000000000000000 bytes"):
        watch.saw(1, "a")


def test_nothing_is_said_before_the_window_has_passed() -> None:
    watch = StallWatch(Waits(window=60.0, slowest=10**15))
    for _ in range(100):
        watch.saw(0, "a")
