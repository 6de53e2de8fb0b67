"""The whole Space as in its container: uid 1000, an empty home, a small disk."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from lemm_catalog.rules.placing import _NOT_STORAGE, mount_of
from lemm_catalog.space.mounts import mounts
from tests.replicas import Replica, build_replicas, write_catalog
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.space.running import IS_ROOT, UID, Running, a_space, as_user
from tests.test_replicas_pull import tree_of

MB = 10**6
ROOM = 60 * MB
MINIMAL = ("nsynth", "ljspeech", "urmp", "fma-small")
Replicas = dict[str, Replica]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replicas")


@pytest.fixture(scope="module")
def replicas(root: Path) -> Replicas:
    return build_replicas(root, scale=6, ids=MINIMAL)


class Container:
    """A disk of 60 MB with an empty home on it, and a catalog behind a server."""

    def __init__(self, disk: Path, catalog: Path, server: HttpServer) -> None:
        self.disk = disk
        self.catalog = catalog
        self.server = server
        self.home = disk / "home"
        self.home.mkdir()
        self.environ = {"SPACE_ID": "lemm/space", "LEMM_CATALOG": str(catalog)}
        if IS_ROOT:
            os.chown(self.home, UID, UID)
        self.leave(ROOM)

    def leave(self, room: int) -> None:
        """Leave so much of the disk, a tenth of it in reserve."""
        if os.path.ismount(self.disk):
            (self.disk / "image").write_bytes(bytes(ROOM - room))
        else:
            self.environ["LEMM_MAX_STORAGE_GB"] = str(0.9 * room / 1e9)

    def starts(self, home: Path | None = None) -> AbstractContextManager[Running]:
        return a_space(home=home or self.home, prefix=as_user(), environ=self.environ)

    def another_home(self) -> Path:
        """Return an empty home: that of a Space does not outlive it."""
        home = self.disk / "another"
        home.mkdir()
        if IS_ROOT:
            os.chown(home, UID, UID)
        return home

    def here(self, name: str) -> Path:
        return self.home / "datasets" / name


@pytest.fixture
def container(root: Path, replicas: Replicas, tmp_path: Path) -> Iterator[Container]:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = ["-t", "tmpfs", "-o", f"size={ROOM},mode=755", "lemm-test", str(disk)]
    is_mounted = IS_ROOT and subprocess.run(["mount", *size]).returncode == 0
    os.chmod(tmp_path, 0o755)
    try:
        with HttpServer(root) as server:
            write_catalog(root, replicas, server.origin, tmp_path / "catalog")
            yield Container(disk, tmp_path / "catalog", server)
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(disk)], check=True)


def states(status: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {row["id"]: row["state"] for row in status["datasets"]}


def test_it_starts_pulls_is_ready_and_after_a_restart_at_once(
    container: Container, replicas: Replicas
) -> None:
    with container.starts() as space:
        assert space.serves().ask().status == 200
        status = space.settled()
        assert status["state"] == "ready", space.log
        assert space.ask("/readyz").status == 200
        assert status["place"]["path"] == str(container.home / "datasets")
        assert "lost at every restart" in status["place"]["warning"]
        assert space.terminate()[0] == 143
    for name, replica in replicas.items():
        tree = tree_of(container.here(name))
        assert tree
        assert tree.items() <= replica.tree.items()
    if IS_ROOT:
        assert container.here("nsynth").stat().st_uid == UID
    container.server.forget()

    # The volume is there again, the home and all that was remembered in it are not.
    container.environ["LEMM_CACHE_DIR"] = str(container.home / "datasets")
    before = cpu_of_children()
    with container.starts(container.another_home()) as space:
        space.serves().settled()
        assert space.ask("/readyz").status == 200, space.log
        space.terminate()
    assert container.server.requests == []
    # Of the processor, not by the clock: others use this machine as well.
    assert cpu_of_children() - before < 2


def cpu_of_children() -> float:
    if sys.platform == "win32":
        return 0.0
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_what_the_disk_cannot_hold_is_left_out_in_words_and_the_rest_comes(
    container: Container,
) -> None:
    container.leave(13_300_000)
    with container.starts() as space:
        status = space.serves().settled()
        reply = space.ask("/readyz")
        page = space.ask().text
    rows = {row["id"]: row for row in status["datasets"]}
    came = {name for name, state in states(status).items() if state == "present"}
    left = {name for name, state in states(status).items() if state == "left-out"}

    assert (status["state"], status["ready"]) == ("settled", False)
    assert came == {"nsynth", "ljspeech"}  # of the highest priority
    assert left == {"urmp", "fma-small"}
    lying = {path.name for path in (container.home / "datasets").iterdir()}
    assert lying & rows.keys() == came
    for name in left:
        assert "at its peak" in rows[name]["reason"]
        assert rows[name]["reason"].removeprefix("needs") in page
        assert f"{name}: left-out: needs" in space.log
    assert (reply.status, reply.json["settled"]) == (503, True)
    assert set(reply.json["missing"]) == left
    asked = {record.path.split("/")[1] for record in container.server.requests}
    assert asked == came


def test_a_child_that_is_killed_is_started_again_and_finishes(
    container: Container,
) -> None:
    container.server.script("*", Rate(per_second=6 * MB))
    with container.starts() as space:
        space.serves().until(lambda s: s["totals"]["done_bytes"] > MB)
        os.kill(space.child(), signal.SIGKILL)
        status = space.until(lambda s: s["state"] == "waiting")
        assert "killed" in status["message"]
        assert space.ask("/healthz").status == 200
        container.server.script("*")
        status = space.settled()
        assert (status["state"], status["starts"]) == ("ready", 2), space.log


def test_a_stop_in_the_middle_is_quick_and_the_next_start_goes_on(
    container: Container, replicas: Replicas
) -> None:
    container.server.script("*", Rate(per_second=5 * MB))
    with container.starts() as space:
        space.serves().until(lambda s: s["totals"]["done_bytes"] > 4 * MB)
        code, took = space.terminate()
        assert code == 143
        assert took < 5
    container.server.wait_until(lambda server: not server.live)
    container.server.script("*")
    with container.starts() as space:
        assert space.serves().settled()["state"] == "ready"
    whole = sum(replica.size for replica in replicas.values())
    again = container.server.sent() - whole
    # What was in flight when it was stopped is all that comes twice.
    assert again < 2 * MB


def test_a_volume_that_is_mounted_is_found_and_outlasts_the_home(
    container: Container, tmp_path: Path
) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    volume.chmod(0o777)
    lies_on = mount_of(str(volume), mounts())
    program = shutil.which("unshare")
    # Elsewhere than on a real disk, as in a container, a part of it is no volume.
    if not IS_ROOT or program is None or lies_on is None:
        return
    if lies_on.kind in _NOT_STORAGE or not Path("/mnt").is_dir():
        return
    bind = 'mount --bind "$0" /mnt && exec "$@"'
    prefix = [program, "-m", "sh", "-c", bind, str(volume), *as_user()]

    for home in (container.home, container.another_home()):
        container.server.forget()
        with a_space(home=home, prefix=prefix, environ=container.environ) as space:
            status = space.serves().settled()
        assert status["state"] == "ready", space.log
        place = status["place"]
        assert (place["path"], place["lasts"]) == ("/mnt/datasets", True)
        assert status["budget"]["flavor_disk"] is None
        assert (volume / "datasets" / "ljspeech").is_dir()
    assert container.server.requests == []
    assert not (container.home / "datasets").exists()
