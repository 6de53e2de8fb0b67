"""A connection that does not wait: what has come, nothing yet, the end, or an error."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemm_catalog.backends.http_connection import Connection
from lemm_catalog.backends.http_head import SilentError, WireError
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import NothingYetError
from lemm_catalog.conduit import Conduit
from tests.servers.tls import loopback_certificate

WAITS = Waits(read=0.2)


@pytest.fixture
def ends() -> Iterator[tuple[Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Connection(ours, WAITS), theirs


def read(connection: Connection, most: int = 100_000) -> bytes:
    buffer = memoryview(bytearray(most))
    return bytes(buffer[: connection.readinto(buffer)])


def test_it_gives_what_there_is_and_says_when_there_is_nothing(
    ends: tuple[Connection, socket.socket],
) -> None:
    connection, server = ends
    assert connection.unblock() >= 0
    with pytest.raises(NothingYetError):
        read(connection)
    server.sendall(b"abc")
    assert read(connection) == b"abc"
    with pytest.raises(NothingYetError):
        read(connection)
    server.close()
    assert read(connection) == b""


def test_so_does_a_conduit(ends: tuple[Connection, socket.socket]) -> None:
    connection, server = ends
    connection.unblock()
    conduit = Conduit.made()
    if conduit is None:
        pytest.skip("this system has no splice")
    assert connection.may_splice
    with pytest.raises(NothingYetError):
        connection.splice(conduit, 100)
    server.sendall(b"abc")
    assert connection.splice(conduit, 100) == 3
    conduit.close()


def test_afterwards_it_waits_again(ends: tuple[Connection, socket.socket]) -> None:
    connection, server = ends
    connection.unblock()
    connection.block()
    with pytest.raises(SilentError):
        read(connection)
    timer = threading.Timer(0.05, server.sendall, (b"abc",))
    timer.start()
    assert read(connection) == b"abc"
    timer.join()


def test_a_connection_that_broke_off_is_no_silence(
    ends: tuple[Connection, socket.socket],
) -> None:
    connection, _ = ends
    connection.unblock()
    connection.close()
    with pytest.raises(WireError):
        read(connection)
    with pytest.raises(WireError):
        connection.unblock()
    connection.block()


class Server:
    """The other end of TLS, which gives its bytes to whoever sends them."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.come, self.to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.come, self.to_send, server_side=True)

    def shake(self, link: socket.socket) -> None:
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                link.sendall(self.to_send.read())
                self.come.write(link.recv(65536))
            else:
                link.sendall(self.to_send.read())
                return

    def said(self, data: bytes) -> bytes:
        self.tls.write(data)
        return self.to_send.read()


def test_half_a_record_of_tls_is_nothing_yet(tmp_path: Path) -> None:
    certificate = loopback_certificate(tmp_path)
    ours, theirs = socket.socketpair()
    server = Server(certificate.server)
    shaking = threading.Thread(target=server.shake, args=(theirs,))
    shaking.start()
    secured = certificate.client.wrap_socket(ours, server_hostname="localhost")
    shaking.join()
    with secured, theirs:
        connection = Connection(secured, WAITS)
        connection.unblock()
        first, second = server.said(b"a" * 16_000), server.said(b"b" * 16_000)
        theirs.sendall(first[:100])
        for _ in range(2):
            with pytest.raises(NothingYetError):
                read(connection)
        theirs.sendall(first[100:] + second[:-1])
        assert read(connection) == b"a" * 16_000
        with pytest.raises(NothingYetError):
            read(connection)
        theirs.sendall(second[-1:])
        assert read(connection) == b"b" * 16_000

        theirs.sendall(server.said(b"c" * 16_000))
        assert read(connection, 1000) == b"c" * 1000  # the rest waits, decrypted
        assert read(connection) == b"c" * 15_000
        connection.block()
        with pytest.raises(SilentError):
            read(connection)
