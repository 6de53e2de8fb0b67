"""The server: strict, bounded, and never held up by one client."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from lemm_catalog.errors import LocalError
from lemm_catalog.space.answers import Answer, answer, event, stream
from lemm_catalog.space.connection import Limits
from lemm_catalog.space.requests import BadRequestError, Request, parse
from lemm_catalog.space.server import Server
from tests.space.running import ask

QUICK = Limits(
    reading=0.6, writing=0.6, stalled=0.6, draining=0.2, heartbeat=0.3, pause=0.05
)


class Paper:
    """A site of one page and one stream, each event as large as one likes."""

    def __init__(self, size: int = 10) -> None:
        self.size = size
        self.number = 0
        self.made = 0

    def version(self) -> int:
        return self.number

    def answer(self, request: Request, *, may_stream: bool) -> Answer:
        if request.path == "/broken":
            raise RuntimeError("a mistake of ours")
        if request.path == "/events":
            return stream("data") if may_stream else answer(503, "full")
        return answer(200, "x" * self.size)

    def event(self, stream: str) -> bytes:
        self.made += 1
        return event(f"{self.number} {'x' * self.size}")


@contextmanager
def serving(paper: Paper, limits: Limits = QUICK) -> Iterator[Server]:
    server = Server("127.0.0.1", 0, paper, limits)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def connected(server: Server, data: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    client.sendall(data)
    return client


def all_of(client: socket.socket) -> bytes:
    data = b""
    try:
        while piece := client.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def reply_to(server: Server, data: bytes) -> bytes:
    with connected(server, data) as client:
        return all_of(client)


GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
WATCH = b"GET /events HTTP/1.1\r\nHost: here\r\n\r\n"


def test_a_request_that_comes_in_pieces_is_answered() -> None:
    with serving(Paper()) as server, connected(server) as client:
        for letter in GET:
            client.sendall(bytes([letter]))
            time.sleep(0.002)
        assert all_of(client).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET http://else/ HTTP/1.1\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000, 431),
        (b"GET /" + b"a" * 20000, 414),
    ],
)
def test_what_is_no_request_is_refused(data: bytes, status: int) -> None:
    with serving(Paper()) as server:
        assert reply_to(server, data).startswith(f"HTTP/1.1 {status} ".encode())
        assert ask(server.port).status == 200


def test_a_head_is_known_to_be_whole_or_not() -> None:
    assert parse(b"GET / HTTP/1.1\r\nA: b\r\n") is None
    assert parse(b"GET /a?b=c HTTP/1.0\r\n\r\nbody") == Request("GET", "/a", "b=c")
    with pytest.raises(BadRequestError):
        parse(b"GET /a b HTTP/1.1\r\n\r\n")


def test_who_sends_slowly_has_so_long_in_all_and_no_longer() -> None:
    with serving(Paper()) as server, connected(server, b"GET / HTTP/1.1\r\n") as slow:
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() < began + 5:
                slow.sendall(b"X: y\r\n")  # each of them in time
                time.sleep(0.1)
        assert time.monotonic() - began < 3


def test_who_never_reads_is_let_go() -> None:
    with serving(Paper(30_000_000)) as server, connected(server, GET) as client:
        time.sleep(1.5)
        got = all_of(client)
        assert 0 < len(got) < 30_000_000


def test_a_request_with_a_body_still_gets_its_answer() -> None:
    body = b"x" * 100_000
    head = b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"
    with serving(Paper()) as server:
        assert b"200 OK" in reply_to(server, head + body)


def test_connections_are_bounded_and_new_ones_come_through() -> None:
    limits = QUICK._replace(connections=20, reading=30)
    with serving(Paper(), limits) as server, ExitStack() as stack:
        idle = [stack.enter_context(connected(server)) for _ in range(60)]
        for _ in range(5):
            assert ask(server.port).status == 200
        idle[0].settimeout(5)
        assert idle[0].recv(1) == b""  # the oldest were let go


def test_a_mistake_of_ours_costs_one_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(Paper()) as server:
        assert reply_to(server, b"GET /broken HTTP/1.1\r\n\r\n") == b""
        assert ask(server.port).status == 200
    assert "a mistake of ours" in caplog.text


def test_a_stream_has_the_last_state_and_signs_of_life() -> None:
    paper = Paper()
    with serving(paper) as server, connected(server, WATCH) as client:
        seen = b""
        while b"data: 0 " not in seen or b": still here" not in seen:
            seen += client.recv(4096)
        paper.number = 7
        server.wake()
        while b"data: 7 " not in seen:
            seen += client.recv(4096)
        assert seen.count(b"data: 0 ") == 1


def test_many_slow_watchers_hold_nobody_up_and_cost_little() -> None:
    paper = Paper(200_000)
    limits = QUICK._replace(stalled=30, streams=100)
    with serving(paper, limits) as server, ExitStack() as stack:
        for _ in range(100):  # they never read a byte
            stack.enter_context(connected(server, WATCH))
        for number in range(1, 21):
            paper.number = number
            server.wake()
            began = time.monotonic()
            assert ask(server.port).status == 200
            assert time.monotonic() - began < 2
        # None of the 100 has more than one event waiting.
        waiting = [c for c in list(server._clients.values()) if c.has_output]
        assert len(waiting) <= 101
        assert sum(len(client._out) for client in waiting) <= 101 * 201_000


def test_a_watcher_that_stalls_is_let_go() -> None:
    paper = Paper(8_000_000)
    with serving(paper) as server, connected(server, WATCH) as client:
        time.sleep(2)
        assert len(all_of(client)) < 8_000_000
        assert ask(server.port).status == 200


def test_more_watchers_than_there_may_be_are_told_so() -> None:
    limits = QUICK._replace(streams=2, heartbeat=30)
    with serving(Paper(), limits) as server, ExitStack() as stack:
        for _ in range(2):
            client = stack.enter_context(connected(server, WATCH))
            assert client.recv(15) == b"HTTP/1.1 200 OK"
        assert reply_to(server, WATCH).startswith(b"HTTP/1.1 503 ")
        assert ask(server.port).status == 200


def test_a_port_that_is_taken_is_said_in_words() -> None:
    with (
        serving(Paper()) as server,
        pytest.raises(LocalError, match="cannot listen on") as caught,
    ):
        Server("127.0.0.1", server.port, Paper())
    assert "--port" in str(caught.value.mend)
