"""Parts of a content: exactly those, however the server behaves."""

import io
import threading
from collections.abc import Iterator
from random import Random

import pytest

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.base import RangeRefusedError
from lemm_catalog.backends.network import Network
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import SourceError
from lemm_catalog.transfer.checks import WrongSizeError
from lemm_catalog.transfer.front import StoppedError
from lemm_catalog.transfer.ranges import Ranges
from tests.pulling import QUICK, KiB, some_bytes
from tests.servers.answers import Becomes, NoRanges, OtherStart
from tests.servers.faults import Drop, Fault
from tests.servers.http import HttpServer

DATA = some_bytes(900 * KiB)


class Asked:
    def __init__(self, server: HttpServer, size: int = len(DATA)) -> None:
        self.came = 0
        self.stop = threading.Event()
        self.ranges = Ranges(
            Backends(Network(waits=QUICK)),
            Address(url=server.url("a")),
            size,
            self.told,
            self.stop,
        )

    def told(self, count: int) -> None:
        self.came += count


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer({"/a": DATA}) as running:
        yield running


@pytest.fixture
def asked(server: HttpServer) -> Asked:
    return Asked(server)


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 1), (5, 700_000), (0, len(DATA)), (len(DATA) - 1, len(DATA))],
)
def test_a_part_is_exactly_what_was_asked_for(
    server: HttpServer, asked: Asked, start: int, stop: int
) -> None:
    assert asked.ranges.read(start, stop) == DATA[start:stop]
    assert asked.came == stop - start
    # It counts a piece once it is on its way, and may not have come to that yet.
    server.wait_until(lambda server: server.sent() == stop - start)


def test_it_goes_on_where_a_source_broke_off(server: HttpServer, asked: Asked) -> None:
    server.script("/a", Drop(at=300 * KiB, times=2))
    assert asked.ranges.read(10, len(DATA)) == DATA[10:]
    assert server.sent() < len(DATA) + 200 * KiB


@pytest.mark.parametrize("fault", [NoRanges(), OtherStart()])
def test_a_source_that_gives_something_else_is_of_no_use(
    server: HttpServer, asked: Asked, fault: Fault
) -> None:
    server.script("/a", fault)
    with pytest.raises(SourceError):
        asked.ranges.read(10, 20)
    assert asked.came == 0


def test_a_content_that_changes_on_the_way_is_not_glued(
    server: HttpServer, asked: Asked
) -> None:
    other = some_bytes(len(DATA), 2)
    server.script("/a", Drop(at=300 * KiB, times=1), Becomes(other, after=1))
    with pytest.raises(RangeRefusedError):
        asked.ranges.read(10, len(DATA))


def test_a_content_of_another_size_is_refused(server: HttpServer) -> None:
    with pytest.raises(WrongSizeError):
        Asked(server, len(DATA) + 1).ranges.read(10, 20)


def test_whoever_stops_gets_no_more(asked: Asked) -> None:
    asked.stop.set()
    with pytest.raises(StoppedError):
        asked.ranges.read(10, 20)


def test_a_file_of_ranges_reads_like_a_file(asked: Asked) -> None:
    expected, random = io.BytesIO(DATA), Random(5)
    with asked.ranges.file() as file:
        for _ in range(200):
            offset, count = random.randrange(len(DATA) + 10), random.choice((1, 70_000))
            whence = random.choice((io.SEEK_SET, io.SEEK_SET, io.SEEK_END))
            offset = -offset // 2 if whence == io.SEEK_END else offset
            assert file.seek(offset, whence) == expected.seek(offset, whence)
            assert file.read(count) == expected.read(count)


def test_a_file_of_ranges_fetches_little_more_than_is_read(
    server: HttpServer, asked: Asked
) -> None:
    with asked.ranges.file() as file:
        file.seek(100_000)
        assert file.read(30) == DATA[100_000:100_030]
        assert server.sent() <= 4 * KiB
        assert file.read(100_000) == DATA[100_030:200_030]
        assert server.sent() <= 200_000
    server.wait_until(lambda server: server.sent() == asked.came)


def test_a_stream_of_it_all_is_one_request(server: HttpServer, asked: Asked) -> None:
    with asked.ranges.stream() as stream:
        assert stream.read() == DATA
    assert len(server.requests) == 1
