"""Killed at any moment, in any kind of work, any number of times: the end is right."""

import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lemm_catalog.store.part import PartFile
from lemm_catalog.store.store import Store
from tests.hostile import killing
from tests.hostile.killing import begun, done, killed, stopped
from tests.pulling import KiB, MiB, a_file, some_bytes, write_manifest
from tests.repairing import flip
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.stores import tar, zipped

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need a fork")

KILLS = 20
LARGE = some_bytes(6 * MiB)
SMALL = {f"wavs/{n // 20}/{n:02}.wav": some_bytes(3000 + n) for n in range(60)}
MEMBERS = {f"top/d{n % 5}/{n:03}.wav": some_bytes(9000, n) for n in range(150)}
INSIDE = {name.removeprefix("top/"): data for name, data in MEMBERS.items()}
TAR, ZIP = tar(MEMBERS), zipped({f"z/{name}": data for name, data in INSIDE.items()})
UNPACKED = sum(map(len, INSIDE.values()))


@dataclass
class Scene:
    """What a server has, what comes of it, and the work that is killed."""

    files: dict[str, bytes]
    right: dict[str, bytes]
    work: Callable[[str, str, dict[str, Any]], None] = killing.pull
    unpack: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    is_there: bool = False
    damaged: str = ""
    every: int = 7  # kills before it may come to its end


_SIZE = {"unpacked": UNPACKED, "members": len(MEMBERS)}
_BOTH = {f"zip/{name}": data for name, data in INSIDE.items()} | INSIDE
_UNPACK = {"a.tar.gz": {"strip": 1, "size": _SIZE}}
SCENES = {
    "large": Scene({"a.bin": LARGE}, {"a.bin": LARGE}),
    "small": Scene(SMALL, SMALL),
    "unpack": Scene(
        {"a.tar.gz": TAR, "b.zip": ZIP},
        _BOTH,
        unpack=_UNPACK | {"b.zip": {"strip": 1, "into": "zip", "size": _SIZE}},
    ),
    "unpack by processes": Scene(
        {"a.tar.gz": TAR, "b.zip": ZIP},
        _BOTH,
        work=killing.pull_beside,
        unpack=_UNPACK | {"b.zip": {"strip": 1, "into": "zip", "size": _SIZE}},
    ),
    "one pass": Scene(
        {"a.tar.gz": TAR},
        INSIDE,
        unpack=_UNPACK,
        options={"max_storage": UNPACKED + len(TAR) // 2},
        every=1,
    ),
    "publish": Scene(SMALL, SMALL, work=killing.refresh, is_there=True),
    "repair": Scene(
        {"a.bin": LARGE},
        {"a.bin": LARGE},
        work=killing.repair,
        is_there=True,
        damaged="a.bin",
    ),
}


@dataclass
class Place:
    """A catalog, a store, and the work there."""

    root: Path
    scene: Scene
    server: HttpServer

    def __post_init__(self) -> None:
        entries = []
        for path, data in self.scene.files.items():
            more = self.scene.unpack.get(path)
            kinds = {"unpack": more} if more else {}
            entries.append(a_file(path, data, self.server.url(f"/{path}"), **kinds))
        write_manifest(self.catalog, "notes", *entries)

    @property
    def catalog(self) -> Path:
        return self.root / "catalog"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    def begin(self) -> None:
        """Put the store into the state in which the work begins."""
        shutil.rmtree(self.cache, ignore_errors=True)
        template = self.root / "template"
        if self.scene.is_there and not template.exists():
            assert self.pull() == 0
            shutil.copytree(self.cache, template)
        elif self.scene.is_there:
            shutil.copytree(template, self.cache)
        if self.scene.damaged:
            for at in range(0, len(LARGE), 2 * MiB):
                flip(self.cache / "notes" / self.scene.damaged, at)

    def start(self) -> Any:
        options = self.scene.options
        return begun(self.scene.work, self.catalog, self.cache, **options)

    def pull(self) -> int | None:
        return done(begun(killing.pull, self.catalog, self.cache))

    def finish(self) -> None:
        """Let the work come to its end, and see that all is right."""
        if self.scene.work is not killing.pull:
            assert done(self.start()) == 0
        assert self.pull() == 0
        self.assert_right()

    def assert_nothing_half_made(self) -> None:
        place = self.cache / "notes"
        for path in place.rglob("*"):
            name = path.relative_to(place).as_posix()
            if path.is_file() and name != self.scene.damaged:
                assert path.read_bytes() == self.scene.right[name], name
        store = Store(self.cache)
        assert store.unreadable("notes") is None

    def assert_right(self) -> None:
        place = self.cache / "notes"
        assert {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in place.rglob("*")
            if path.is_file()
        } == self.scene.right
        assert not (self.cache / ".lemm" / "staging" / "notes").exists()
        assert Store(self.cache).receipt("notes") is not None


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Let the server of forks begin, so that it is not taken for part of the work."""
    assert done(begun(killing.nothing, Path(), Path())) == 0


@pytest.mark.parametrize("name", SCENES)
def test_killed_twenty_times_at_random_moments_the_end_is_right(
    name: str, tmp_path: Path
) -> None:
    scene, chance, hits = SCENES[name], Random(name), 0
    pages = {f"/{path}": data for path, data in scene.files.items()}
    faults = {"/a.bin": [Rate(per_second=48 * MiB)]} if name == "large" else {}
    with HttpServer(pages, faults, send_buffer=32 * KiB) as server:
        place = Place(tmp_path, scene, server)
        place.begin()
        before = time.monotonic()
        assert done(place.start()) == 0
        lasts = time.monotonic() - before
        place.assert_right()
        place.begin()
        for number in range(KILLS):
            was_hit = killed(place.start(), chance.uniform(0.0, 0.9) * lasts)
            hits += was_hit
            place.assert_nothing_half_made()
            if number % scene.every == scene.every - 1 or not was_hit:
                place.finish()
                place.begin()
        place.finish()
    assert hits >= KILLS // 3


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Place]:
    # What the kernel holds for a dead client was sent in vain: bound it.
    with HttpServer({"/a.bin": LARGE}, send_buffer=16 * KiB) as server:
        yield Place(tmp_path, SCENES["large"], server)


def test_a_kill_costs_64_kib_fetched_again_and_never_a_mib(slow: Place) -> None:
    server, chance = slow.server, Random(11)
    server.script("/a.bin", Rate(per_second=MiB))
    again, kept = [], 0
    for _ in range(9):
        server.forget()
        wanted = chance.randrange(100 * KiB, 400 * KiB)
        process = begun(killing.pull, slow.catalog, slow.cache, connections=1)
        server.wait_until(lambda s, wanted=wanted: s.sent() >= wanted, seconds=30)  # type: ignore[misc]
        killed(process, chance.uniform(0, 0.05))
        now = kept_of(slow)
        again.append(server.sent() - (now - kept))
        kept = now

    assert statistics.median(again) <= 64 * KiB, again
    assert max(again) <= MiB, again
    server.script("/a.bin")
    assert slow.pull() == 0
    slow.assert_right()


def kept_of(place: Place) -> int:
    folder = Store(place.cache).layout.staged("notes", "a.bin")
    return PartFile.done_in(folder, len(LARGE))


def test_of_eight_pulls_at_once_the_one_at_work_is_killed_and_the_others_end_well(
    tmp_path: Path,
) -> None:
    def pull_begun(place: Place) -> BaseProcess:
        return begun(killing.pull, place.catalog, place.cache, connections=16)

    data = some_bytes(24 * MiB)
    scene = Scene({"a.bin": data}, {"a.bin": data})
    with HttpServer({"/a.bin": data}, send_buffer=16 * KiB) as server:
        place = Place(tmp_path, scene, server)
        server.script("/a.bin", Rate(per_second=12 * MiB))
        crew = [pull_begun(place)]
        server.wait_until(lambda server: server.sent() >= MiB, seconds=30)
        crew += [pull_begun(place) for _ in range(7)]
        server.wait_until(lambda server: server.sent() >= 6 * MiB, seconds=30)
        unseen = stopped(crew[0].pid, server.port)
        crew[0].kill()

        assert [done(process) for process in crew[1:]] == [0] * 7
        place.assert_right()
        assert server.sent() - unseen <= 1.05 * len(data)


def test_no_lock_outlives_its_process(slow: Place) -> None:
    slow.server.script("/a.bin", Rate(per_second=2 * MiB))
    process = begun(killing.pull, slow.catalog, slow.cache)
    slow.server.wait_until(lambda server: server.sent() >= 200 * KiB, seconds=30)
    killed(process, 0)
    slow.server.script("/a.bin")
    before = time.monotonic()

    assert slow.pull() == 0
    assert time.monotonic() - before < 5
