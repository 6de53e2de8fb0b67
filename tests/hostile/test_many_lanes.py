"""Many connections served by one thread: none of them may harm or keep the others."""

import errno
import select
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from lemm_catalog.transfer import pipe
from lemm_catalog.transfer.reactor import Reactor
from tests.pulling import KiB, MiB, Site, assert_pulled, some_bytes
from tests.servers.faults import Drip, Drop, Fault, Rate, Reset, Stall
from tests.servers.http import HttpServer
from tests.servers.tls import loopback_certificate

DATA = some_bytes(9 * MiB)
# Slow enough for each connection that several of them are worth it.
EACH = Rate(per_second=4 * MiB)


@pytest.fixture(params=["http", "https"])
def tls(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ssl.SSLContext | None:
    if request.param == "http":
        return None
    certificate = loopback_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    return certificate.server


@pytest.fixture
def driven() -> Iterator[list[int]]:
    """What was left to the one thread."""
    real, seen = Reactor.drive, []

    def drive(self: Reactor, descriptor: int, *rest: object) -> None:
        seen.append(descriptor)
        real(self, descriptor, *rest)  # type: ignore[arg-type]

    with patch.object(Reactor, "drive", drive):
        yield seen


@pytest.mark.parametrize(
    "fault",
    [
        Fault(),
        Stall(at=100 * KiB, seconds=20, after=5, times=2),
        Stall(at=0, seconds=20, after=5, times=2),
        Drop(at=100 * KiB, after=5, times=3),
        Drop(at=0, after=5, times=3),
        Reset(at=100 * KiB, after=5, times=3),
        Drip(size=100, pause=0.01, after=8, times=2),
    ],
    ids=str,
)
def test_a_fault_of_one_of_many_is_overcome(
    fault: Fault, tls: ssl.SSLContext | None, tmp_path: Path, driven: list[int]
) -> None:
    with HttpServer({"/a": DATA}, {"/a": [EACH, fault]}, tls=tls) as server:
        before = time.monotonic()
        assert_pulled(Site(tmp_path, DATA, [server.url("/a")], connections=16))

        assert time.monotonic() - before < 15
        assert len(set(driven)) > 2
        assert server.sent() <= len(DATA) + 2 * MiB


@pytest.mark.parametrize("lacking", ["epoll", "a descriptor"])
def test_without_such_a_thread_each_has_its_own(
    lacking: str,
    tls: ssl.SSLContext | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if lacking == "epoll":
        monkeypatch.setattr(pipe, "IS_ABLE", False)
    monkeypatch.setattr(select, "epoll", full)
    with HttpServer({"/a": DATA}, {"/a": [EACH]}, tls=tls) as server:
        assert_pulled(Site(tmp_path, DATA, [server.url("/a")], connections=16))

        assert len({one.connection for one in server.requests}) > 2


def full() -> None:
    """Fail as the system does when too many files are open."""
    raise OSError(errno.EMFILE, "too many open files")
