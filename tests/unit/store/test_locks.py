"""Locks: one holder, told waiting, and none that outlives its process."""

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lemm_catalog.errors import LocalError
from lemm_catalog.store.locks import BusyError, held, refuse_to_wait

_HOLDER = """
import sys, time
from pathlib import Path
from lemm_catalog.store.locks import held
with held(Path(sys.argv[1]), lambda: print("waiting", flush=True)):
    print("held", flush=True)
    time.sleep(60)
"""


def a_holder(path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _HOLDER, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_lock_dies_with_its_process_however_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "notes.lock"
    with a_holder(path) as process:
        assert said(process) == "held"
        with pytest.raises(BusyError), held(path, refuse_to_wait):
            pytest.fail("two held one lock")
        process.kill()
        process.wait()
        with held(path, refuse_to_wait):
            pass
    assert path.exists()


def test_a_second_process_says_that_it_waits_and_then_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "notes.lock"
    with held(path, refuse_to_wait):
        process = a_holder(path)
        assert said(process) == "waiting"
    assert said(process) == "held"
    process.kill()
    process.communicate()


def test_waiting_is_told_once(tmp_path: Path) -> None:
    path, told = tmp_path / "notes.lock", []
    done = threading.Event()

    def wait() -> None:
        with held(path, lambda: told.append(1)):
            done.set()

    with held(path, refuse_to_wait):
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.35)
        assert not done.is_set()
    thread.join(30)
    assert done.is_set()
    assert told == [1]


def test_a_lock_is_free_after_an_error_inside(tmp_path: Path) -> None:
    path = tmp_path / "notes.lock"
    with pytest.raises(ZeroDivisionError), held(path, refuse_to_wait):
        raise ZeroDivisionError
    with held(path, refuse_to_wait):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="flock is of POSIX")
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_where_there_are_no_locks_the_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    _lock_fails(monkeypatch, code)
    with held(tmp_path / "notes.lock", refuse_to_wait):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="flock is of POSIX")
def test_a_broken_disk_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lock_fails(monkeypatch, errno.EIO)
    with (
        pytest.raises(LocalError, match="the disk reports an error"),
        held(tmp_path / "notes.lock", refuse_to_wait),
    ):
        pytest.fail("it was not locked")


def _lock_fails(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def flock(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", flock)
