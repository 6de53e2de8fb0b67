"""Members written by several threads: in order, bounded, and all or an error."""

import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemm_catalog.archives.base import Entry
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.errors import ArchiveError, LocalError, PassingError
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpack import Limits, Member, Unpacked, unpack
from lemm_catalog.unpacking import teams
from tests.archive_builders import ZipMember, zip_of

LIMITS = Limits(bytes=1 << 26, members=1000)


@pytest.fixture(autouse=True)
def four_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "cores", lambda: 4)
    monkeypatch.setattr(teams, "_CAN", False)  # processes are another matter


@pytest.fixture
def root(tmp_path: Path) -> Path:
    staged = tmp_path / "staged"
    staged.mkdir()
    return staged


def mixed(count: int = 60) -> list[ZipMember]:
    """Return members large and small, of all methods."""
    methods = (0, 8, 0, 12, 14)
    return [
        ZipMember(
            name=b"d%d/%d" % (number % 5, number),
            data=b"%d " % number * (40_000 if number % 3 else 7),
            method=methods[number % 5],
        )
        for number in range(count)
    ]


def bring(
    root: Path, data: bytes | io.BufferedReader, limits: Limits = LIMITS
) -> tuple[Unpacked, list[Member]]:
    members: list[Member] = []
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    with StagedTree(root) as tree:
        done = unpack(
            file,
            ZIP,
            tree,
            limits=limits,
            record=members.append,
            advanced=lambda count: None,
        )
    return done, members


@pytest.mark.parametrize("on_disk", [True, False])
def test_members_are_recorded_in_the_order_of_the_archive(
    root: Path, tmp_path: Path, on_disk: bool
) -> None:
    wanted = mixed()
    archive = zip_of(*wanted)
    (tmp_path / "zip").write_bytes(archive)
    with (tmp_path / "zip").open("rb") as file:
        done, members = bring(root, file if on_disk else archive)

    assert [member.path.encode() for member in members] == [w.name for w in wanted]
    assert done == Unpacked(members=60, bytes=sum(len(w.data) for w in wanted))
    for member, written in zip(members, wanted, strict=True):
        assert (root / member.path).read_bytes() == written.data
        assert (root / member.path).stat().st_mtime_ns == member.mtime_ns


@pytest.mark.parametrize("place", [0, 1, 29, 58, 59])
def test_one_bad_member_ends_it_and_no_thread_writes_on(root: Path, place: int) -> None:
    members = mixed()
    members[place] = ZipMember(
        name=b"bad", data=bytes(200_000), local={"crc": 7}, listed={"crc": 7}
    )
    before = threading.active_count()
    with pytest.raises(ArchiveError, match=r"'bad'.*wrong CRC"):
        bring(root, zip_of(*members))

    assert threading.active_count() == before
    assert not any(thread.name.startswith("unpack") for thread in threading.enumerate())


def test_nothing_stays_open_after_a_fault(root: Path) -> None:
    listing = Path("/proc/self/fd")
    if not listing.exists():
        pytest.skip("no list of open files here")
    bad = ZipMember(name=b"a", data=bytes(99_999), local={"crc": 1}, listed={"crc": 1})
    before = len(os.listdir(listing))
    with pytest.raises(ArchiveError):
        bring(root, zip_of(*mixed(), bad, ZipMember(name=b"b", data=bytes(99_999))))

    assert len(os.listdir(listing)) == before


def test_the_first_fault_in_the_archive_is_the_one_that_is_told(root: Path) -> None:
    bad = {"local": {"crc": 7}, "listed": {"crc": 7}}
    members = [
        ZipMember(name=b"%d" % number, data=bytes(100_000 * (9 - number)), **bad)  # type: ignore[arg-type]
        for number in range(8)
    ]
    for _ in range(5):
        with pytest.raises(ArchiveError, match="'0'"):
            bring(root, zip_of(*members))
        for path in root.iterdir():
            path.unlink()


def test_limits_hold_before_anything_is_handed_over(root: Path) -> None:
    archive = zip_of(*(ZipMember(name=b"%d" % n, data=bytes(90_000)) for n in range(9)))

    with pytest.raises(ArchiveError, match="more than the declared"):
        bring(root, archive, Limits(bytes=9 * 90_000 - 1, members=9))
    written = sum(path.stat().st_size for path in root.iterdir())
    assert written <= 8 * 90_000


class Made:
    """A reader whose members lie or fail as they are told to."""

    name, suffixes, streams = "made", (".made",), False

    def __init__(self, *contents: Iterator[bytes]) -> None:
        self.contents = contents

    def entries(self, file: object) -> Iterator[Entry]:
        for number, content in enumerate(self.contents):
            yield Entry(f"m{number}", False, 100, False, 0, None, content)


def made(root: Path, reader: Made) -> None:
    with StagedTree(root) as tree:
        unpack(
            io.BytesIO(),
            reader,
            tree,
            limits=LIMITS,
            record=lambda member: None,
            advanced=lambda count: None,
        )


@pytest.mark.parametrize("size", [99, 101, 10**6])
def test_no_member_gets_more_or_less_than_it_declares(root: Path, size: int) -> None:
    with pytest.raises(ArchiveError, match="declared size"):
        made(root, Made(iter([bytes(100)]), iter([bytes(size)])))

    assert sum(path.stat().st_size for path in root.iterdir()) <= 200


@pytest.mark.parametrize(
    "error", [PassingError("the disk"), TimeoutError("the share"), OSError("the file")]
)
def test_errors_of_the_file_pass_through_from_any_thread(
    root: Path, error: Exception
) -> None:
    def failing() -> Iterator[bytes]:
        yield bytes(50)
        raise error

    with pytest.raises(type(error)) as caught:
        made(root, Made(iter([bytes(100)]), failing()))

    assert caught.value is error


def test_a_long_member_is_given_up_when_another_is_at_fault(root: Path) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b""

    def bad() -> Iterator[bytes]:
        yield bytes(101)

    with pytest.raises(ArchiveError):
        made(root, Made(bad(), endless(), endless(), endless()))


def test_a_full_disk_is_told_from_any_thread(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(LocalError, match="space"):
        bring(root, zip_of(ZipMember(name=b"a", data=bytes(100_000))))


def test_few_members_are_in_hand_at_once(root: Path) -> None:
    in_hand, most = 0, 0
    lock = threading.Lock()

    def content() -> Iterator[bytes]:
        nonlocal in_hand, most
        with lock:
            in_hand += 1
            most = max(most, in_hand)
        yield bytes(100)
        with lock:
            in_hand -= 1

    made(root, Made(*(content() for _ in range(200))))

    assert in_hand == 0
    assert most <= teams._MOST_THREADS
