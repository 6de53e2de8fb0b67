"""A disk that is really full: refused before the first byte, or ended without a trace.

As root on Linux a small file system in memory is mounted; elsewhere a write that does
not fit fails as it would there.
"""

import errno
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from lemm_catalog import Catalog
from lemm_catalog.archives.tar import TAR_GZ
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.backends.network import Network
from lemm_catalog.errors import LocalError, RefusedError
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.settings import Settings
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpack import Limits, unpack
from tests.by_processes import by_processes
from tests.pulling import QUICK, KiB, MiB, a_file, some_bytes, write_manifest
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.stores import tar

ROOM = 8 * MiB
LARGE = some_bytes(5 * MiB)
SMALL = {f"wavs/{n:02}.wav": some_bytes(90 * KiB, n) for n in range(40)}
MEMBERS = {f"top/{n:02}.wav": some_bytes(100 * KiB, n) for n in range(30)}
TAR = tar(MEMBERS)
_UNPACK = {"unpack": {"strip": 1, "size": {"unpacked": 3_072_000, "members": 30}}}


def a_zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


class Shop:
    """A dataset behind a server, to be pulled to a small disk."""

    def __init__(self, root: Path, disk: Path, server: HttpServer, kind: str) -> None:
        files = {"large": {"a.bin": LARGE}, "small": SMALL, "unpack": {"a.tgz": TAR}}
        entries = []
        for path, data in files[kind].items():
            server.put(f"/{path}", data)
            more = _UNPACK if kind == "unpack" else {}
            entries.append(a_file(path, data, server.url(f"/{path}"), **more))
        write_manifest(root / "catalog", "notes", *entries)
        self.catalog = Catalog.load(root / "catalog")
        self.cache = disk / "cache"
        network = Network(waits=QUICK)
        self.settings = Settings(cache_dir=self.cache, network=network)

    def pull(self) -> DatasetOutcome:
        return self.catalog.pull("notes", settings=self.settings).datasets[0]


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Give a disk of 8 MiB; where none can be mounted, a folder."""
    place.mkdir()
    is_mounted = mounted(place)
    try:
        yield place
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


def mounted(place: Path) -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    size = ["-t", "tmpfs", "-o", f"size={ROOM}", "lemm-test", str(place)]
    return subprocess.run(["mount", *size], capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as place:
        yield place


def fill(disk: Path, patch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Take all room from a disk, and return what gives it back."""
    if os.path.ismount(disk):
        filler = disk / "filler"
        with filler.open("wb", 0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(bytes(64 * KiB))
        return filler.unlink

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for name in ("write", "pwrite", "splice"):
        patch.setattr(os, name, full, raising=False)
    return patch.undo


@pytest.mark.parametrize("kind", ["large", "small", "unpack"])
def test_what_does_not_fit_is_refused_before_the_first_byte(
    kind: str, disk: Path, tmp_path: Path
) -> None:
    with HttpServer({}) as server:
        shop = Shop(tmp_path, disk, server, kind)
        if os.path.ismount(disk):
            (disk / "other").write_bytes(bytes(6 * MiB))
            with pytest.raises(RefusedError, match="too little"):
                shop.pull()
        else:
            tight = Settings(cache_dir=shop.cache, max_storage=2 * MiB)
            with pytest.raises(RefusedError):
                shop.catalog.pull("notes", settings=tight)

        assert server.requests == []
        assert not shop.cache.exists()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_disk_that_fills_under_a_process_is_told_in_the_same_words(
    kind: str, disk: Path
) -> None:
    if not os.path.ismount(disk):
        pytest.skip("no small disk here")
    (disk / "staged").mkdir()
    packed = tar(MEMBERS) if kind == "tar" else a_zip(MEMBERS)
    reader = TAR_GZ if kind == "tar" else ZIP
    (disk / "other").write_bytes(bytes(7 * MiB))
    said = []
    for is_beside in (False, True):
        shutil.rmtree(disk / "staged")
        (disk / "staged").mkdir()
        with (
            by_processes(2) if is_beside else nullcontext(),
            StagedTree(disk / "staged") as tree,
            tempfile.TemporaryFile() as file,
            pytest.raises(LocalError) as caught,
        ):
            file.write(packed)
            file.seek(0)
            unpack(
                file,
                reader,
                tree,
                limits=Limits(bytes=1 << 30, members=30),
                record=lambda member: None,
                advanced=lambda count: None,
            )
        said.append(re.sub("'.*'", "it", str(caught.value)))
    assert (
        said == ["it: no space is left on the disk (free some, then run it again)"] * 2
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", ["large", "small", "unpack"])
def test_room_that_is_gone_midway_ends_in_words_and_the_next_pull_goes_on(
    kind: str, disk: Path, tmp_path: Path
) -> None:
    import threading

    with HttpServer({}) as server, pytest.MonkeyPatch.context() as patch:
        shop = Shop(tmp_path, disk, server, kind)
        server.script("*", Rate(per_second=4 * MiB))
        found: list[DatasetOutcome] = []
        worker = threading.Thread(target=lambda: found.append(shop.pull()))
        worker.start()
        server.wait_until(lambda s: s.sent() >= 300 * KiB, seconds=20)
        give_back = fill(disk, patch)
        worker.join(30)

        assert found[0].exit_code == 4, found
        assert "no space is left on the disk" in found[0].message
        assert not (shop.cache / "notes").exists()
        give_back()
        server.script("*")
        outcome = shop.pull()
        assert (outcome.result, outcome.message) == ("pulled", "")
