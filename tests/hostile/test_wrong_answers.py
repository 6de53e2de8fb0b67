"""An answer that is not what was asked for never reaches the file."""

import time
from pathlib import Path

import pytest

from tests.pulling import MiB, Site, assert_fails_cleanly, assert_pulled, some_bytes
from tests.servers.answers import (
    Becomes,
    Flip,
    Gzip,
    HtmlPage,
    IgnoresIfRange,
    NoRanges,
    NoValidators,
    OtherStart,
    PartAs200,
    Status,
    Total,
    WeakTag,
)
from tests.servers.faults import Drop, Fault
from tests.servers.http import HttpServer
from tests.servers.message import Page

SMALL = some_bytes(300_000)
OTHER = some_bytes(300_000, seed=2)
LARGE = some_bytes(17 * MiB)  # three segments
KiB = 1024


@pytest.mark.parametrize(
    ("fault", "words", "requests"),
    [
        (Status(400), "answers with 400", 1),
        (Status(401), "asks for a login (401)", 1),
        (Status(403), "refuses access (403)", 1),
        (Status(404), "has no such file (404)", 1),
        (Status(410), "says the file is gone for good (410)", 1),
        (Status(451), "for legal reasons (451)", 1),
        (Status(418), "answers with 418", 1),
        (Status(304), "answers with 304", 1),
        (Status(204), "answers with 204", 1),
        (Status(429), "fails (429), 5 times in a row", 5),
        (Status(500), "fails (500), 5 times in a row", 5),
        (Status(503), "fails (503), 5 times in a row", 5),
        (Status(503, retry_after="soon"), "fails (503), 5 times in a row", 5),
        (Status(429, retry_after=3600), "come back later (429) and wants 3600 s", 1),
        (Status(503, retry_after=61), "come back later (503) and wants 61 s", 1),
        (Gzip(), "sends gzip where plain bytes were asked for", 1),
        (HtmlPage(), "answers with a web page of 6", 1),
        (Flip(at=1000), "gave bytes whose sha256 is", 1),
        (Becomes(body=b"short"), "has 5 bytes, the manifest says 300,000", 1),
    ],
    ids=str,
)
def test_a_wrong_answer_is_an_error_that_names_it(
    fault: Fault, words: str, requests: int, tmp_path: Path
) -> None:
    with HttpServer({"/a": SMALL}, {"/a": [fault]}) as server:
        site = Site(tmp_path, SMALL, [server.url("/a")])
        assert_fails_cleanly(site, words)

        assert len(server.requests) == requests
        assert server.sent() <= len(SMALL) + KiB


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(code: int, tmp_path: Path) -> None:
    with HttpServer({"/a": SMALL}, {"/a": [Status(code, times=3)]}) as server:
        assert_pulled(Site(tmp_path, SMALL, [server.url("/a")]))

        assert len(server.requests) == 4


def test_retry_after_is_honored_in_seconds_and_as_a_date(tmp_path: Path) -> None:
    late = time.time() + 2
    faults = [Status(503, retry_after=1, times=1)]
    faults += [Status(429, retry_at=late, times=1, after=1)]
    with HttpServer({"/a": SMALL}, {"/a": faults}) as server:
        assert_pulled(Site(tmp_path, SMALL, [server.url("/a")]))

        first, second, third = server.requests
        assert second.time - first.time >= 1
        # A date has whole seconds only.
        assert third.time - first.time >= 0.9
        assert time.time() >= late - 1


@pytest.mark.parametrize(
    "fault",
    [
        NoRanges(),
        PartAs200(),
        OtherStart(by=-16),
        OtherStart(by=16),
        OtherStart(by=-16, lie=True),
        Total(total=None),
        Gzip(only="ranged", times=1),
        Status(416, only="ranged"),
        NoValidators(),
        WeakTag(),
        IgnoresIfRange(),
        HtmlPage(only="ranged", times=1),
        Flip(at=290_000, times=1),
    ],
    ids=str,
)
def test_a_resume_that_is_answered_oddly_ends_right_or_clearly(
    fault: Fault, tmp_path: Path
) -> None:
    drop = Drop(at=200_000, times=1)
    with HttpServer({"/a": SMALL}, {"/a": [drop, fault]}) as server:
        site = Site(tmp_path, SMALL, [server.url("/a")])
        outcome = site.pull()

        if outcome.result == "failed":
            assert outcome.exit_code == 3
            assert not site.published.exists()
            assert_pulled(site)
        assert site.data == site.published.read_bytes()
        assert len(server.requests) <= 6
        assert server.sent() <= 2 * len(SMALL) + KiB


@pytest.mark.parametrize(
    ("fault", "most"),
    [
        (NoRanges(), 1.0),
        (OtherStart(by=-16), 2.0),
        (Total(total=None), 1.0),
        (NoRanges(after=1), 2.0),
        (Status(416, only="ranged"), 1.0),
        (Status(404, after=2, times=1), 1.05),
        (WeakTag(), 1.0),
        (NoValidators(), 1.0),
    ],
    ids=str,
)
def test_a_large_file_comes_whole_whatever_becomes_of_its_parts(
    fault: Fault, most: float, tmp_path: Path
) -> None:
    with HttpServer({"/a": LARGE}, {"/a": [fault]}, send_buffer=32 * KiB) as server:
        site = Site(tmp_path, LARGE, [server.url("/a")])
        if site.pull().result == "failed":
            assert_pulled(site)

        assert site.published.read_bytes() == LARGE
        assert server.sent() <= most * len(LARGE) + 256 * KiB
        assert len(server.requests) <= 40


def test_a_server_that_lies_about_its_parts_is_asked_for_the_whole(
    tmp_path: Path,
) -> None:
    with HttpServer({"/a": LARGE}, {"/a": [OtherStart(by=-16, lie=True)]}) as server:
        site = Site(tmp_path, LARGE, [server.url("/a")])
        assert_pulled(site)

        assert "gave bytes whose sha256 is" in site.said()
        assert server.sent() <= 2 * len(LARGE)


@pytest.mark.parametrize("same_tag", [False, True])
@pytest.mark.parametrize("ignores", [False, True])
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_content_that_changes_between_two_parts_starts_anew(
    data: bytes, same_tag: bool, ignores: bool, tmp_path: Path
) -> None:
    other = data[::-1]
    before = Page(other, etag='"a"' if same_tag else '"b"')
    faults: list[Fault] = [Becomes(body=data, same_tag=same_tag, after=1)]
    faults += [Drop(at=len(data) // 3, times=1)]
    faults += [IgnoresIfRange()] if ignores else []
    with HttpServer({"/a": before}, {"/a": faults}, send_buffer=32 * KiB) as server:
        assert_pulled(Site(tmp_path, data, [server.url("/a")]))

        assert server.sent() <= 2 * len(data) + 256 * KiB
        assert len(server.requests) <= 40


def test_a_resume_carries_the_strong_tag_and_no_weak_one(tmp_path: Path) -> None:
    sent = []
    for name, fault in {"strong": Fault(), "weak": WeakTag()}.items():
        faults = [Drop(at=200_000, times=1), fault]
        with HttpServer({"/a": Page(SMALL, etag='"tag"')}, {"/a": faults}) as server:
            assert_pulled(Site(tmp_path / name, SMALL, [server.url("/a")]))
            sent.append(server.requests[1].headers["if-range"])

    assert sent == ['"tag"', "Wed, 01 Jan 2020 00:00:00 GMT"]


def test_compression_is_never_asked_for(tmp_path: Path) -> None:
    with HttpServer({"/a": LARGE}) as server:
        assert_pulled(Site(tmp_path, LARGE, [server.url("/a")]))

        encodings = {r.headers["accept-encoding"] for r in server.requests}
        assert encodings == {"identity"}


def test_a_tag_that_is_no_header_is_not_sent(tmp_path: Path) -> None:
    with HttpServer({"/a": SMALL}) as server:
        site = Site(tmp_path, SMALL, [server.url("/a")])
        site.put_half(SMALL, url=server.url("/a"), etag='"a\nX-Evil: 1"')
        assert_pulled(site)

        assert "x-evil" not in server.requests[0].headers
        # What is left of it is a date, which this journal did not have.
        assert "if-range" not in server.requests[0].headers


def test_wrong_bytes_of_an_earlier_pull_are_found_and_fetched_anew(
    tmp_path: Path,
) -> None:
    with HttpServer({"/a": SMALL}) as server:
        site = Site(tmp_path, SMALL, [server.url("/a")])
        site.put_half(OTHER)
        assert_pulled(site)

        assert "starting this file anew" in site.said()
        assert server.sent() == len(SMALL) // 2 + len(SMALL)
