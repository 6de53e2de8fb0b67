"""The walls: a test reaches no network but loopback, and no home directory.

Both are seen by an audit hook, so that no library gets by; whoever swallows the error
still fails at the end of the test. What a test starts as a process of its own is not
seen: it gets an empty home directory and an environment without a user's settings.
"""

import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def index_of_the_builtin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the index of the builtin catalog: its reading takes 1 s."""
    folder = tmp_path_factory.mktemp("builtin")
    open_shelf((), folder)
    return folder


@pytest.fixture(autouse=True)
def _walls(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    index_of_the_builtin: Path,
) -> Iterator[None]:
    home = str(_empty_home(tmp_path_factory))
    for name in tuple(os.environ):
        is_proxy = name.lower().endswith("_proxy")
        if name.startswith(_OF_A_USER) or name in _SETTINGS or is_proxy:
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, home)
    # What one test saw of a catalog must not be another's shortcut.
    index = tmp_path_factory.mktemp("index")
    shutil.copytree(index_of_the_builtin, index, dirs_exist_ok=True)
    monkeypatch.setenv("LEMM_INDEX", str(index))
    _WALLS.broken.clear()
    _WALLS.are_up = True
    yield
    _WALLS.are_up = False
    assert _WALLS.broken == [], "a wall was broken, and the error swallowed"


def _empty_home(factory: pytest.TempPathFactory) -> Path:
    home = factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    return home


@pytest.fixture
def broken_walls() -> list[str]:
    """What was done against the walls; a test of them clears it."""
    return _WALLS.broken
