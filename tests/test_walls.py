"""The walls of conftest.py hold."""

import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import HOME, Indexes, WallError


def test_no_address_is_reached_but_loopback(broken_walls: list[str]) -> None:
    with socket.socket() as one, pytest.raises(WallError, match=r"asks 192\.0\.2\.1"):
        one.connect(("192.0.2.1", 80))
    with socket.socket() as one, pytest.raises(ConnectionRefusedError):
        one.connect(("127.0.0.1", 1))
    broken_walls.clear()


def test_no_name_is_looked_up(broken_walls: list[str]) -> None:
    with pytest.raises(WallError, match=r"asks example\.org: tests reach no network"):
        urllib.request.urlopen("https://example.org/")
    broken_walls.clear()


def test_a_pair_of_sockets_is_no_network() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"


def test_the_home_directory_is_not_read(broken_walls: list[str]) -> None:
    with pytest.raises(WallError, match="in the home directory; use tmp_path"):
        (HOME / ".netrc-of-nobody").read_text()
    broken_walls.clear()


def test_the_home_directory_a_test_sees_is_empty() -> None:
    assert list(Path.home().iterdir()) == []
    assert Path.home() != HOME


def test_no_setting_of_the_user_is_seen(indexes: Indexes) -> None:
    names = [name for name in os.environ if name.startswith(("LEMM_", "HF_"))]
    assert names == ["LEMM_INDEX"]  # which the walls themselves set
    seen = {path.name for path in Path(os.environ["LEMM_INDEX"]).iterdir()}
    assert seen == {path.name for path in indexes.files}
