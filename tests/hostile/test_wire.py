"""Answers that are hardly HTTP: framing, smuggling, floods and drips.

Whatever a server says, the right bytes are published or nothing is, in bounded time.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.http import HttpBackend
from lemm_catalog.backends.network import Network, Waits
from lemm_catalog.errors import PassingError
from tests.pulling import (
    QUICK,
    MiB,
    Site,
    assert_fails_cleanly,
    assert_pulled,
    some_bytes,
)
from tests.servers.scripted import (
    CLOSE,
    Asked,
    Said,
    ScriptedServer,
    answer,
    chunked,
)
from tests.servers.tls import loopback_certificate

DATA = some_bytes(50_000)
OTHER = some_bytes(50_000, seed=2)
HURRIED = QUICK._replace(read=0.2)
HEAD = b"HTTP/1.1 200 OK\r\n"


def chunk(data: bytes, size: str | None = None) -> bytes:
    return (f"{len(data):x}" if size is None else size).encode() + b"\r\n" + data


def site(root: Path, server: ScriptedServer, data: bytes = DATA) -> Site:
    return Site(root, data, [server.url("/a")], network=Network(waits=HURRIED))


def raw(*said: Said) -> ScriptedServer:
    return ScriptedServer(lambda _: said)


BAD_CHUNKS = {
    "negative": chunk(DATA, "-c350") + b"\r\n",
    "signed": chunk(DATA, "+c350") + b"\r\n",
    "prefixed": chunk(DATA, "0xc350") + b"\r\n",
    "underscored": chunk(DATA, "c3_50") + b"\r\n",
    "wide digits": chunk(DATA, "\uff13").replace(b"\xef", b"\xb3") + b"\r\n",
    "empty": chunk(DATA, "") + b"\r\n",
    "enormous": chunk(DATA, "f" * 16) + b"\r\n",
    "a line without an end": b"0" * 20_000,
    "a size that is too large": chunk(DATA, "fffffffffffffff") + b"\r\n",
    "a size that is too small": chunk(DATA, "c34f") + b"\r\n",
}


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_a_chunk_that_does_not_add_up_is_an_error(name: str, tmp_path: Path) -> None:
    with raw(chunked(BAD_CHUNKS[name]), CLOSE) as server:
        outcome = site(tmp_path, server).pull()

        assert (outcome.result, outcome.exit_code) == ("failed", 3)
        assert len(server.asked) <= 6
    assert not (tmp_path / "cache" / "notes").exists()


@pytest.mark.parametrize(
    "body",
    [
        chunk(DATA, "C350") + b"\r\n",
        chunk(DATA, "0000c350") + b"\r\n",
        chunk(DATA, 'c350 ; name="a;b"') + b"\r\n",
        chunk(DATA[:1]) + b"\r\n" + chunk(DATA[1:]) + b"\r\n",
        chunk(DATA).replace(b"\r\n", b"\n", 1) + b"\n",
    ],
)
def test_a_chunk_that_is_merely_odd_is_taken(body: bytes, tmp_path: Path) -> None:
    with raw(chunked(body, ends=b"0\r\nX-Trailer: 1\r\n\r\n")) as server:
        assert_pulled(site(tmp_path, server))


@pytest.mark.parametrize(
    "said",
    [
        answer(DATA, "Content-Length: 49999"),
        answer(DATA, "Content-Length: 50000, 1"),
        HEAD + b"Content-Length: -1\r\n\r\n" + DATA,
        HEAD + b"Content-Length: 1e5\r\n\r\n" + DATA,
        HEAD + b"Content-Length: \r\n\r\n" + DATA,
        HEAD + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n" + DATA,
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + DATA,
        HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + DATA,
        HEAD + b"Content-Length : 50000\r\n\r\n" + DATA,
        b"HTTP/1.1 200 OK\r\n X: folded before any\r\n\r\n" + DATA,
        b"HTTP/3.0 200 OK\r\n\r\n" + DATA,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + DATA,
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"\r\n" * 40_000,
    ],
    ids=lambda said: repr(said[:60]),
)
def test_a_head_that_can_be_read_in_two_ways_is_an_error(
    said: bytes, tmp_path: Path
) -> None:
    with raw(said, CLOSE) as server:
        outcome = site(tmp_path, server).pull()

        assert (outcome.result, outcome.exit_code) == ("failed", 3)
        assert len(server.asked) <= 6
    assert not (tmp_path / "cache" / "notes").exists()


def test_of_two_ways_to_end_the_chunks_count_and_the_connection_is_dropped(
    tmp_path: Path,
) -> None:
    head = HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    both = head + chunk(DATA) + b"\r\n0\r\n\r\n"

    assert connections_for(both, 3) == 3
    with raw(both) as server:
        assert_fails_cleanly(site(tmp_path, server), "has 5 bytes")


def test_a_server_that_ends_where_it_says_keeps_its_connection() -> None:
    assert connections_for(answer(DATA), 3) == 1


@pytest.mark.parametrize(
    "extra",
    [b"X", b"\r\n\r\n", answer(OTHER), HEAD + b"\r\n", DATA],
    ids=lambda extra: repr(extra[:20]),
)
@pytest.mark.parametrize("pause", [0.0, 0.02])
def test_what_comes_after_a_body_is_never_the_next_answer(
    extra: bytes, pause: float
) -> None:
    assert connections_for(answer(DATA), 3, then=(pause, extra)) == 3


@pytest.mark.parametrize("extra", [b"X", answer(OTHER)], ids=["byte", "answer"])
def test_under_tls_what_comes_after_a_body_is_never_the_next_answer(
    extra: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = loopback_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with ScriptedServer(lambda _: [answer(DATA)], tls=certificate.server) as server:
        assert {bytes(got) for got in read_all(server, 3)} == {DATA}
        assert server.connections == 1
    script = [answer(DATA), extra]
    with ScriptedServer(lambda _: script, tls=certificate.server) as server:
        assert {bytes(got) for got in read_all(server, 3)} == {DATA}
        assert server.connections == 3


def connections_for(said: bytes, times: int, then: Iterable[Said] = ()) -> int:
    """Ask several times, and return over how many connections the answers came."""
    with ScriptedServer(lambda _: [said, *then]) as server:
        assert {bytes(got) for got in read_all(server, times)} == {DATA}
        return server.connections


def read_all(server: ScriptedServer, times: int) -> Iterator[bytes]:
    backend = HttpBackend(waits=QUICK)
    try:
        for _ in range(times):
            reply = backend.open(Address(url=server.url("/a")))
            buffer, data = memoryview(bytearray(100_000)), b""
            while got := reply.readinto(buffer):
                data += buffer[:got]
            reply.close()
            time.sleep(0.05)  # what a server adds is here by then
            yield data
    finally:
        backend.close()


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_a_flood_of_interim_answers_has_an_end(status: int, tmp_path: Path) -> None:
    flood = f"HTTP/1.1 {status} Wait\r\n\r\n".encode() * 10_000
    with raw(flood, answer(DATA)) as server:
        assert_fails_cleanly(site(tmp_path, server), "answers without an end")

        assert len(server.asked) == 5


def test_interim_answers_that_trickle_are_cut() -> None:
    said: list[Said] = [b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.15] * 15
    with raw(*said, answer(DATA)) as server:
        assert_given_up(server, seconds=1.5)


@pytest.mark.parametrize(
    "said",
    [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nc350;" + b"x" * 100,
        chunked(chunk(DATA) + b"\r\n", ends=b"0\r\nX: " + b"y" * 100),
        HEAD + b"X-Filler: " + b"z" * 100,
    ],
    ids=["a chunk's length", "a trailer", "a header"],
)
def test_a_line_that_drips_is_cut(said: bytes) -> None:
    sent = said.index(said[-20:])
    drip = [one for byte in said[sent:] for one in (bytes([byte]), 0.1)]
    with raw(said[:sent], *drip * 5) as server:
        assert_given_up(server, seconds=1.5)


def assert_given_up(server: ScriptedServer, *, seconds: float) -> None:
    """Read one answer, and see that the reader loses patience in time."""
    backend = HttpBackend(waits=HURRIED)
    before = time.monotonic()
    with pytest.raises(PassingError, match=r"fell silent|broke off"):
        reply = backend.open(Address(url=server.url("/a")))
        with closing(reply):
            while reply.readinto(memoryview(bytearray(100_000))):
                pass
    assert time.monotonic() - before < seconds
    backend.close()


def test_a_server_of_http_1_0_is_enough(tmp_path: Path) -> None:
    data = some_bytes(3 * MiB)

    def script(asked: Asked) -> Iterator[Said]:
        yield b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + data
        yield CLOSE

    with ScriptedServer(script) as server:
        assert_pulled(site(tmp_path, server, data))

        assert len(server.asked) == 1


def test_waits_are_those_that_are_promised() -> None:
    found = Waits()

    assert (found.connect, found.read, found.longest) == (10.0, 30.0, 60.0)
    assert (found.slowest, found.window) == (1000, 60.0)
