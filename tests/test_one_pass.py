"""Where archive and tree do not fit together, the archive never lies on the disk."""

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.errors import RefusedError
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.model.plan import Plan
from lemm_catalog.progress import Step
from lemm_catalog.settings import Settings
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.part import SEGMENT
from tests.pulling import QUICK, Listener, a_file, some_bytes, write_manifest
from tests.servers.answers import Flip, NoRanges, Status
from tests.servers.faults import Drop, Fault
from tests.servers.http import HttpServer

MEMBERS = {f"notes/{n}.wav": some_bytes(SEGMENT // 2 + n) for n in range(8)}
UNPACKED = sum(map(len, MEMBERS.values()))


def _archive(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


ARCHIVE = _archive(MEMBERS)
ROOM = UNPACKED + len(ARCHIVE) // 2


class Watcher(Listener):
    """Sees whether an archive ever lies in the store."""

    def __init__(self, cache: Path) -> None:
        super().__init__()
        self.cache = cache
        self.largest = 0

    def advanced(self, step: Step, count: int) -> None:
        super().advanced(step, count)
        for place in (self.cache / ".lemm" / "staging").glob("*/*/data"):
            self.largest = max(self.largest, place.stat().st_size)


class Shop:
    """A catalog of one archive, and a store with little room."""

    def __init__(self, root: Path, server: HttpServer, **more: Any) -> None:
        self.root = root
        self.listener = Watcher(root / "cache")
        size = {"unpacked": UNPACKED, "members": len(MEMBERS)}
        file = a_file(
            "notes.tar.gz",
            ARCHIVE,
            server.url("/notes.tar.gz"),
            unpack={"size": size, **more},
        )
        write_manifest(root / "catalog", "notes", file)
        self.catalog = Catalog.load(root / "catalog")

    def settings(self, **options: Any) -> Settings:
        given = {"max_storage": ROOM, "network": Network(waits=QUICK), **options}
        return Settings(cache_dir=self.root / "cache", **given)

    def plan(self, **options: Any) -> Plan:
        return self.catalog.plan("notes", settings=self.settings(**options))

    def pull(self, **options: Any) -> DatasetOutcome:
        return self.catalog.pull(
            "notes", settings=self.settings(**options), observer=self.listener
        ).datasets[0]

    @property
    def published(self) -> dict[str, str]:
        place = self.root / "cache" / "notes"
        return {
            path.relative_to(place).as_posix(): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in place.rglob("*")
            if path.is_file()
        }


RIGHT = {name: hashlib.sha256(data).hexdigest() for name, data in MEMBERS.items()}
PAGE = {"/notes.tar.gz": ARCHIVE}


def test_the_plan_says_so_and_the_archive_never_lies_on_the_disk(
    tmp_path: Path,
) -> None:
    with HttpServer(PAGE) as server:
        shop = Shop(tmp_path, server)
        plan = shop.plan()
        assert plan.limits.fits
        assert plan.totals.peak_disk_bytes == UNPACKED
        assert plan.datasets[0].in_one_pass == ("notes.tar.gz",)
        assert "as it arrives" in plan.datasets[0].actions[1].reason

        assert shop.pull().result == "pulled"
        assert shop.listener.largest == 0
        assert shop.published == RIGHT
        assert {record.connection for record in server.requests} == {1}
        server.forget()
        assert shop.pull().result == "present"
        assert not server.requests


def test_with_room_for_both_the_archive_is_kept_until_it_is_done(
    tmp_path: Path,
) -> None:
    with HttpServer(PAGE) as server:
        shop = Shop(tmp_path, server)
        room = UNPACKED + len(ARCHIVE)
        assert shop.plan(max_storage=room).datasets[0].in_one_pass == ()
        assert shop.pull(max_storage=room).result == "pulled"
        assert shop.listener.largest == len(ARCHIVE)


def test_less_room_than_the_tree_takes_is_refused(tmp_path: Path) -> None:
    with HttpServer(PAGE) as server:
        shop = Shop(tmp_path, server)
        with pytest.raises(RefusedError):
            shop.pull(max_storage=UNPACKED - 1)
        assert not server.requests


def test_an_archive_that_is_to_be_kept_is_not_thrown_away(tmp_path: Path) -> None:
    with HttpServer(PAGE) as server, pytest.raises(RefusedError):
        Shop(tmp_path, server).pull(keep_archives=True)


@pytest.mark.parametrize(
    ("faults", "most"),
    [
        ([Drop(at=SEGMENT + 1000, times=1)], 1.02),
        ([Drop(at=100, times=2)], 1.02),
        ([NoRanges()], 1.0),
        ([NoRanges(), Drop(at=SEGMENT, times=1)], 2.0),
    ],
    ids=str,
)
def test_a_break_goes_on_while_the_process_lives(
    faults: list[Fault], most: float, tmp_path: Path
) -> None:
    scripts = {"/notes.tar.gz": faults}
    with HttpServer(PAGE, scripts, send_buffer=32 * 1024) as server:
        shop = Shop(tmp_path, server)
        assert shop.pull().result == "pulled", shop.listener.errors
        assert server.sent() <= most * len(ARCHIVE) + 256 * 1024
    assert shop.published == RIGHT
    assert shop.listener.largest == 0


def test_wrong_bytes_are_not_published(tmp_path: Path) -> None:
    with HttpServer(PAGE, {"/notes.tar.gz": [Flip()]}) as server:
        shop = Shop(tmp_path, server)
        outcome = shop.pull()
        assert outcome.exit_code == 3
        assert "whose sha256 is" in outcome.message
        assert shop.published == {}
        server.script("/notes.tar.gz")
        assert shop.pull().result == "pulled"
    assert shop.published == RIGHT


def test_what_an_earlier_try_has_left_makes_room(tmp_path: Path) -> None:
    with HttpServer(PAGE, {"/notes.tar.gz": [Status(404, after=2)]}) as server:
        shop = Shop(tmp_path, server)
        assert shop.pull(max_storage=None).result == "failed"
        server.script("/notes.tar.gz")
        plan = shop.plan()
        assert [a.action for a in plan.datasets[0].actions] == ["fetch", "unpack"]
        assert plan.datasets[0].actions[0].bytes == len(ARCHIVE)
        assert shop.pull().result == "pulled"
    assert shop.published == RIGHT


def test_what_was_half_unpacked_makes_room(tmp_path: Path) -> None:
    with HttpServer(PAGE) as server:
        shop = Shop(tmp_path, server)
        tree = Layout(tmp_path / "cache").staged("notes", "notes.tar.gz") / "tree"
        tree.mkdir(parents=True)
        (tree / "half").write_bytes(some_bytes(UNPACKED // 2))
        assert shop.plan().limits.fits
        assert shop.pull().result == "pulled"
    assert shop.published == RIGHT


def test_a_zip_cannot_be_read_so_and_is_refused(tmp_path: Path) -> None:
    with HttpServer(PAGE) as server, pytest.raises(RefusedError):
        Shop(tmp_path, server, format="zip").pull()
