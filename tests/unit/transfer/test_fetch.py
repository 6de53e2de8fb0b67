"""Fetching one file by script: what is asked for, and what is told."""

import _thread
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pytest

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend, RangeRefusedError
from lemm_catalog.backends.network import Network, Waits
from lemm_catalog.backends.reply import Reply
from lemm_catalog.backends.table import Backends
from lemm_catalog.digest import Digest
from lemm_catalog.errors import ArchiveError, LocalError, PassingError, SourceError
from lemm_catalog.store.part import SEGMENT, PartFile
from lemm_catalog.transfer.fetch import Fetched, Watch, fetch
from lemm_catalog.transfer.traffic import Traffic
from tests.pulling import sha256, some_bytes

SMALL = some_bytes(100_000)
LARGE = some_bytes(8 * SEGMENT + 1000)
Asked = tuple[int, int | None]


@dataclass
class Script(Backends):
    """Gives replies from memory; ``on_open`` and ``on_read`` may raise."""

    data: bytes
    on_open: Callable[[int, int | None], None] = lambda start, stop: None
    on_read: Callable[[int], None] = lambda offset: None
    etag: str | None = '"tag"'
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(Network(waits=Waits(first=0.001)))

    def for_url(self, url: str) -> Backend:
        return _ScriptedBackend(self)


class _ScriptedBackend(Backend):
    def __init__(self, script: Script) -> None:
        self._script = script

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        self._script.asked.append((start, stop))
        self._script.on_open(start, stop)
        return _ScriptedReply(address, self._script, start)


class _ScriptedReply(Reply):
    def __init__(self, address: Address, script: Script, start: int) -> None:
        super().__init__(address)
        self._script = script
        self._offset = self.start = start
        self.total = len(script.data)
        self.validators = Validators(etag=script.etag)

    def _readinto(self, buffer: memoryview) -> int:
        self._script.on_read(self._offset)
        piece = self._script.data[self._offset : self._offset + min(len(buffer), 4096)]
        buffer[: len(piece)] = piece
        self._offset += len(piece)
        return len(piece)

    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def part(tmp_path: Path) -> Iterator[PartFile]:
    with PartFile(tmp_path, len(SMALL)) as made:
        yield made


def run(
    part: PartFile,
    script: Script,
    *,
    expected: Sequence[Digest] | None = None,
    follow: Callable[[BinaryIO], object] = lambda stream: None,
    sources: int = 1,
    traffic: Traffic | None = None,
) -> Fetched[object]:
    addresses = [Address(url=f"https://example.org/{n}") for n in range(sources)]
    digests = expected or [Digest("sha256", sha256(script.data))]
    watch = Watch(advanced=lambda count: None, noted=lambda message: None)
    return fetch(part, digests, addresses, script, follow, watch, traffic or Traffic())


def wide_open() -> Traffic:
    """Return traffic that uses four connections from the start."""
    traffic = Traffic()
    traffic.hosts.of("https://example.org/0").allowed = 4
    return traffic


def test_a_small_file_is_asked_for_once_without_a_range(part: PartFile) -> None:
    script = Script(SMALL)
    fetched = run(part, script, follow=lambda stream: stream.read())

    assert script.asked == [(0, None)]
    assert (fetched.followed, fetched.source) == (SMALL, "https://example.org/0")


@pytest.mark.parametrize("lanes", [1, 4])
def test_a_large_file_is_asked_for_by_segments(tmp_path: Path, lanes: int) -> None:
    # As long as nobody knows how fast they are, each may be the slow one.
    script = Script(LARGE)
    with PartFile(tmp_path, len(LARGE)) as part:
        run(part, script, traffic=wide_open() if lanes > 1 else None)

    stops = [*range(SEGMENT, len(LARGE), SEGMENT), len(LARGE)]
    assert sorted(script.asked) == [(i * SEGMENT, stop) for i, stop in enumerate(stops)]


def test_what_is_here_is_verified_without_asking(part: PartFile) -> None:
    run(part, Script(SMALL))
    script = Script(SMALL)
    run(part, script)

    assert script.asked == []


def test_a_foreign_error_of_a_backend_does_not_pass(part: PartFile) -> None:
    def fail(offset: int) -> None:
        raise KeyError("?token=s3cret https://u:p4ss@example.org/x?key=s3cret\x1b[2J")

    with pytest.raises(SourceError, match="5 times in a row") as caught:
        run(part, Script(SMALL, on_read=fail))

    assert "s3cret" not in str(caught.value)
    assert "p4ss" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_break_goes_on_where_it_was(part: PartFile) -> None:
    broken: list[int] = []

    def fail(offset: int) -> None:
        if offset >= 50_000 and not broken:
            broken.append(offset)
            raise ConnectionResetError("reset")

    script = Script(SMALL, on_read=fail)
    run(part, script)

    assert script.asked == [(0, None), (broken[0], len(SMALL))]


def test_what_follows_is_called_again_from_the_start(part: PartFile) -> None:
    broken: list[int] = []
    calls: list[int] = []

    def fail(offset: int) -> None:
        if offset >= 50_000 and not broken:
            broken.append(offset)
            raise ConnectionResetError("reset")

    def follow(stream: BinaryIO) -> bytes:
        calls.append(1)
        return stream.read()

    fetched = run(part, Script(SMALL, on_read=fail), follow=follow)

    assert (fetched.followed, len(calls)) == (SMALL, 2)


def test_an_archive_refused_after_right_bytes_asks_no_other_source(
    part: PartFile,
) -> None:
    def follow(stream: BinaryIO) -> None:
        raise ArchiveError("hostile")

    script = Script(SMALL)
    with pytest.raises(ArchiveError, match="hostile"):
        run(part, script, follow=follow, sources=3)

    assert len(script.asked) == 1


def test_every_digest_counts(part: PartFile) -> None:
    right = Digest("sha256", sha256(SMALL))
    wrong = Digest("md5", "0" * 32)
    with pytest.raises(SourceError, match="gave bytes whose md5 is"):
        run(part, Script(SMALL), expected=[right, wrong])

    assert part.done == 0


def test_a_source_that_refuses_every_part_is_given_up(part: PartFile) -> None:
    def refuse(start: int, stop: int | None) -> None:
        raise RangeRefusedError("another part")

    script = Script(SMALL, on_open=refuse)
    with pytest.raises(SourceError, match="another part"):
        run(part, script)

    assert len(script.asked) == 3


def is_helper() -> bool:
    return threading.current_thread().name.startswith("fetch-")


def test_helpers_that_are_refused_leave_their_segments_to_the_first(
    tmp_path: Path,
) -> None:
    refused: list[int] = []

    def refuse(start: int, stop: int | None) -> None:
        if is_helper():
            refused.append(start)
            raise PassingError("too many connections")

    script = Script(LARGE, on_open=refuse)
    with PartFile(tmp_path, len(LARGE)) as part:
        run(part, script, traffic=wide_open())

        assert part.read(0, len(LARGE)) == LARGE
    assert refused


def test_ctrl_c_does_not_wait_for_a_silent_helper(tmp_path: Path) -> None:
    silence, asked = threading.Event(), threading.Event()

    def be_silent(start: int, stop: int | None) -> None:
        if is_helper():
            asked.set()
            silence.wait(20)

    def interrupt(offset: int) -> None:
        if not is_helper() and asked.wait(5) and not silence.is_set():
            _thread.interrupt_main()
            silence.wait(20)

    script = Script(LARGE, on_open=be_silent, on_read=interrupt)
    before = time.monotonic()
    with PartFile(tmp_path, len(LARGE)) as part, pytest.raises(KeyboardInterrupt):
        run(part, script, traffic=wide_open())
    silence.set()

    assert time.monotonic() - before < 10


def test_a_disk_that_fails_the_follower_is_told_before_the_last_byte(
    tmp_path: Path,
) -> None:
    failed = threading.Event()

    def follow(stream: BinaryIO) -> None:
        stream.read(1000)
        failed.set()
        raise LocalError("no space is left on the disk")

    def slowly(offset: int) -> None:
        # The first bytes come at once, the others when the follower has met its end.
        if offset > 100_000:
            failed.wait(10)
            time.sleep(0.001)

    script = Script(LARGE, on_read=slowly)
    with PartFile(tmp_path, len(LARGE)) as part:
        with pytest.raises(LocalError, match="no space is left on the disk"):
            run(part, script, follow=follow)
        assert part.done < len(LARGE)


def test_a_reply_that_the_disk_cannot_take_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(_ScriptedReply, "close", lambda self: closed.append(1))

    def no_space(self: PartFile, origin: object) -> None:
        raise LocalError("no space is left on the disk")

    monkeypatch.setattr(PartFile, "begin", no_space)
    with PartFile(tmp_path, len(SMALL)) as part, pytest.raises(LocalError):
        run(part, Script(SMALL))
    assert closed
