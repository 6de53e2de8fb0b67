"""Whatever happens to a connection, the end is the right bytes or a clear error."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lemm_catalog.backends.network import Network
from tests.pulling import (
    QUICK,
    MiB,
    Site,
    assert_fails_cleanly,
    assert_pulled,
    some_bytes,
)
from tests.servers.faults import (
    Chunked,
    Drip,
    Drop,
    EarlyHints,
    Endless,
    Fault,
    Garbage,
    HangUp,
    HugeHeaders,
    Late,
    Length,
    Rate,
    Reset,
    Stall,
    Unsized,
)
from tests.servers.http import HttpServer
from tests.servers.ports import refused_port

SMALL = some_bytes(300_000)
LARGE = some_bytes(17 * MiB)  # three segments
KiB = 1024
CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Drop(at=0), "broke off, 5 times in a row"),
        (HangUp(), "broke off, 5 times in a row"),
        (Reset(at=0), "5 times in a row"),
        (Garbage(), "its answer is not HTTP, 5 times in a row"),
        (Stall(at=0, seconds=20), "fell silent, 5 times in a row"),
        (Late(seconds=20), "fell silent, 5 times in a row"),
        (Length(by=1), "bytes, the manifest says 300,000"),
        (Length(by=-1), "bytes, the manifest says 300,000"),
        (Unsized(short=10), "broke off, 5 times in a row"),
        (Chunked(short=10), "broke off, 5 times in a row"),
        (Endless(), "has more than 300,000 bytes"),
        (Endless(framing="chunked"), "has more than 300,000 bytes"),
        (HugeHeaders(size=MiB), "its headers have no end, 5 times in a row"),
        (HugeHeaders(size=MiB // 8, lines=1000), "have no end, 5 times in a row"),
        (EarlyHints(count=500), "answers without an end, 5 times in a row"),
    ],
    ids=str,
)
def test_a_fault_that_stays_ends_in_an_error(
    fault: Fault, words: str, tmp_path: Path
) -> None:
    with HttpServer({"/a": SMALL}, {"/a": [fault]}) as server:
        site = Site(tmp_path, SMALL, [server.url("/a")])
        assert_fails_cleanly(site, words)

        assert len(server.requests) <= 6
        # What lies in the kernel's buffers was sent, but not taken.
        is_lavish = isinstance(fault, Endless | HugeHeaders | EarlyHints)
        assert server.sent() <= 2 * len(SMALL) + 10 * MiB * is_lavish


@pytest.mark.parametrize(
    "fault",
    [
        Drop(at=100_000, times=1),
        Drop(at=0, times=3),
        Drop(at=1, times=3),
        Reset(at=100_000, times=1),
        HangUp(times=3),
        Garbage(times=1),
        Stall(at=100_000, seconds=20, times=1),
        Late(seconds=20, times=1),
        Late(seconds=0.3),
        Drip(size=50_000, pause=0.02),
        Rate(per_second=2_000_000),
        Chunked(),
        Chunked(ends=False, times=1),
        Chunked(short=1000, times=1),
        Unsized(),
        Unsized(short=1000, times=1),
        EarlyHints(count=3),
        EarlyHints(count=2, status=102),
        HugeHeaders(size=60_000),
    ],
    ids=str,
)
def test_a_fault_that_passes_is_overcome(fault: Fault, tmp_path: Path) -> None:
    with HttpServer({"/a": SMALL}, {"/a": [fault]}) as server:
        assert_pulled(Site(tmp_path, SMALL, [server.url("/a")]))

        breaks = fault.times or 0
        assert server.sent() <= 1.02 * len(SMALL) + breaks * 256 * KiB
        assert len(server.requests) <= 1 + breaks


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize(
    "fault",
    [Drop(at=3 * MiB, times=4), Reset(at=3 * MiB, times=4), HangUp(times=4)],
    ids=str,
)
def test_a_large_file_goes_on_where_it_broke_off(
    fault: Fault, connections: int, tmp_path: Path
) -> None:
    with HttpServer({"/a": LARGE}, {"/a": [fault]}, send_buffer=32 * KiB) as server:
        site = Site(tmp_path, LARGE, [server.url("/a")], connections=connections)
        assert_pulled(site)

        assert server.sent() <= 1.02 * len(LARGE) + 4 * 256 * KiB
        assert site.listener.advanced_by == len(LARGE)


def test_a_drip_below_the_least_rate_is_a_stall(tmp_path: Path) -> None:
    with HttpServer({"/a": SMALL}, {"/a": [Drip(size=100, pause=0.05)]}) as server:
        site = Site(tmp_path, SMALL, [server.url("/a")])
        assert_fails_cleanly(site, "is slower than 50000 bytes a second, 5 times")

        assert len(server.requests) == 5


def test_what_came_before_a_stall_is_not_asked_for_again(tmp_path: Path) -> None:
    with HttpServer({"/a": SMALL}, {"/a": [Stall(at=77_777, seconds=20)]}) as server:
        site = Site(tmp_path, SMALL, [server.url("/a")])
        assert_pulled(site)

        asked = [record.headers.get("range") for record in server.requests]
        assert asked[:2] == [None, "bytes=77777-299999"]
        assert len(SMALL) == site.listener.advanced_by


def test_a_server_of_few_connections_is_enough(tmp_path: Path) -> None:
    with HttpServer({"/a": LARGE}, most_connections=1) as server:
        assert_pulled(Site(tmp_path, LARGE, [server.url("/a")], connections=8))

        assert server.sent() <= 1.05 * len(LARGE)


def test_a_port_that_refuses_is_said_so(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{refused_port()}/a"

    assert_fails_cleanly(
        Site(tmp_path, SMALL, [url]), f"{url}: cannot be reached, 5 times in a row"
    )


def test_a_name_that_is_not_known_is_said_so() -> None:
    # In a process of its own, for here no name at all is asked for.
    script = """
from lemm_catalog.backends.address import Address
from lemm_catalog.backends.http import HttpBackend
from lemm_catalog.errors import PassingError
try:
    HttpBackend().open(Address(url="http://no-such-host.invalid/a?key=s3cret"))
except PassingError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=CHECKOUT
    )

    assert done.stderr == ""
    assert done.stdout == "http://no-such-host.invalid/a: the host name is not known\n"


def test_a_head_that_drips_is_cut(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 10_000
    with _dripping(head) as port:
        hurried = QUICK._replace(read=0.2)
        site = Site(tmp_path, SMALL, [f"http://127.0.0.1:{port}/a"])
        site.network = Network(waits=hurried)
        assert_fails_cleanly(site, "5 times in a row")


def test_trailers_without_an_end_are_cut(tmp_path: Path) -> None:
    body = b"%x\r\n%b\r\n0\r\n" % (len(SMALL), SMALL)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with _dripping(head + body, then=b"X-More: and more\r\n") as port:
        # All the bytes are here by then, and they are right.
        assert_pulled(Site(tmp_path, SMALL, [f"http://127.0.0.1:{port}/a"]))


@contextmanager
def _dripping(text: bytes, *, then: bytes | None = None) -> Iterator[int]:
    """Serve a text byte by byte, or at once and then another without an end."""
    closing = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.recv(65_536)
            try:
                if then is not None:
                    connection.sendall(text)
                    while not closing.is_set():
                        connection.sendall(then * 100)
                for byte in text:
                    connection.sendall(bytes([byte]))
                    if closing.wait(0.05):
                        return
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def accept() -> None:
            while not closing.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            closing.set()
            thread.join(10)
