"""A machine that gives no more threads: fewer lanes, or a sentence, never a hang."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.settings import Settings
from lemm_catalog.transfer import lanes
from tests.pulling import QUICK, MiB, a_file, some_bytes, write_manifest
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.stores import tar

LARGE = some_bytes(9 * MiB)
SMALL = {f"wavs/{n:02}.wav": some_bytes(3000 + n) for n in range(40)}
MEMBERS = {f"{n:03}.wav": some_bytes(90_000, n) for n in range(30)}
# Those of the server that is pulled from are not meant.
_OTHERS = ("Thread-", "Dummy-")


@contextmanager
def threads(most: int) -> Iterator[None]:
    """Let only so many threads of ours begin."""
    begin, begun = threading.Thread.start, 0

    def start(self: threading.Thread) -> None:
        nonlocal begun
        if not self.name.startswith(_OTHERS):
            begun += 1
            if begun > most:
                raise RuntimeError("can't start new thread")
        begin(self)

    with patch.object(threading.Thread, "start", start):
        yield


def pull(root: Path, *datasets: str, jobs: int = 1) -> Outcome:
    network = Network(waits=QUICK)
    settings = Settings(cache_dir=root / "cache", network=network, jobs=jobs)
    return Catalog.load(root / "catalog").pull(*datasets, settings=settings)


@pytest.mark.parametrize("most", range(9))
@pytest.mark.parametrize("kind", ["large", "small", "archive"])
def test_a_lack_of_threads_is_a_sentence_or_costs_lanes(
    kind: str, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "LONG_PATH", 0.0)
    archive = tar(MEMBERS)
    pages = {
        "large": {"a.bin": LARGE},
        "small": SMALL,
        "archive": {"a.tar.gz": archive},
    }
    size = {"unpacked": sum(map(len, MEMBERS.values())), "members": len(MEMBERS)}
    more = {"unpack": {"size": size}} if kind == "archive" else {}
    served = {f"/{path}": data for path, data in pages[kind].items()}
    with HttpServer(served, {"*": [Rate(per_second=4 * MiB)]}) as server:
        write_manifest(
            tmp_path / "catalog",
            "notes",
            *(
                a_file(path, data, server.url(f"/{path}"), **more)
                for path, data in pages[kind].items()
            ),
        )
        with threads(most):
            outcome = pull(tmp_path, "notes").datasets[0]
        if outcome.exit_code:
            assert outcome.exit_code == 4
            assert "this machine gives no more threads" in outcome.message
        # However it ended, nothing is in the way of the next one.
        assert pull(tmp_path, "notes").exit_code == 0
    assert most < 8 or outcome.exit_code == 0


def test_fewer_jobs_than_asked_for_do_all_the_work(tmp_path: Path) -> None:
    with HttpServer({"/a": b"few bytes"}) as server:
        names = [f"notes-{n}" for n in range(5)]
        for name in names:
            file = a_file("a.txt", b"few bytes", server.url("/a"))
            write_manifest(tmp_path / "catalog", name, file)
        with threads(4):  # a job, and what it takes to fetch
            outcome = pull(tmp_path, *names, jobs=3)
        assert {one.exit_code for one in outcome.datasets} <= {0, 4}
        assert pull(tmp_path, *names, jobs=3).exit_code == 0
