"""The programmable server answers as wrongly as it was told to."""

import gzip
from email.utils import parsedate_to_datetime

import pytest
import urllib3

from tests.servers import answers
from tests.servers.http import HttpServer
from tests.servers.message import Page
from tests.unit.servers.asking import DATA, OTHER, ask


@pytest.mark.parametrize("code", [403, 404, 410, 416, 429, 500, 503])
def test_errors_have_their_status(server: HttpServer, code: int) -> None:
    server.script("/a", answers.Status(code, retry_after=7))

    answer = ask(server)
    assert answer.status == code
    assert answer.headers["retry-after"] == "7"


def test_retry_after_may_be_a_date(server: HttpServer) -> None:
    server.script("/a", answers.Status(503, retry_at=2_000_000_000))

    when = parsedate_to_datetime(ask(server).headers["retry-after"])
    assert when.timestamp() == 2_000_000_000


def test_redirects_go_anywhere(server: HttpServer) -> None:
    server.script("/a", answers.Redirect("file:///etc/passwd", 301))

    answer = ask(server)
    assert (answer.status, answer.headers["location"]) == (301, "file:///etc/passwd")


def test_redirects_form_chains_and_loops(server: HttpServer) -> None:
    server.script("/a", answers.Hops(3))
    server.script("/loop", answers.Redirect("/loop"))
    with urllib3.PoolManager() as pool:
        assert pool.request("GET", server.url("/a")).data == DATA
        with pytest.raises(urllib3.exceptions.MaxRetryError):
            pool.request("GET", server.url("/loop"), redirect=5, retries=5)

    assert [r.target for r in server.of("/a")][1:] == [
        "/a?hop=1",
        "/a?hop=2",
        "/a?hop=3",
    ]
    assert len(server.of("/loop")) == 6


def test_a_range_may_be_ignored_or_given_as_200(server: HttpServer) -> None:
    server.script("/a", answers.NoRanges(times=1), answers.PartAs200(after=1))

    whole, part = ask(server, Range="bytes=9-"), ask(server, Range="bytes=9-")
    assert (whole.status, whole.body) == (200, DATA)
    assert (part.status, part.body) == (200, DATA[9:])


@pytest.mark.parametrize("by", [-16, 16])
def test_a_part_may_start_elsewhere(server: HttpServer, by: int) -> None:
    server.script("/a", answers.OtherStart(by), answers.OtherStart(after=9))

    answer = ask(server, Range="bytes=100-199")
    assert answer.status == 206
    assert answer.body == DATA[100 + by : 200]
    assert answer.headers["content-range"] == f"bytes {100 + by}-199/102400"


def test_a_part_may_lie_about_its_start(server: HttpServer) -> None:
    server.script("/a", answers.OtherStart(-16, lie=True))

    answer = ask(server, Range="bytes=100-199")
    assert answer.body == DATA[84:184]
    assert answer.headers["content-range"] == "bytes 100-199/102400"


@pytest.mark.parametrize(("total", "shown"), [(7, "7"), (None, "*")])
def test_a_total_may_be_wrong(
    server: HttpServer, total: int | None, shown: str
) -> None:
    server.script("/a", answers.Total(total))

    answer = ask(server, Range="bytes=0-9")
    assert answer.headers["content-range"] == f"bytes 0-9/{shown}"


def test_content_may_change_between_requests(server: HttpServer) -> None:
    server.script("/a", answers.Becomes(OTHER, after=1))
    tag = ask(server).headers["etag"]

    later = ask(server, Range="bytes=9-", If_Range=tag)
    assert (later.status, later.body) == (200, OTHER)
    assert later.headers["etag"] != tag


def test_changed_content_may_pass_if_range(server: HttpServer) -> None:
    server.script("/a", answers.Becomes(OTHER), answers.IgnoresIfRange())
    ignored = ask(server, Range="bytes=9-", If_Range='"old"')
    assert (ignored.status, ignored.body) == (206, OTHER[9:])

    server.script("/a", answers.Becomes(OTHER, same_tag=True))
    same = ask(server, Range="bytes=9-", If_Range=Page.of(DATA).etag or "")
    assert (same.status, same.body) == (206, OTHER[9:])


def test_a_bit_may_be_wrong(server: HttpServer) -> None:
    server.script("/a", answers.Flip(1000))

    body = ask(server).body
    assert [
        n for n, pair in enumerate(zip(body, DATA, strict=True)) if len(set(pair)) > 1
    ] == [1000]


def test_validators_may_be_missing_or_weak(server: HttpServer) -> None:
    server.script("/a", answers.NoValidators(times=1), answers.WeakTag(after=1))

    assert not {"etag", "last-modified"} & ask(server).headers.keys()
    assert ask(server).headers["etag"].startswith('W/"')


def test_gzip_comes_unasked_and_whole(server: HttpServer) -> None:
    server.script("/a", answers.Gzip())

    answer = ask(server, Accept_Encoding="identity", Range="bytes=9-")
    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(answer.body) == DATA


def test_a_page_may_stand_in_for_data(server: HttpServer) -> None:
    server.script("/a", answers.HtmlPage())

    answer = ask(server, Range="bytes=9-")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
