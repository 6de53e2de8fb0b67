"""The front moves as the bytes come without a gap, and whoever follows gets them."""

import hashlib
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemm_catalog.errors import LocalError, SourceError
from lemm_catalog.store.part import SEGMENT, Origin, PartFile
from lemm_catalog.transfer.front import Follower, Front, FrontReader, digests_behind
from tests.pulling import some_bytes

SIZE = 2 * SEGMENT + 100_000
DATA = some_bytes(SIZE)


@pytest.fixture
def part(tmp_path: Path) -> Iterator[PartFile]:
    with PartFile(tmp_path, SIZE) as made:
        made.begin(Origin(url="https://example.org/a"))
        yield made


def fill(part: PartFile, index: int, count: int) -> None:
    start = index * SEGMENT + part.count(index)
    part.write(index, memoryview(DATA)[start : start + count])


def test_the_front_stops_at_the_first_gap(part: PartFile) -> None:
    front = Front(part)
    fill(part, 2, 100_000)
    fill(part, 0, 1000)
    assert front.wait(0) == 1000

    fill(part, 0, SEGMENT - 1000)
    assert front.wait(1000) == SEGMENT
    fill(part, 1, SEGMENT)
    assert front.wait(SEGMENT) == SIZE
    assert front.wait(SIZE) == SIZE


def test_an_empty_file_is_all_there(tmp_path: Path) -> None:
    with PartFile(tmp_path, 0) as part:
        front = Front(part)
        assert front.wait(0) == 0
        assert FrontReader(front).read() == b""
        (digest,) = digests_behind(front, {"sha256"})
        assert digest.value == hashlib.sha256(b"").hexdigest()


def test_segments_in_any_order_are_read_in_order(part: PartFile) -> None:
    front = Front(part)
    stream = io.BufferedReader(FrontReader(front))
    reader = Follower("read", stream.read)
    hasher = Follower("hash", lambda: digests_behind(front, {"sha256", "md5"}))
    for index in (2, 1, 0):
        while part.count(index) < part.length(index):
            fill(part, index, min(1_000_000, part.length(index) - part.count(index)))
            front.moved(index)

    assert reader.result() == DATA
    md5, sha256 = hasher.result()
    assert (md5.value, sha256.value) == (
        hashlib.md5(DATA).hexdigest(),
        hashlib.sha256(DATA).hexdigest(),
    )


def test_a_failure_wakes_whoever_waits_and_the_first_reason_stays(
    part: PartFile,
) -> None:
    front = Front(part)
    waiters = [Follower("wait", lambda: front.wait(0)) for _ in range(3)]
    front.fail(SourceError("the first reason"))
    front.fail(SourceError("another"))

    for waiter in waiters:
        with pytest.raises(SourceError, match="the first reason"):
            waiter.result()


def test_a_failure_ends_hashing_at_once_even_if_all_is_there(part: PartFile) -> None:
    for index in range(part.segments):
        fill(part, index, part.length(index))
    front = Front(part)
    front.fail(LocalError("interrupted"))

    with pytest.raises(LocalError, match="interrupted"):
        digests_behind(front, {"sha256"})


def test_a_follower_hands_over_what_it_raised() -> None:
    def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        Follower("raise", work).result()


def test_a_follower_is_waited_for() -> None:
    done = threading.Event()

    def work() -> int:
        done.wait(5)
        return 7

    follower = Follower("late", work)
    threading.Timer(0.05, done.set).start()
    before = time.monotonic()

    assert follower.result() == 7
    assert time.monotonic() - before < 4


def test_the_backlog_is_what_the_slowest_follower_has_not_taken(part: PartFile) -> None:
    front = Front(part)
    fill(part, 0, SEGMENT)
    fill(part, 2, 1000)  # beyond a gap, where nobody can follow
    assert front.wait(0) == SEGMENT
    front.let_go("hasher", SEGMENT)
    assert front.backlog == 0
    front.let_go("follower", SEGMENT - 1000)
    assert front.backlog == 1000
