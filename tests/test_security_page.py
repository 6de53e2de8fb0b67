"""SECURITY.md cannot lie: what it names exists, and tests something."""

import re
from pathlib import Path

import pytest

from lemm_catalog.backends.network import Waits
from lemm_catalog.load.files import MAX_BYTES

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE = (CHECKOUT / "SECURITY.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))
_PROMISE = re.compile(r"^(\d+)\. \*\*(.*?)(?=^\d+\. \*\*|^The tests)", re.M | re.S)


@pytest.mark.parametrize("path", NAMED)
def test_every_test_that_is_named_is_there(path: str) -> None:
    text = (CHECKOUT / path).read_text("utf-8")
    assert re.search(r"^def test_\w+", text, re.M)


def test_every_promise_has_a_number_and_tests() -> None:
    promises = _PROMISE.findall(PAGE)
    numbers = [int(number) for number, _ in promises]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 10
    assert [number for number, text in promises if "`tests/" not in text] == []


def test_every_hostile_test_keeps_a_promise() -> None:
    rooms = [CHECKOUT / "tests" / name for name in ("hostile", "fuzz")]
    found = {
        path.relative_to(CHECKOUT).as_posix()
        for room in rooms
        for path in room.glob("test_*.py")
    }
    assert found <= set(NAMED)


def test_the_figures_are_those_of_the_code() -> None:
    waits = Waits()
    said = (
        f"{waits.connect:.0f} s to connect, {waits.read:.0f} s of silence, "
        f"{waits.window:.0f} s below {waits.slowest // 1000} kB/s"
    )
    assert said in PAGE
    assert f"waited for up to {waits.longest:.0f} s" in PAGE
    assert f"nothing larger than {MAX_BYTES // 1_000_000} MB" in PAGE


def test_every_relative_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)\s:]+)\)", PAGE)
    assert targets
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []
