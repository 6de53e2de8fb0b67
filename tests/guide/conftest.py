"""The guide's datasets in small, served on loopback, and a catalog that names them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.replicas import IDS, Replica, build_replicas, write_catalog
from tests.servers.http import HttpServer


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guide")


@pytest.fixture(scope="session")
def replicas(root: Path) -> dict[str, Replica]:
    return build_replicas(root, ids=IDS)


@pytest.fixture
def server(
    root: Path,
    replicas: dict[str, Replica],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[HttpServer]:
    """Serve the replicas; the working folder is empty, and LEMM_CATALOG names them."""
    with HttpServer(root) as server:
        write_catalog(root, replicas, server.origin, tmp_path / "catalog")
        monkeypatch.setenv("LEMM_CATALOG", str(tmp_path / "catalog"))
        work = tmp_path / "work"
        work.mkdir()
        monkeypatch.chdir(work)
        yield server
