"""The next source is used on failure and on wrong bytes, and goes on from the first."""

from pathlib import Path

import pytest

from tests.pulling import MiB, Site, assert_fails_cleanly, assert_pulled, some_bytes
from tests.servers.answers import Becomes, Flip, Gzip, HtmlPage, NoRanges, Status
from tests.servers.faults import Drop, Endless, Fault, Garbage, HangUp, Stall
from tests.servers.http import HttpServer
from tests.servers.ports import refused_port

DATA = some_bytes(300_000)
LARGE = some_bytes(17 * MiB)  # three segments
KiB = 1024


@pytest.mark.parametrize(
    "fault",
    [
        Status(404),
        Status(503, retry_after=3600),
        Flip(at=5),
        HtmlPage(),
        Gzip(),
        Becomes(body=DATA[::-1]),
        Garbage(),
        HangUp(),
        Endless(limit=2 * MiB),
    ],
    ids=str,
)
def test_the_next_source_is_used(fault: Fault, tmp_path: Path) -> None:
    with HttpServer({"/a": DATA, "/b": DATA}, {"/a": [fault]}) as server:
        site = Site(tmp_path, DATA, [server.url("/a"), server.url("/b")])
        assert_pulled(site)

        assert "trying the next source" in site.said()
        assert server.sent("/b") == len(DATA)


def test_the_next_source_goes_on_where_the_first_broke_off(tmp_path: Path) -> None:
    faults = {"/a": [Drop(at=200_000), Status(404, after=1)]}
    with HttpServer({"/a": DATA, "/b": DATA}, faults) as server:
        assert_pulled(Site(tmp_path, DATA, [server.url("/a"), server.url("/b")]))

        assert server.of("/b")[0].headers["range"] == "bytes=200000-299999"
        assert "if-range" not in server.of("/b")[0].headers
        assert server.sent("/b") == 100_000


def test_a_source_of_another_size_takes_nothing_away(tmp_path: Path) -> None:
    with HttpServer({"/a": b"a login page", "/b": DATA}) as server:
        site = Site(tmp_path, DATA, [server.url("/a"), server.url("/b")])
        site.put_half(DATA)
        assert_pulled(site)

        assert server.sent("/b") == len(DATA) // 2


def test_a_start_of_wrong_bytes_is_not_the_next_source_s_fault(
    tmp_path: Path,
) -> None:
    page = b"<p>quota exceeded" * 1000
    with HttpServer({"/a": page, "/b": DATA}) as server:
        # Without a length, only the digest tells that this was a page.
        server.script("/a", Drop(at=len(page)), _Unstated())
        site = Site(tmp_path, DATA, [server.url("/a"), server.url("/b")])
        assert_pulled(site)

        assert server.sent("/b") <= 2 * len(DATA)


def test_a_source_that_breaks_and_cannot_resume_is_given_up(tmp_path: Path) -> None:
    faults = {"/a": [Drop(at=250_000), NoRanges()]}
    with HttpServer({"/a": DATA, "/b": DATA}, faults) as server:
        assert_pulled(Site(tmp_path, DATA, [server.url("/a"), server.url("/b")]))

        assert server.sent("/a") <= 2 * len(DATA) + 256 * KiB
        assert server.sent("/b") <= len(DATA)


def test_a_large_file_changes_its_source_half_way(tmp_path: Path) -> None:
    faults = {"/a": [Status(410, after=2)]}
    pages = {"/a": LARGE, "/b": LARGE}
    with HttpServer(pages, faults, send_buffer=32 * KiB) as server:
        assert_pulled(Site(tmp_path, LARGE, [server.url("/a"), server.url("/b")]))

        # The connections beside the one that failed are cut: what the kernel had
        # taken of their segments is sent again.
        assert server.sent() <= 1.02 * len(LARGE) + 4 * MiB


def test_a_silent_source_is_left_for_the_next(tmp_path: Path) -> None:
    faults = {"/a": [Stall(at=0, seconds=30)]}
    with HttpServer({"/a": LARGE, "/b": LARGE}, faults) as server:
        assert_pulled(Site(tmp_path, LARGE, [server.url("/a"), server.url("/b")]))


def test_when_no_source_works_each_is_named_with_its_reason(tmp_path: Path) -> None:
    with HttpServer({"/a": DATA, "/b": DATA[::-1]}, {"/a": [Status(403)]}) as server:
        dead = f"http://127.0.0.1:{refused_port()}/c"
        site = Site(tmp_path, DATA, [server.url("/a"), server.url("/b"), dead])
        assert_fails_cleanly(site, "no source works: ")
        outcome = site.pull()

    assert f"{server.url('/a')}: refuses access (403); " in outcome.message
    assert f"{server.url('/b')}: gave bytes whose sha256 is " in outcome.message
    assert f"{dead}: cannot be reached, 5 times in a row" in outcome.message


class _Unstated(Fault):
    """Tells no size, whatever is asked."""

    def on_reply(self, reply, request, page):  # type: ignore[no-untyped-def]
        return reply.without("Content-Length")
