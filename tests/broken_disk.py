"""A disk that fails, or a process that dies, at the n-th change of a store.

Steps are seen by an audit hook (opening for writing, renaming, deleting, making
folders) and by wrapping what writes and flushes, for which Python has no events.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

KILLED = 77
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_Fault = Callable[[int], None]


class _Disk:
    """Counts the steps while somebody watches, and hands each to a fault."""

    def __init__(self) -> None:
        self.is_hooked = False
        self.fault: _Fault | None = None
        self.root = ""
        self.ignores_flushes = False
        self.steps = 0

    def step(self, *, flushes: bool = False) -> None:
        if self.fault is not None and not (flushes and self.ignores_flushes):
            self.steps += 1
            self.fault(self.steps)

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        if self.fault is None or not (event in _CHANGES or event == "open"):
            return
        if event == "open" and not (isinstance(args[2], int) and args[2] & _WRITING):
            return
        if isinstance(args[0], int) or self._is_here(os.fsdecode(args[0])):
            self.step()

    def _is_here(self, path: str) -> bool:
        # What is opened relative to an open folder is a member being unpacked.
        return path.startswith(self.root) or not path.startswith("/")


_DISK = _Disk()


@contextmanager
def watched(root: Path, fault: _Fault, *, flushes: bool = True) -> Iterator[_Disk]:
    """Hand every step that changes something below a folder to a fault.

    To be killed before a flush is to be killed before what follows it.
    """
    if not _DISK.is_hooked:
        sys.addaudithook(_DISK.audit)
        _DISK.is_hooked = True
    with pytest.MonkeyPatch.context() as patch:
        for name in ("write", "pwrite", "splice", "fsync", "sync"):
            if hasattr(os, name):
                real = getattr(os, name)
                patch.setattr(os, name, _counted(real, flushes="sync" in name))
        _DISK.ignores_flushes = not flushes
        _DISK.root, _DISK.steps, _DISK.fault = str(root), 0, fault
        try:
            yield _DISK
        finally:
            _DISK.fault = None


@contextmanager
def quick_disk() -> Iterator[None]:
    """Do not wait for the real disk: what is tested is the order of things."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fsync", "sync"):
            patch.setattr(os, name, lambda *_: None)
        yield


class StoppedDiskError(BaseException):
    """Nothing reaches the disk any more, as after a kill."""


def stops_at(number: int) -> _Fault:
    """Return a fault after which nothing more is written, whoever cleans up."""

    def fault(step: int) -> None:
        if step >= number:
            raise StoppedDiskError

    return fault


def dies_at(number: int) -> _Fault:
    """Return a fault that ends the process as a kill does."""

    def fault(step: int) -> None:
        if step == number:
            os._exit(KILLED)

    return fault


def fails_at(number: int, code: int, *, for_good: bool) -> _Fault:
    """Return a fault that is an error of the disk, once or from then on."""

    def fault(step: int) -> None:
        if step == number or (for_good and step > number):
            raise OSError(code, os.strerror(code))

    return fault


def killed_at(number: int, root: Path, work: Callable[[], object]) -> bool:
    """Do work in a process that is killed at a step; whether it came to that."""
    child = os.fork()
    if child == 0:
        try:
            with watched(root, dies_at(number), flushes=False):
                work()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 - the parent asks for the code
            os.write(2, f"step {number}: {error!r}\n".encode())
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, KILLED}, f"step {number} ended with {code}"
    return code == KILLED


def _counted(real: Callable[..., Any], *, flushes: bool) -> Callable[..., Any]:
    def call(*args: Any, **more: Any) -> Any:
        _DISK.step(flushes=flushes)
        return None if flushes else real(*args, **more)

    return call
