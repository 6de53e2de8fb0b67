"""The real nginx and the FTP server serve a folder, and leave nothing behind."""

import shutil
import socket
import threading
import time
from pathlib import Path

import fsspec
import pytest
import urllib3

from tests.servers.ftp import Ftp
from tests.servers.nginx import Logged, Nginx, require_nginx
from tests.servers.ports import refused_port, silent_port

DATA = bytes(range(256)) * 400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a folder" / "deep").mkdir(parents=True)
    (tmp_path / "a folder" / "deep" / "a.bin").write_bytes(DATA)
    return tmp_path / "a folder"


def test_nginx_serves_ranges_and_logs_what_it_sent(folder: Path) -> None:
    require_nginx()
    with Nginx(folder) as server, urllib3.PoolManager() as pool:
        url = server.url("/deep/a.bin")
        assert pool.request("GET", url).data == DATA
        part = pool.request("GET", url, headers={"Range": "bytes=100-199"})
        assert (part.status, part.data) == (206, DATA[100:200])

        whole, ranged = server.wait_for(2)
        assert whole == Logged("GET", "/deep/a.bin", 200, len(DATA), None)
        assert ranged == Logged("GET", "/deep/a.bin", 206, 100, "bytes=100-199")
        server.forget()
        assert server.requests == []
        prefix, port = server.prefix, server.port

    assert not prefix.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1).close()


def test_nginx_limits_the_rate(folder: Path) -> None:
    require_nginx()
    with Nginx(folder, limit_rate="50k") as server, urllib3.PoolManager() as pool:
        reply = pool.request(
            "GET", server.url("/deep/a.bin"), preload_content=False, timeout=5
        )
        first = reply.read1()
        assert len(first) < len(DATA)
        assert first + reply.read() == DATA


def test_a_missing_nginx_skips_here_but_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="nginx is not installed"):
        require_nginx()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI skips nothing"):
        require_nginx()


def test_a_refused_port_refuses() -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", refused_port()), 1).close()


def test_a_silent_port_never_connects() -> None:
    with silent_port() as port, pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", port), 0.3).close()


def test_a_connection_may_come_about_late() -> None:
    before = time.monotonic()
    with silent_port(accept_after=0.3) as port:
        socket.create_connection(("127.0.0.1", port), 5).close()

    assert 0.25 < time.monotonic() - before < 4


def test_ftp_serves_a_folder_through_fsspec(folder: Path) -> None:
    with Ftp(folder) as server:
        with fsspec.open(server.url("/deep/a.bin"), "rb") as file:
            assert file.read() == DATA
        files = fsspec.filesystem("ftp", host="127.0.0.1", port=server.port)
        files.ftp.close()
        server_files = server.retrieved

    assert server_files == [str(folder / "deep" / "a.bin")]
    assert not [t for t in threading.enumerate() if t.name == "lemm-ftp"]
