"""A program that catches Ctrl-C of a pull: nothing goes on behind its back."""

import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from lemm_catalog import execute
from lemm_catalog.api.catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.settings import Settings
from lemm_catalog.transfer.front import Follower, StoppedError
from lemm_catalog.transfer.traffic import Traffic
from tests.pulling import QUICK, MiB, a_file, some_bytes, write_manifest
from tests.servers.faults import Rate
from tests.servers.http import HttpServer

LARGE = {f"/{n}": some_bytes(4 * MiB, n) for n in range(4)}
SMALL = {f"/{n}/{m:02}": some_bytes(90_000, n + m) for n in range(4) for m in range(40)}


@pytest.fixture
def interrupted() -> Iterator[None]:
    """The one who waits for the jobs is interrupted after half a second."""

    class Job(Follower[None]):
        def result(self) -> None:
            time.sleep(0.5)
            raise KeyboardInterrupt

    with patch.object(execute, "Follower", Job):
        yield


@pytest.mark.parametrize("pages", [LARGE, SMALL], ids=["large", "small"])
@pytest.mark.usefixtures("interrupted")
def test_all_jobs_stop_and_publish_nothing(
    pages: dict[str, bytes], tmp_path: Path
) -> None:
    slow = Rate(per_second=MiB // 2)
    with HttpServer(pages, {"*": [slow]}) as server:
        for n in range(4):
            own = {p: data for p, data in pages.items() if p.startswith(f"/{n}")}
            files = [a_file(p[1:], data, server.url(p)) for p, data in own.items()]
            write_manifest(tmp_path / "catalog", f"notes-{n}", *files)
        settings = Settings(
            cache_dir=tmp_path / "cache", network=Network(waits=QUICK), jobs=2
        )
        catalog = Catalog.load(tmp_path / "catalog")
        with pytest.raises(KeyboardInterrupt):
            catalog.pull(*(f"notes-{n}" for n in range(4)), settings=settings)
        time.sleep(0.5)  # what was sent already arrives
        before = server.sent(), len(server.requests)
        time.sleep(1)

        assert 0 < before[0] < sum(map(len, pages.values())) / 2
        assert (server.sent(), len(server.requests)) == before
        assert not list((tmp_path / "cache").glob("notes-*"))


def test_what_is_halted_begins_nothing_and_ends_nothing_well() -> None:
    traffic, given_up = Traffic(), []
    with pytest.raises(StoppedError), traffic.under_way(lambda: given_up.append(1)):
        traffic.halt()
    assert given_up == [1]
    with pytest.raises(StoppedError), traffic.under_way(lambda: given_up.append(2)):
        pytest.fail("it was begun")
    traffic.halt()
    assert given_up == [1]
