"""Members written by processes: as by one thread, and nobody is left behind."""

import errno
import io
import marshal
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.tar import TAR
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.errors import ArchiveError, LemmError, LocalError, PassingError
from lemm_catalog.processes import started
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpack import Limits, Member, Unpacked, unpack
from lemm_catalog.unpacking import crew, places, teams
from lemm_catalog.unpacking.crew import Crew
from tests.archive_builders import ZipMember, tar_file, tar_of, zip_of
from tests.by_processes import by_processes
from tests.fuzz.effort import mutated
from tests.unit.test_unpack_fuzz import SEEDS

pytestmark = pytest.mark.skipif(not teams._CAN, reason="no processes here")
LIMITS = Limits(bytes=1 << 28, members=1000)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    staged = tmp_path / "staged"
    staged.mkdir()
    return staged


@pytest.fixture
def crews() -> Iterator[list[Crew]]:
    with by_processes(3) as crews:
        yield crews


def bring(
    root: Path,
    reader: ArchiveReader,
    data: bytes,
    during: Callable[[Member], None] = lambda member: None,
) -> tuple[Unpacked, list[Member]]:
    members: list[Member] = []

    def record(member: Member) -> None:
        members.append(member)
        during(member)

    with StagedTree(root) as tree, tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        done = unpack(
            file,
            reader,
            tree,
            limits=LIMITS,
            record=record,
            advanced=lambda count: None,
        )
    return done, members


def contents(count: int = 60) -> dict[str, bytes]:
    """Return small, large and empty members in a few folders."""
    large = bytes(range(256)) * (9 << 10)
    return {
        f"d{n % 5}/e{n % 3}/{n}": large[: (0, 7, 70_000, 1 << 20, 2 << 20, 9)[n % 6]]
        for n in range(count)
    }


def a_zip(files: dict[str, bytes]) -> bytes:
    methods = (0, 8)
    return zip_of(
        *(
            ZipMember(name=name.encode(), data=data, method=methods[n % 2])
            for n, (name, data) in enumerate(files.items())
        )
    )


def a_tar(files: dict[str, bytes]) -> bytes:
    return tar_of(*(tar_file(name.encode(), data) for name, data in files.items()))


ARCHIVES: dict[str, tuple[ArchiveReader, Callable[[dict[str, bytes]], bytes]]] = {
    "zip": (ZIP, a_zip),
    "tar": (TAR, a_tar),
}


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("batch", [1, places.BATCH])
def test_members_are_recorded_in_the_order_of_the_archive(
    root: Path,
    crews: list[Crew],
    kind: str,
    batch: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Crew, "batch", batch)
    reader, pack = ARCHIVES[kind]
    files = contents()
    done, members = bring(root, reader, pack(files))

    assert [member.path for member in members] == list(files)
    assert done == Unpacked(members=60, bytes=sum(map(len, files.values())))
    for member in members:
        about = (root / member.path).stat()
        assert (root / member.path).read_bytes() == files[member.path]
        assert (about.st_size, about.st_mtime_ns) == (member.size, member.mtime_ns)
    assert [len(one._workers) for one in crews] == [3]


def test_the_ring_may_be_a_file_where_the_system_has_no_such_memory(
    root: Path, crews: list[Crew], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    files = contents()
    _, members = bring(root, TAR, a_tar(files))

    assert {m.path: (root / m.path).read_bytes() for m in members} == files


@pytest.mark.parametrize("kind", ARCHIVES)
def test_what_does_not_fit_into_the_ring_is_written_all_the_same(
    root: Path, crews: list[Crew], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwritev", full)
    reader, pack = ARCHIVES[kind]
    files = contents()
    _, members = bring(root, reader, pack(files))

    assert {m.path: (root / m.path).read_bytes() for m in members} == files


def outcome(root: Path, reader: ArchiveReader, data: bytes) -> object:
    """Return what came of an archive: the tree and its members, or the words."""
    shutil.rmtree(root)
    root.mkdir()
    try:
        done, members = bring(root, reader, data)
    except LemmError as error:
        return type(error), str(error)
    found = {path: path.is_file() and path.read_bytes() for path in root.rglob("*")}
    return done, [(one.path, one.size, one.sha256) for one in members], found


@pytest.mark.parametrize("seed", range(len(SEEDS)))
@settings(max_examples=12, deadline=None, derandomize=True)
@given(chance=st.randoms(use_true_random=True))
def test_a_broken_archive_comes_to_the_same_in_both_ways(
    tmp_path_factory: pytest.TempPathFactory, seed: int, chance: random.Random
) -> None:
    root = tmp_path_factory.mktemp("staged")
    reader, data = SEEDS[seed]
    data = mutated(data, chance)
    here = outcome(root, reader, data)
    with by_processes():
        assert outcome(root, reader, data) == here


@pytest.mark.parametrize("place", [0, 1, 29, 59])
def test_the_first_fault_in_the_archive_is_the_one_that_is_told(
    root: Path, crews: list[Crew], place: int
) -> None:
    bad = {"local": {"crc": 7}, "listed": {"crc": 7}}
    members = [
        ZipMember(
            name=b"m%d" % n,
            data=bytes(3_000 * (60 - n)),
            **(bad if n >= place else {}),  # type: ignore[arg-type]
        )
        for n in range(60)
    ]
    with pytest.raises(ArchiveError, match=f"'m{place}'.*wrong CRC"):
        bring(root, ZIP, zip_of(*members))
    assert_all_gone(crews)


def test_a_fault_of_a_member_comes_before_one_of_the_archive_behind_it(
    root: Path, crews: list[Crew]
) -> None:
    twice = [tar_file(b"a", b"1"), tar_file(b"b", b"2"), tar_file(b"a", b"3")]
    with pytest.raises(ArchiveError, match="brings 'a' twice"):
        bring(root, TAR, tar_of(*twice)[:-1024] + b"no header" * 1024)


def assert_all_gone(crews: list[Crew]) -> None:
    processes = [worker.process for one in crews for worker in one._workers]
    assert processes
    assert all(process.poll() is not None for process in processes)


def test_nothing_stays_open_and_nobody_is_left(root: Path, crews: list[Crew]) -> None:
    listing = Path("/proc/self/fd")
    before = len(os.listdir(listing)) if listing.exists() else 0
    bring(root, ZIP, a_zip(contents(9)))
    with pytest.raises(ArchiveError):
        bring(root, TAR, a_tar(contents(9)))  # all of it is there already

    assert_all_gone(crews)
    assert (len(os.listdir(listing)) if before else 0) == before


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_process_that_is_killed_is_told_of(
    root: Path, crews: list[Crew], kind: str
) -> None:
    def kill(member: Member) -> None:
        for worker in crews[0]._workers:
            worker.process.kill()

    reader, pack = ARCHIVES[kind]
    with pytest.raises(LocalError, match=r"wrote files is gone \(killed by signal 9"):
        bring(root, reader, pack(contents(90)), kill)
    assert_all_gone(crews)


@pytest.mark.parametrize("executable", ["/nowhere/python", "/bin/false", ""])
def test_processes_that_cannot_be_started_are_no_need(
    root: Path, crews: list[Crew], executable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    files = contents()
    for kind, (reader, pack) in ARCHIVES.items():
        (root / kind).mkdir()
        _, members = bring(root / kind, reader, pack(files))
        assert [member.path for member in members] == list(files)
        assert all((root / kind / p).read_bytes() == d for p, d in files.items())


class Broken(io.FileIO):
    """A file that breaks at a place, as a stream of the network does."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 100_000:
            raise PassingError("the network")
        return super().read(-1 if size is None else size) or b""


def test_errors_of_a_stream_pass_through(
    root: Path, tmp_path: Path, crews: list[Crew]
) -> None:
    (tmp_path / "tar").write_bytes(a_tar(contents()))
    with (
        StagedTree(root) as tree,
        Broken(tmp_path / "tar") as file,
        pytest.raises(PassingError, match="the network"),
    ):
        archive: Any = file
        unpack(
            archive,
            TAR,
            tree,
            limits=LIMITS,
            record=lambda member: None,
            advanced=lambda count: None,
        )
    assert_all_gone(crews)


def test_an_interrupt_ends_them_at_once(root: Path, crews: list[Crew]) -> None:
    def interrupt(member: Member) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(root, ZIP, a_zip(contents()), interrupt)
    assert_all_gone(crews)


def test_progress_is_told_amid_a_large_member(root: Path, crews: list[Crew]) -> None:
    counts: list[int] = []
    data = zip_of(ZipMember(name=b"a", data=bytes(40 << 20)))
    with StagedTree(root) as tree, tempfile.TemporaryFile() as file:
        file.write(data)
        unpack(
            file,
            ZIP,
            tree,
            limits=LIMITS,
            record=lambda member: None,
            advanced=counts.append,
        )
    assert sum(counts) == 40 << 20
    assert len(counts) > 1


@pytest.mark.parametrize("by_signal", [False, True])
def test_nobody_writes_on_for_a_parent_that_is_gone(
    root: Path, tmp_path: Path, by_signal: bool
) -> None:
    large = ZipMember(name=b"a", data=b"")
    (tmp_path / "zip").write_bytes(zip_of(large))
    # So large that writing it takes minutes; a hole takes no room.
    with (tmp_path / "zip").open("r+b") as archive, StagedTree(root) as tree:
        archive.seek(0)
        head = bytearray(archive.read(30))
        head[6] |= 8  # its sizes follow
        archive.seek(0)
        archive.write(head)
        archive.truncate(1 << 40)
        process, alive = one_process(archive, tree)
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.read(5) == b"\1\0\0\0N"  # it is there
            record = (b"a", 8, 0, 0, 1 << 39, 1 << 39, 1, 0, 0)
            batch = [("a", "a", False, record, 1 << 40)]
            process.stdin.write(marshal.dumps(batch))
            process.stdin.flush()
            assert process.stdout.read(5)[4:] in b"i\xe9"  # it has begun
            if by_signal:  # these are for who started it
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    process.send_signal(number)
                time.sleep(0.1)
                assert process.poll() is None
            os.close(alive)
            assert process.wait(20) == 1
            assert 0 < (root / "a").stat().st_size < 1 << 39
        finally:
            process.kill()
            process.communicate()


def one_process(archive: BinaryIO, tree: StagedTree) -> tuple[Any, int]:
    assert tree.descriptor is not None
    theirs, ours = os.pipe()
    passing = (archive.fileno(), tree.descriptor, theirs)
    process = started(crew._WORKER, "zip", *passing, passing=passing, libraries=True)
    os.close(theirs)
    return process, ours


@pytest.mark.parametrize("limits", [Limits(bytes=1000, members=9), LIMITS])
def test_a_small_archive_starts_none(
    root: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "cores", lambda: 1 if limits is LIMITS else 8)
    monkeypatch.setattr(teams, "Crew", None)
    with StagedTree(root) as tree:
        unpack(
            io.BytesIO(a_tar({"a": b"1"})),
            TAR,
            tree,
            limits=limits,
            record=lambda member: None,
            advanced=lambda count: None,
        )
