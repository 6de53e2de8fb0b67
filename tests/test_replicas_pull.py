"""The guide's eight datasets, in small, pulled byte for byte over a real connection."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from lemm_catalog import Catalog
from lemm_catalog.settings import Settings
from lemm_catalog.store.files import NEW
from tests.replicas import IDS, Leaf, Replica, build_replicas, write_catalog
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.servers.nginx import Nginx, require_nginx

CHECKOUT = Path(__file__).parents[1]
KiB = 1024
MiB = 1024 * KiB
Replicas = dict[str, Replica]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replicas")


@pytest.fixture(scope="module")
def replicas(root: Path) -> Replicas:
    return build_replicas(root)


def tree_of(folder: Path) -> dict[str, Leaf]:
    return {
        path.relative_to(folder).as_posix(): Leaf(
            path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_all_here(cache: Path, replicas: Replicas) -> None:
    for id_, replica in replicas.items():
        assert replica.tree == tree_of(cache / id_), id_
    assert not list((cache / ".lemm" / "staging").glob("*"))


def size_of(replicas: Replicas) -> int:
    return sum(replica.size for replica in replicas.values())


def command(catalog: Path, cache: Path, *words: str) -> list[str]:
    shared = ["--catalog", str(catalog), "--cache-dir", str(cache)]
    return [sys.executable, "-m", "lemm_catalog", *words, *shared]


def start(catalog: Path, cache: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(catalog, cache, *words),
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(catalog: Path, cache: Path, *words: str) -> None:
    process = start(catalog, cache, *words)
    _, err = process.communicate(timeout=110)
    assert (process.returncode, "Traceback" in err) == (0, False), err


@pytest.mark.parametrize("jobs", [1, 4])
def test_all_eight_are_pulled_byte_for_byte_and_then_no_more(
    jobs: int, root: Path, replicas: Replicas, tmp_path: Path
) -> None:
    settings = Settings(cache_dir=tmp_path / "cache", jobs=jobs)
    with HttpServer(root) as server:
        write_catalog(root, replicas, server.origin, tmp_path / "catalog")
        catalog = Catalog.load(tmp_path / "catalog")
        outcome = catalog.pull(*IDS, settings=settings)

        assert {d.id: d.result for d in outcome.datasets} == dict.fromkeys(
            IDS, "pulled"
        )
        assert_all_here(tmp_path / "cache", replicas)
        assert size_of(replicas) == server.sent()
        server.forget()
        again = catalog.pull(*IDS, settings=settings)

        assert {d.result for d in again.datasets} == {"present"}
        assert server.requests == []


def test_all_eight_come_from_a_real_nginx(
    root: Path, replicas: Replicas, tmp_path: Path
) -> None:
    require_nginx()
    with Nginx(root) as server:
        write_catalog(root, replicas, server.url(), tmp_path / "catalog")
        run(tmp_path / "catalog", tmp_path / "cache", "pull", *IDS)
        assert_all_here(tmp_path / "cache", replicas)
        asked = len(server.wait_for(sum(len(r.archives) for r in replicas.values())))
        run(tmp_path / "catalog", tmp_path / "cache", "pull", *IDS)
        run(tmp_path / "catalog", tmp_path / "cache", "verify", *IDS)

        assert asked == len(server.requests)


def test_pulls_killed_on_the_way_end_the_same(
    root: Path, replicas: Replicas, tmp_path: Path
) -> None:
    catalog, cache = tmp_path / "catalog", tmp_path / "cache"
    kills = 3
    with HttpServer(root, {"*": [Rate(4 * MiB)]}, send_buffer=16 * KiB) as server:
        write_catalog(root, replicas, server.origin, catalog)
        for number in range(1, kills + 1):
            process = start(catalog, cache, "pull", *IDS)
            enough = size_of(replicas) * number // (kills + 1)
            server.wait_until(partial(_has_sent, enough), seconds=60)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=30)
            for id_, replica in replicas.items():
                if (cache / id_).exists():
                    assert replica.tree == tree_of(cache / id_)
        run(catalog, cache, "pull", *IDS)

        assert_all_here(cache, replicas)
        assert server.sent() <= size_of(replicas) + kills * 256 * KiB
        server.forget()
        run(catalog, cache, "pull", *IDS)
        assert server.requests == []


@pytest.mark.parametrize("count", [2, 8])
def test_pulls_at_once_fetch_each_file_once(
    count: int, root: Path, replicas: Replicas, tmp_path: Path
) -> None:
    catalog, cache = tmp_path / "catalog", tmp_path / "cache"
    ids = ("ljspeech", "musicnet", "libritts", "fma-small")
    some = {id_: replicas[id_] for id_ in ids}
    with HttpServer(root) as server:
        write_catalog(root, some, server.origin, catalog)
        processes = [start(catalog, cache, "pull", *ids) for _ in range(count)]
        ends = [process.communicate(timeout=110) for process in processes]

        assert [p.returncode for p in processes] == [0] * count, ends
        assert_all_here(cache, some)
        assert server.sent() <= 1.05 * size_of(some)


@pytest.mark.parametrize("keeps", [False, True], ids=["unpacked", "archives-kept"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_the_disk_never_holds_more_than_the_plan_said(
    keeps: bool, jobs: int, root: Path, replicas: Replicas, tmp_path: Path
) -> None:
    settings = Settings(cache_dir=tmp_path / "cache", keep_archives=keeps, jobs=jobs)
    with HttpServer(root) as server:
        write_catalog(root, replicas, server.origin, tmp_path / "catalog")
        catalog = Catalog.load(tmp_path / "catalog")
        planned = catalog.plan(*IDS, settings=settings).totals.peak_disk_bytes
        with sampled(settings.cache_dir) as samples:
            outcome = catalog.pull(*IDS, settings=settings)

    assert outcome.exit_code == 0
    assert len(samples) > 5
    assert 0 < max(samples) <= planned


def _has_sent(count: int, server: HttpServer) -> bool:
    return server.sent() >= count


@contextmanager
def sampled(folder: Path) -> Iterator[list[int]]:
    """Sample the bytes of all data below a folder, state files apart."""
    samples: list[int] = []
    done = threading.Event()

    def work() -> None:
        while not done.wait(0.005):
            samples.append(data_bytes(folder))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join(10)


# What staging says of the data, which no plan counts.
_BOOKS = {"journal", "ledger", "marks", "credits", "record.json", "receipt.json"}


def data_bytes(folder: Path) -> int:
    """Return what files take, each at most its length: holes take nothing.

    What is moved on while this walks is seen at both places, and is one file.
    """
    sizes: dict[int, int] = {}
    for place, names, files in os.walk(folder):
        if place.endswith(".lemm"):
            names[:] = ["staging"]
        if place == str(folder):
            continue  # the store's tag and summary
        for name in files:
            if name in _BOOKS or name.startswith(NEW):
                continue
            try:
                info = os.lstat(os.path.join(place, name))
            except OSError:
                continue  # moved on since
            sizes[info.st_ino] = min(info.st_size, info.st_blocks * 512)
    return sum(sizes.values())
