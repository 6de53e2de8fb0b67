"""The programmable server does what its faults say."""

import http.client
import socket
import threading
import time
from pathlib import Path

import pytest
import urllib3

from tests.servers import answers, faults
from tests.servers.faults import Fault
from tests.servers.http import HttpServer
from tests.servers.message import Page
from tests.servers.tls import loopback_certificate
from tests.unit.servers.asking import DATA, OTHER, ask, ask_by, read_raw


def test_serves_whole_bodies_with_validators(server: HttpServer) -> None:
    answer = ask(server)

    assert answer.status == 200
    assert answer.body == DATA
    assert answer.headers["etag"] == Page.of(DATA).etag
    assert answer.headers["last-modified"] == "Wed, 01 Jan 2020 00:00:00 GMT"
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("wanted", "body", "stated"),
    [
        ("bytes=0-0", DATA[:1], "bytes 0-0/102400"),
        ("bytes=100-199", DATA[100:200], "bytes 100-199/102400"),
        ("bytes=102000-", DATA[102_000:], "bytes 102000-102399/102400"),
        ("bytes=-10", DATA[-10:], "bytes 102390-102399/102400"),
        ("bytes=5-999999", DATA[5:], "bytes 5-102399/102400"),
    ],
)
def test_serves_single_ranges(
    server: HttpServer, wanted: str, body: bytes, stated: str
) -> None:
    answer = ask(server, Range=wanted)

    assert answer.status == 206
    assert answer.body == body
    assert answer.headers["content-range"] == stated


def test_refuses_a_range_past_the_end(server: HttpServer) -> None:
    answer = ask(server, Range="bytes=102400-")

    assert answer.status == 416
    assert answer.headers["content-range"] == "bytes */102400"


@pytest.mark.parametrize("wanted", ["bytes=1-2,5-6", "bytes=9-3", "bytes=-", "lines=1"])
def test_ignores_ranges_it_cannot_serve(server: HttpServer, wanted: str) -> None:
    assert ask(server, Range=wanted).status == 200


def test_if_range_gives_the_part_only_while_it_matches(server: HttpServer) -> None:
    first = ask(server)
    tag, date = first.headers["etag"], first.headers["last-modified"]

    def status(condition: str) -> int:
        return ask(server, Range="bytes=9-", If_Range=condition).status

    assert status(tag) == 206
    assert status(date) == 206
    assert status('"another"') == 200
    assert status(f"W/{tag}") == 200
    server.put("/a", OTHER)
    assert status(tag) == 200


def test_head_has_the_headers_of_get_and_no_body(server: HttpServer) -> None:
    answer = ask_by("HEAD", server, "/a")

    assert answer.body == b""
    assert answer.headers == ask(server).headers


def test_knows_unknown_paths_methods_and_conditions(server: HttpServer) -> None:
    tag = ask(server).headers["etag"]

    assert ask(server, "/b").status == 404
    assert ask_by("DELETE", server, "/a").status == 405
    assert ask(server, If_None_Match=tag).status == 304


def test_serves_a_folder_but_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "a b").write_bytes(DATA)
    (tmp_path / "out").write_bytes(b"secret")
    with HttpServer(tmp_path / "in") as server:
        assert ask(server, "/deep/a%20b").body == DATA
        assert ask(server, "/../out").status == 404
        assert ask(server, "/deep").status == 404


def test_records_requests_and_keeps_connections_alive(server: HttpServer) -> None:
    with urllib3.PoolManager() as pool:
        for _ in range(3):
            pool.request("GET", server.url("/a?x=1"), headers={"X-Token": "t"})

    server.wait_until(lambda it: all(record.done for record in it.requests))
    assert server.connections == 1
    assert server.sent("/a") == 3 * len(DATA)
    first = server.of("/a")[0]
    assert (first.method, first.target, first.status) == ("GET", "/a?x=1", 200)
    assert first.headers["x-token"] == "t"
    server.forget()
    assert server.requests == []


def test_what_the_client_has_is_counted_already(server: HttpServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    counts = []
    for _ in range(500):
        connection.request("GET", "/a", headers={"Range": "bytes=0-0"})
        connection.getresponse().read()
        counts.append(server.sent("/a"))
    connection.close()
    assert counts == list(range(1, 501))


def test_a_second_server_is_another_origin(server: HttpServer) -> None:
    with HttpServer() as other:
        assert server.origin != other.origin


def test_faults_are_counted_per_path(server: HttpServer) -> None:
    server.script("/a", answers.Status(503, after=1, times=2))

    assert [ask(server).status for _ in range(5)] == [200, 503, 503, 200, 200]
    server.script("/a", answers.Status(404, only="ranged"))
    assert [ask(server).status, ask(server, Range="bytes=1-").status] == [200, 404]


def test_faults_of_the_star_concern_every_path(server: HttpServer) -> None:
    server.script("*", answers.Status(500))

    assert [ask(server, path).status for path in ("/a", "/b")] == [500, 500]


@pytest.mark.parametrize("fault", [faults.Drop(1000), faults.Chunked(ends=False)])
def test_a_dropped_body_is_incomplete(server: HttpServer, fault: Fault) -> None:
    server.script("/a", fault)

    with pytest.raises(http.client.IncompleteRead):
        ask(server)


def test_a_drop_leaves_exactly_the_bytes_before_it(server: HttpServer) -> None:
    server.script("/a", faults.Drop(70_000, times=1))

    assert read_raw(server).partition(b"\r\n\r\n")[2] == DATA[:70_000]
    assert ask(server).body == DATA


def test_a_reset_is_seen_as_one_after_the_bytes(server: HttpServer) -> None:
    server.script("/a", faults.Reset(1000))
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
        raw.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        found = b""
        with pytest.raises(ConnectionResetError):
            while piece := raw.recv(65_536):
                found += piece

    assert found.partition(b"\r\n\r\n")[2] == DATA[:1000]


def test_a_server_may_hang_up_or_talk_nonsense(server: HttpServer) -> None:
    server.script("/a", faults.HangUp(times=1), faults.Garbage(b"what?\r\n", after=1))

    with pytest.raises(http.client.RemoteDisconnected):
        ask(server)
    assert read_raw(server) == b"what?\r\n"


@pytest.mark.parametrize(
    "fault",
    [
        faults.Late(0.2),
        faults.Stall(1000, 0.2),
        faults.Stall(0, 0.2),
        faults.Drip(10_240, 0.02),
        faults.Rate(len(DATA) * 5),
    ],
)
def test_slow_replies_take_their_time(server: HttpServer, fault: Fault) -> None:
    server.script("/a", fault)
    before = time.monotonic()

    assert ask(server).body == DATA
    assert 0.15 < time.monotonic() - before < 2


def test_closing_wakes_a_stalled_connection() -> None:
    before = time.monotonic()
    with HttpServer({"/a": DATA}, {"/a": [faults.Stall(10, 60)]}) as server:
        reader = threading.Thread(target=lambda: read_raw(server))
        reader.start()
        server.wait_until(lambda it: it.sent("/a") == 10)
    reader.join()

    assert time.monotonic() - before < 2
    assert not [t for t in threading.enumerate() if "_serve" in t.name]


def test_the_stated_length_may_be_wrong(server: HttpServer) -> None:
    server.script("/a", faults.Length(5, times=1), faults.Length(-5, after=1))

    with pytest.raises(http.client.IncompleteRead):
        ask(server)
    assert ask(server).body == DATA[:-5]


@pytest.mark.parametrize("fault", [faults.Chunked(7), faults.Unsized(7)])
def test_a_short_body_may_look_complete(server: HttpServer, fault: Fault) -> None:
    server.script("/a", fault)

    answer = ask(server)
    assert answer.body == DATA[:-7]
    assert "content-length" not in answer.headers


def test_an_endless_body_ends_at_its_limit_only(server: HttpServer) -> None:
    server.script("/a", faults.Endless(3 * len(DATA) + 5))

    assert ask(server).body == DATA * 3 + DATA[:5]


def test_hints_come_before_the_reply(server: HttpServer) -> None:
    server.script("/a", faults.EarlyHints(2))

    assert read_raw(server).count(b"HTTP/1.1 103 Early Hints\r\n") == 2


def test_headers_may_be_huge_or_set(server: HttpServer) -> None:
    server.script("/a", faults.HugeHeaders(500_000, lines=10))
    assert len(read_raw(server)) > 500_000 + len(DATA)

    server.script("/a", faults.SetHeaders({"ETag": None, "X-Evil": "\x1b[31m"}))
    answer = ask(server)
    assert "etag" not in answer.headers
    assert answer.headers["x-evil"] == "\x1b[31m"


def test_connections_too_many_are_refused() -> None:
    with HttpServer({"/a": DATA}, most_connections=1) as server:
        with socket.create_connection(("127.0.0.1", server.port)):
            server.wait_until(lambda it: it.connections == 1)
            assert ask(server).status == 503
        server.wait_until(lambda it: it.live == 0)
        assert ask(server).status == 200


def test_speaks_tls_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    certificate = loopback_certificate(tmp_path)
    with (
        HttpServer({"/a": DATA}, tls=certificate.server) as server,
        urllib3.PoolManager(ca_certs=str(certificate.file)) as pool,
    ):
        assert pool.request("GET", server.url("/a")).data == DATA
        assert server.origin.startswith("https://")
