"""The walls, and how the suite is run.

A test reaches no network but loopback, and no home directory. Both are seen by an
audit hook, so that no library gets by; whoever swallows the error still fails at the
end of the test. What a test starts as a process of its own is not
seen: it gets an empty home directory and an environment without a user's settings.
"""

import gc
import ipaddress
import itertools
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from lemm_catalog.load.shelf import open_shelf

CHECKOUT = Path(__file__).resolve().parents[1]
HOME = Path.home().resolve()
# Parts of a home directory that are not the user's data.
_OURS = tuple(
    str(Path(path).resolve())
    for path in (CHECKOUT, sys.prefix, sys.base_prefix, tempfile.gettempdir())
)
_OF_PATHS = frozenset(
    {"open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename"}
)
_OF_A_USER = ("LEMM_", "HF_", "HUGGING", "XDG_", "SPACE_")
_SETTINGS = frozenset({"NO_COLOR", "SSL_CERT_FILE", "SSL_CERT_DIR", "FORCE_COLOR"})

_IS_ONE_OF_MANY = "PYTEST_XDIST_WORKER" in os.environ

settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")


class WallError(Exception):
    """A test did what no test may do."""


class _Walls:
    def __init__(self) -> None:
        self.are_up = False
        self.broken: list[str] = []

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.are_up:
            return
        fault = None
        if event == "socket.connect":
            fault = _why_not_connect(arguments[1])
        elif event == "socket.getaddrinfo":
            fault = _why_not_connect((arguments[0],))
        elif event in _OF_PATHS:
            fault = next(filter(None, map(_why_not_touch, arguments[:2])), None)
        if fault:
            self.broken.append(fault)
            raise WallError(fault)


def _why_not_connect(address: Any) -> str | None:
    if not isinstance(address, tuple):  # a Unix socket has a path
        return None
    host = address[0]
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost"}:
        return None
    try:
        is_here = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        is_here = False
    if is_here:
        return None
    return f"this test asks {host}: tests reach no network; use tests/servers"


def _why_not_touch(path: Any) -> str | None:
    if not isinstance(path, (str, bytes, os.PathLike)):
        return None
    text = os.path.abspath(os.fsdecode(path))
    is_at_home = text == str(HOME) or text.startswith(f"{HOME}{os.sep}")
    if not is_at_home or text.startswith(_OURS):
        return None
    return f"this test touches {text}, in the home directory; use tmp_path"


_WALLS = _Walls()
sys.addaudithook(_WALLS.watch)

# In the background (`&`, nohup) Ctrl-C is ignored, and whoever is started inherits it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run all of the suite on several processes."""
    has_xdist = config.pluginmanager.has_plugin("xdist")
    if has_xdist and not _IS_ONE_OF_MANY and config.option.numprocesses is None:
        from tests import abreast

        config.option.numprocesses = abreast.count(config)
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes longest."""
    if _IS_ONE_OF_MANY:
        from tests import abreast

        abreast.in_order(items)


def pytest_collection_finish() -> None:
    """Let no garbage be looked for among nine thousand tests, again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a file in one process."""
    from tests import abreast

    return abreast.ByFile(config, log) if config.option.dist == "load" else None


class Indexes:
    """Gives each test a folder with the index of the builtin catalog in it.

    Its reading takes 1 s. A file of it is linked, not copied: 2.4 MB for each of
    thousands of tests would be many seconds and 20 GB, and whoever writes an index
    writes a new file.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._builtin = root / "builtin"
        self._builtin.mkdir()
        open_shelf((), self._builtin)
        self.files = tuple(self._builtin.iterdir())
        self._count = itertools.count()

    @contextmanager
    def one(self) -> Iterator[Path]:
        folder = self._root / str(next(self._count))
        folder.mkdir()
        for file in self.files:
            try:
                os.link(file, folder / file.name)
            except OSError:  # a file system without links
                shutil.copy2(file, folder / file.name)
        yield folder
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Indexes:
    """Return where each test has its index from."""
    return Indexes(tmp_path_factory.mktemp("indexes"))


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home directory without anything in it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _walls(
    monkeypatch: pytest.MonkeyPatch, indexes: Indexes, empty_home: Path
) -> Iterator[None]:
    for name in tuple(os.environ):
        is_proxy = name.lower().endswith("_proxy")
        if name.startswith(_OF_A_USER) or name in _SETTINGS or is_proxy:
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(empty_home))
    # What one test saw of a catalog must not be another's shortcut.
    with indexes.one() as index:
        monkeypatch.setenv("LEMM_INDEX", str(index))
        _WALLS.broken.clear()
        _WALLS.are_up = True
        yield
        _WALLS.are_up = False
    assert _WALLS.broken == [], "a wall was broken, and the error swallowed"


@pytest.fixture
def broken_walls() -> list[str]:
    """What was done against the walls; a test of them clears it."""
    return _WALLS.broken
