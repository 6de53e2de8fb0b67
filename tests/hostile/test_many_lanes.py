"""Many connections served by one thread: none of them may harm or keep the others."""

import errno
import select
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.settings import Settings
from lemm_catalog.transfer import lanes, traffic
from lemm_catalog.transfer.reactor import Reactor
from tests.pulling import (
    QUICK,
    KiB,
    MiB,
    Site,
    a_file,
    assert_pulled,
    some_bytes,
    write_manifest,
)
from tests.servers.answers import Capped, Hops, Redirect, Status
from tests.servers.faults import Chunked, Drip, Drop, Fault, HangUp, Rate, Reset, Stall
from tests.servers.http import HttpServer
from tests.servers.tls import loopback_certificate

DATA = some_bytes(9 * MiB)
SMALL = {f"wavs/{n:03}.wav": some_bytes(9000 + n) for n in range(120)}
PAGES = {f"/{path}": data for path, data in SMALL.items()}
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


@pytest.fixture(params=["no epoll", "no descriptor"])
def alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can wait for all: the system cannot, or too many files are open."""

    def full() -> None:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(traffic, "IS_ABLE", request.param == "no descriptor")
    monkeypatch.setattr(select, "epoll", full)


@pytest.fixture
def driven() -> Iterator[list[int]]:
    """What was left to the one thread."""
    real, seen = Reactor.drive, []

    def drive(self: Reactor, descriptor: int, *rest: Any) -> bool:
        seen.append(descriptor)
        return real(self, descriptor, *rest)

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


def test_a_range_that_is_shorter_than_asked_for_is_waited_for_by_nobody(
    tls: ssl.SSLContext | None, tmp_path: Path, driven: list[int]
) -> None:
    patient = Network(waits=QUICK._replace(read=20.0))
    with HttpServer({"/a": DATA}, {"/a": [EACH, Capped()]}, tls=tls) as server:
        before = time.monotonic()
        sources = [server.url("/a")]
        assert_pulled(Site(tmp_path, DATA, sources, connections=16, network=patient))

        assert time.monotonic() - before < 15
        assert len(set(driven)) > 2
        assert server.sent() <= len(DATA) + 2 * MiB


@pytest.mark.usefixtures("alone")
def test_without_such_a_thread_each_has_its_own(
    tls: ssl.SSLContext | None, tmp_path: Path
) -> None:
    with HttpServer({"/a": DATA}, {"/a": [EACH]}, tls=tls) as server:
        assert_pulled(Site(tmp_path, DATA, [server.url("/a")], connections=16))

        assert len({one.connection for one in server.requests}) > 2


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four lanes from the first answer on."""
    monkeypatch.setattr(lanes, "LONG_PATH", 0.0)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(),
        Stall(at=3 * KiB, seconds=20, after=30, times=2),
        Stall(at=0, seconds=20, after=30, times=2),
        Drop(at=3 * KiB, after=30, times=2),
        HangUp(after=30, times=2),
        Reset(at=3 * KiB, after=30, times=2),
        Drip(size=100, pause=0.001, after=30, times=5),
        Chunked(after=30, times=20),
        Redirect(to="/elsewhere", after=30, times=2),
        Hops(count=1),
        Status(503, after=30, times=1),
    ],
    ids=str,
)
@pytest.mark.usefixtures("soon")
def test_small_files_come_right_over_many(
    fault: Fault, tls: ssl.SSLContext | None, tmp_path: Path, driven: list[int]
) -> None:
    with HttpServer(PAGES, {"*": [fault]}, tls=tls) as server:
        pull_small(tmp_path, server)

        assert len(set(driven)) > 2
        assert server.sent() <= 1.2 * sum(map(len, SMALL.values())) + 64 * KiB


@pytest.mark.usefixtures("soon", "alone")
def test_small_files_come_without_such_a_thread(
    tls: ssl.SSLContext | None, tmp_path: Path
) -> None:
    with HttpServer(PAGES, tls=tls) as server:
        pull_small(tmp_path, server)
        assert len({one.connection for one in server.requests}) > 2


def pull_small(root: Path, server: HttpServer) -> None:
    files = [a_file(path, data, server.url(f"/{path}")) for path, data in SMALL.items()]
    write_manifest(root / "catalog", "notes", *files)
    before = time.monotonic()
    settings = Settings(cache_dir=root / "cache", network=Network(waits=QUICK))
    outcome = Catalog.load(root / "catalog").pull("notes", settings=settings)

    assert outcome.exit_code == 0, outcome.datasets[0].message
    assert time.monotonic() - before < 15
    place = root / "cache" / "notes"
    assert {path: (place / path).read_bytes() for path in SMALL} == SMALL
