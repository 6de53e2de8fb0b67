"""What has come is written to the disk on the way; the last sync alone promises."""

import os
import threading
from pathlib import Path

import pytest

from lemm_catalog.store import behind
from lemm_catalog.store.part import PartFile

SIZE = 8 * 1024


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind, "_MOST_WAITING", 1024)


class Disk:
    """Counts syncs, and fails if it is to."""

    def __init__(self, patch: pytest.MonkeyPatch, *, fails: bool = False) -> None:
        self.calls: list[int] = []
        self.called = threading.Event()
        self._fails = fails
        patch.setattr(os, "fdatasync", self._sync, raising=False)

    def _sync(self, descriptor: int) -> None:
        os.fstat(descriptor)  # raises if it is closed already
        self.calls.append(descriptor)
        self.called.set()
        if self._fails:
            raise OSError("broken")


def test_it_is_synced_once_much_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with PartFile(tmp_path, SIZE) as part, part.written_behind() as written:
        written(1000)
        assert not disk.called.wait(0.05)
        written(24)
        assert disk.called.wait(5)


def test_a_small_file_is_left_to_the_last_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with PartFile(tmp_path, 2047) as part, part.written_behind() as written:
        written(2047)
    assert not disk.called.wait(0.05)


@pytest.mark.parametrize("fails", [False, True])
def test_the_thread_ends_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    disk = Disk(monkeypatch, fails=fails)
    with PartFile(tmp_path, SIZE) as part, part.written_behind() as written:
        written(SIZE)
        assert disk.called.wait(5)
    assert "behind" not in {thread.name for thread in threading.enumerate()}


def test_whoever_is_broken_off_waits_for_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, may_end = threading.Event(), threading.Event()

    def sync(descriptor: int) -> None:
        began.set()
        may_end.wait(10)
        os.fstat(descriptor)

    monkeypatch.setattr(os, "fdatasync", sync, raising=False)
    with (
        pytest.raises(KeyboardInterrupt),
        PartFile(tmp_path, SIZE) as part,
        part.written_behind() as written,
    ):
        written(SIZE)
        assert began.wait(5)
        raise KeyboardInterrupt
    may_end.set()
