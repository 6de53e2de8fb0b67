"""Requests are sent ahead, and every address gets its own answer, whatever happens."""

import threading
from collections.abc import Iterator

import pytest

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.base import Pause
from lemm_catalog.backends.http import HttpBackend
from lemm_catalog.backends.reply import Reply
from lemm_catalog.errors import SourceError
from tests.pulling import QUICK, some_bytes
from tests.servers.answers import Redirect, Status
from tests.servers.faults import Drop, Fault, HangUp
from tests.servers.http import HttpServer

PAGES = {f"/{n}": some_bytes(2000 + n) for n in range(60)}


@pytest.fixture
def backend() -> Iterator[HttpBackend]:
    made = HttpBackend(waits=QUICK)
    yield made
    made.close()


def ask(
    backend: HttpBackend, server: HttpServer, names: list[str]
) -> list[bytes | SourceError]:
    found: list[bytes | SourceError] = []
    buffer = memoryview(bytearray(10_000))
    asked = iter(Address(url=server.url(name)) for name in names)
    for number, turn in enumerate(backend.several(asked)):
        assert not isinstance(turn, Pause)
        address, reply = turn
        assert address.url == server.url(names[number])
        if isinstance(reply, Reply):
            data = b""
            try:
                while got := reply.readinto(buffer):
                    data += buffer[:got]
                found.append(data)
            except SourceError as error:
                found.append(error)
            reply.close()
        else:
            found.append(reply)
    return found


def test_answers_come_in_their_order_over_one_connection(backend: HttpBackend) -> None:
    with HttpServer(PAGES) as server:
        assert ask(backend, server, list(PAGES)) == list(PAGES.values())
        assert {record.connection for record in server.requests} == {1}


@pytest.mark.parametrize(
    "fault", [HangUp(times=1), Drop(at=500, times=1), Status(404), Status(503, times=1)]
)
def test_one_that_fails_takes_no_other_with_it(
    fault: Fault, backend: HttpBackend
) -> None:
    with HttpServer(PAGES, {"/30": [fault]}) as server:
        found = ask(backend, server, list(PAGES))

    right = [data for data in found if isinstance(data, bytes)]
    wanted = list(PAGES.values())
    if isinstance(found[30], SourceError):
        assert right == wanted[:30] + wanted[31:]
    else:  # it was asked once more, over a connection of its own
        assert right == wanted


def test_a_redirect_is_followed(backend: HttpBackend) -> None:
    with HttpServer(PAGES, {"/30": [Redirect(to="/31")]}) as server:
        found = ask(backend, server, list(PAGES))
    expected = list(PAGES.values())
    expected[30] = expected[31]
    assert found == expected


def test_an_answer_nobody_reads_costs_only_its_connection(backend: HttpBackend) -> None:
    with HttpServer(PAGES) as server:
        addresses = iter(Address(url=server.url(name)) for name in PAGES)
        replies = backend.several(addresses)
        for _ in range(20):
            _, reply = next(replies)  # type: ignore[misc]
            assert isinstance(reply, Reply)
            reply.close()
        assert len(server.requests) >= 20


def test_several_threads_ask_at_once(backend: HttpBackend) -> None:
    results: list[list[bytes | SourceError]] = []
    with HttpServer(PAGES) as server:
        crew = [
            threading.Thread(
                target=lambda: results.append(ask(backend, server, list(PAGES)))
            )
            for _ in range(4)
        ]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
    assert results == [list(PAGES.values())] * 4


def test_who_gives_up_late_ends_nobody_elses_connection(backend: HttpBackend) -> None:
    data = some_bytes(300_000)
    with HttpServer({"/a": data, "/b": data}) as server:
        first = backend.open(Address(url=server.url("/a")))
        buffer = memoryview(bytearray(400_000))
        while first.readinto(buffer):
            pass
        first.close()
        second = backend.open(Address(url=server.url("/b")))
        first.abort()
        got = 0
        while count := second.readinto(buffer[got:]):
            got += count
        second.close()
        assert len({record.connection for record in server.requests}) == 1
    assert bytes(buffer[:got]) == data
