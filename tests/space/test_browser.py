"""The status page in a real browser: it lives, fits, and complains of nothing."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lemm_catalog.model.space import Space
from lemm_catalog.space.board import Board
from lemm_catalog.space.server import Server
from lemm_catalog.space.site import SpaceSite
from tests.space.browser import Browser
from tests.space.states import PULLING, READY, STARTING, STATES

# The contrast of each piece of text with what is behind it, as WCAG computes it.
_CONTRASTS = """(() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = one => {
    for (; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = {};
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (one.closest("script,progress") || !walk.currentNode.data.trim()) continue;
    const pair = [light(parse(getComputedStyle(one).color)), light(behind(one))];
    found[walk.currentNode.data] =
      (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
  }
  return found;
})()"""


class Stage:
    """A board that is served, to be changed while somebody looks."""

    def __init__(self, space: Space) -> None:
        self.board = Board()
        self.server = Server("127.0.0.1", 0, SpaceSite(self.board))
        self.board.listen(lambda _: self.server.wake())
        self.url = f"http://127.0.0.1:{self.server.port}/"
        self.show(space)
        self.server.start()

    def show(self, space: Space) -> None:
        self.board.change(**space._asdict())


@contextmanager
def staged(space: Space) -> Iterator[Stage]:
    stage = Stage(space)
    try:
        yield stage
    finally:
        stage.server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as one:
        yield one


def test_the_page_follows_the_state_without_being_loaded_anew(
    browser: Browser,
) -> None:
    with staged(STARTING) as stage:
        page = browser.open(stage.url)
        page.value("window.mark = document.querySelector('main')")
        assert "Reading the catalog" in page.text
        stage.show(PULLING)
        page.until("document.title == '61 % · LEMM datasets'")
        assert "38.40 MB/s · about 7 min left" in page.text
        bar = "document.querySelectorAll('progress')[2]"
        page.value(f"window.bar = {bar}")
        stage.show(READY)
        page.until("document.title == 'ready · LEMM datasets'")
        assert page.value("document.querySelectorAll('.is-present').length") == 4
        # The very same elements: whoever had the focus there keeps it.
        assert page.value(f"window.bar === {bar}") is True
        assert page.value("window.mark === document.querySelector('main')") is True
        assert page.console == []


def test_a_server_that_has_gone_is_said_until_it_is_back(browser: Browser) -> None:
    with staged(PULLING) as stage:
        page = browser.open(stage.url)
        page.until("!!document.querySelector('.lost')")
        assert "connection is lost" not in page.text
    page.until("document.body.innerText.includes('connection is lost')")
    assert "NSynth" in page.text


def test_without_a_script_the_page_is_whole_and_asks_anew(browser: Browser) -> None:
    with staged(PULLING) as stage:
        page = browser.open(stage.url, script=False)
        assert "Pulling 4 datasets" in page.text
        stage.show(READY)
        page.until("document.title == 'ready · LEMM datasets'")  # after 5 seconds
        assert list(stage.server._streams()) == []


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("width", [360, 1000])
def test_no_state_overflows_or_makes_the_browser_complain(
    browser: Browser, name: str, width: int
) -> None:
    with staged(STATES[name]) as stage:
        page = browser.open(stage.url, width=width)
        assert page.console == []
        assert page.value("document.documentElement.scrollWidth") == width
        outside = (
            "[...document.querySelectorAll('main *')].filter(one =>"
            " one.getBoundingClientRect().right > innerWidth).length"
        )
        assert page.value(outside) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_and_the_picture_is_not_blank(
    browser: Browser, scheme: str
) -> None:
    with staged(PULLING) as stage:
        page = browser.open(stage.url, width=400, height=300, scheme=scheme)
        picture = Picture(page.picture())
        contrasts = page.value(_CONTRASTS)
    assert (picture.width, picture.height) == (400, 300)
    assert (sum(picture.at(1, 299)) < 3 * 60) is (scheme == "dark")
    assert len(picture.colors()) > 50
    assert len(contrasts) > 30
    # What WCAG asks of text of this size at level AA.
    assert {name: ratio for name, ratio in contrasts.items() if ratio < 4.5} == {}


def test_bars_are_heard_by_name_and_the_state_is_announced(browser: Browser) -> None:
    with staged(PULLING) as stage:
        page = browser.open(stage.url)
        nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    seen = [
        (n.get("role", {}).get("value"), n.get("name", {}).get("value")) for n in nodes
    ]
    assert ("progressbar", "NSynth: fetching") in seen
    assert ("progressbar", "all datasets") in seen
    assert ("heading", "LEMM datasets") in seen
    assert "status" in {role for role, _ in seen}
    assert len([1 for role, _ in seen if role == "listitem"]) >= len(PULLING.datasets)


def test_it_prints_on_white(browser: Browser) -> None:
    with staged(PULLING) as stage:
        page = browser.open(stage.url, scheme="dark")
        page.call("Emulation.setEmulatedMedia", media="print")
        for name in ("body", ".card"):
            place = f"document.querySelector('{name}')"
            color = page.value(f"getComputedStyle({place}).backgroundColor")
            assert color == "rgb(255, 255, 255)"
        data = page.call("Page.printToPDF")["data"]
    assert len(data) > 10_000


class Picture:
    """A PNG of 8 bits and no palette, as Chromium writes it."""

    def __init__(self, data: bytes) -> None:
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        at, packed = 8, b""
        while at < len(data):
            (size,) = struct.unpack(">I", data[at : at + 4])
            kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, depth, form = struct.unpack(
                    ">IIBB", content[:10]
                )
                assert depth == 8
                self._bytes = {2: 3, 6: 4}[form]
            packed += content if kind == b"IDAT" else b""
            at += size + 12
        self._rows = self._unfiltered(zlib.decompress(packed))

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """Return red, green and blue of a point."""
        start = x * self._bytes
        return tuple(self._rows[y][start : start + 3])

    def colors(self) -> set[tuple[int, ...]]:
        """Return the colors of a part of the points."""
        xs, ys = range(0, self.width, 2), range(0, self.height, 2)
        return {self.at(x, y) for y in ys for x in xs}

    def _unfiltered(self, data: bytes) -> list[bytearray]:
        rows, step = [], self.width * self._bytes
        above = bytearray(step)
        for y in range(self.height):
            start = y * (step + 1)
            row = bytearray(data[start + 1 : start + 1 + step])
            self._unfilter(data[start], row, above)
            rows.append(row)
            above = row
        return rows

    def _unfilter(self, kind: int, row: bytearray, above: bytearray) -> None:
        back = self._bytes
        for x in range(len(row) if kind else 0):
            left = row[x - back] if x >= back else 0
            corner = above[x - back] if x >= back else 0
            up = above[x]
            guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
            row[x] = (row[x] + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))
