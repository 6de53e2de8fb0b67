"""Each call to the system fails in turn: an error in words, and the next pull mends it.

What is tested here is a pull over a network; the steps of a store on its own, one by
one, are those of `tests/test_crash.py`.
"""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.errors import LemmError
from lemm_catalog.settings import Settings
from lemm_catalog.store.store import Store
from tests.broken_disk import quick_disk
from tests.pulling import QUICK, MiB, a_file, some_bytes, write_manifest
from tests.repairing import flip
from tests.servers.http import HttpServer
from tests.stores import tar

LARGE = some_bytes(3 * MiB)
SMALL = {f"wavs/{n:02}.wav": some_bytes(900 + n) for n in range(20)}
MEMBERS = {f"top/{n:02}.wav": some_bytes(40_000, n) for n in range(20)}
INSIDE = {name.removeprefix("top/"): data for name, data in MEMBERS.items()}
TAR = tar(MEMBERS)
UNPACKED = sum(map(len, MEMBERS.values()))
ERRORS = ("ENOSPC", "EIO", "EMFILE", "EXDEV", "EPERM", "ENOLCK", "EDQUOT", "EROFS")
# How each call is seen: by an audit event, or else by wrapping the function.
_EVENTS = {"open": "open", "rename": "os.rename", "mkdir": "os.mkdir"}
_WRAPPED = {"write": "write", "pwrite": "pwrite", "fsync": "fsync"}
if hasattr(os, "splice"):
    _WRAPPED["splice"] = "splice"
CALLS = (*_EVENTS, *_WRAPPED, "flock")
_STEPS = (1, 2, 5)


class _Machine:
    """Lets the n-th call of a kind fail, below a folder."""

    def __init__(self) -> None:
        self.is_hooked = False
        self.call = ""
        self.left = 0
        self.code = 0
        self.root = ""

    def met(self, path: Any = None) -> None:
        """Count a call, and fail it if it is its turn."""
        if self.left <= 0 or not self._is_here(path):
            return
        self.left -= 1
        if not self.left:
            raise OSError(self.code, os.strerror(self.code), path)

    def _is_here(self, path: Any) -> bool:
        if path is None or isinstance(path, int):
            return True
        text = os.fsdecode(path)
        return text.startswith(self.root) or not text.startswith("/")

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.left > 0 and event == _EVENTS.get(self.call):
            if event == "open" and not _writes(arguments[2]):
                return
            self.met(arguments[0])


def _writes(flags: Any) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


_MACHINE = _Machine()


@contextmanager
def failing(call: str, number: int, code: int, root: Path) -> Iterator[_Machine]:
    """Let the n-th call of a kind fail once."""
    if not _MACHINE.is_hooked:
        sys.addaudithook(_MACHINE.audit)
        _MACHINE.is_hooked = True
    with pytest.MonkeyPatch.context() as patch:
        for name, real in wrapped(call):
            patch.setattr(name, real)
        _MACHINE.call, _MACHINE.code, _MACHINE.root = call, code, str(root)
        _MACHINE.left = number
        try:
            yield _MACHINE
        finally:
            _MACHINE.left = 0


def wrapped(call: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give what is to be replaced, and by what, for a call without an event."""
    if call in _WRAPPED:
        place = f"os.{_WRAPPED[call]}"
        real = getattr(os, _WRAPPED[call])
    elif call == "flock":
        import fcntl

        place, real = "fcntl.flock", fcntl.flock
    else:
        return

    def instead(*arguments: Any, **more: Any) -> Any:
        _MACHINE.met()
        return real(*arguments, **more)

    yield place, instead


class Shop:
    """One dataset behind a server, and the work that is done with it."""

    def __init__(self, root: Path, server: HttpServer, name: str) -> None:
        self.root, self.name = root, name
        self.cache = root / "cache"
        files = {
            "large": {"a.bin": LARGE},
            "small": SMALL,
            "one pass": {"a.tar.gz": TAR},
            "repair": {"a.bin": LARGE},
        }[name]
        entries = []
        for path, data in files.items():
            server.put(f"/{path}", data)
            size = {"unpacked": UNPACKED, "members": len(MEMBERS)}
            unpack = (
                {"unpack": {"strip": 1, "size": size}} if name == "one pass" else {}
            )
            entries.append(a_file(path, data, server.url(f"/{path}"), **unpack))
        self.right = INSIDE if name == "one pass" else files
        write_manifest(root / "catalog", "notes", *entries)
        self.catalog = Catalog.load(root / "catalog")
        self.limit = UNPACKED + len(TAR) // 2 if name == "one pass" else None
        self.settings = Settings(
            cache_dir=self.cache, network=Network(waits=QUICK), max_storage=self.limit
        )

    def begin(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)
        if self.name == "repair":
            assert self.pull() == (0, "")
            flip(self.cache / "notes" / "a.bin", MiB)
            self.catalog.verify("notes", settings=self.settings)

    def pull(self) -> tuple[int, str]:
        outcome = self.catalog.pull("notes", settings=self.settings)
        return outcome.exit_code, outcome.datasets[0].message

    def work(self) -> tuple[int, str]:
        """Return the exit code and the words with which the work ends."""
        try:
            if self.name != "repair":
                return self.pull()
            outcome = self.catalog.repair(["notes"], self.settings)
            return outcome.exit_code, outcome.datasets[0].message
        except LemmError as error:
            return error.exit_code, str(error)

    def assert_nothing_half_made(self) -> None:
        if self.name == "repair":  # the file was damaged before
            return
        place = self.cache / "notes"
        for path in place.rglob("*"):
            if path.is_file():
                name = path.relative_to(place).as_posix()
                assert path.read_bytes() == self.right[name]
        assert Store(self.cache).unreadable("notes") is None

    def assert_right(self) -> None:
        # What was left half unpacked must find room beside the new try.
        self.settings = self.settings._replace(max_storage=None)
        try:
            assert self.work() == (0, "")
        finally:
            self.settings = self.settings._replace(max_storage=self.limit)
        place = self.cache / "notes"
        found = {name: (place / name).read_bytes() for name in self.right}
        assert found == self.right
        assert not (self.cache / ".lemm" / "staging" / "notes").exists()


# What a failed call left open is collected with the next one.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["large", "small", "one pass", "repair"])
def test_each_call_may_fail_with_each_error(
    name: str, call: str, tmp_path: Path
) -> None:
    if call == "flock" and sys.platform == "win32":
        pytest.skip("has other locks")
    met = 0
    with HttpServer({}) as server, quick_disk():
        shop = Shop(tmp_path, server, name)
        for turn, error in enumerate(ERRORS):
            number = _STEPS[turn % len(_STEPS)]
            shop.begin()
            with failing(call, number, getattr(errno, error), shop.cache) as machine:
                code, message = shop.work()
                met += machine.left == 0
            said = f"{error} at {call} {number}: {code} {message}"
            assert code in {0, 4}, said
            assert "Errno" not in message, said
            assert "Traceback" not in message, said
            assert bool(message) == bool(code), said
            shop.assert_nothing_half_made()
            shop.assert_right()
    if (name, call) not in NEVER:
        assert met, "this call is never made"


# What is not called at all in some kinds of work.
NEVER = {("one pass", "pwrite"), ("small", "pwrite"), ("repair", "pwrite")}
NEVER |= {("large", "write")}
NEVER |= {("one pass", "splice"), ("small", "splice"), ("repair", "splice")}


def test_a_table_that_is_full_for_good_is_told_in_words(tmp_path: Path) -> None:
    with HttpServer({}) as server:
        shop = Shop(tmp_path, server, "large")
        for call in ("open", "write", "mkdir"):
            shop.begin()
            with failing(call, 1, errno.EMFILE, shop.cache):
                code, message = shop.work()
            assert (code, "too many files are open" in message) == (4, True) or not code
            shop.assert_right()
