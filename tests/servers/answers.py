"""What a server can answer wrongly: other bytes, ranges, statuses and redirects."""

import gzip
from dataclasses import dataclass, replace
from email.utils import formatdate

from tests.servers.faults import Fault
from tests.servers.message import Page, Reply, Request


@dataclass(frozen=True)
class Status(Fault):
    """Answers with an error status, and Retry-After when ``retry_after`` is given.

    ``retry_after`` is in seconds; with ``retry_at`` it is an absolute time
    (`time.time`) that is sent as an HTTP date.
    """

    code: int = 503
    retry_after: int | str | None = None
    retry_at: float | None = None
    body: bytes = b"<html><body>an error page</body></html>\n"

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        answer = Reply(self.code, (("Content-Type", "text/html"),)).with_body(self.body)
        if self.retry_at is not None:
            date = formatdate(self.retry_at, usegmt=True)
            return answer.with_headers(Retry_After=date)
        if self.retry_after is not None:
            return answer.with_headers(Retry_After=str(self.retry_after))
        return answer


@dataclass(frozen=True)
class HtmlPage(Fault):
    """Answers 200 with a login page in place of the data."""

    body: bytes = b"<!DOCTYPE html><title>Please log in</title><p>Quota exceeded\n"

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return Reply(200, (("Content-Type", "text/html"),)).with_body(self.body)


@dataclass(frozen=True)
class Redirect(Fault):
    """Redirects to a path or URL of any scheme; to the own path it is a loop."""

    to: str = "/"
    code: int = 302

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return Reply(self.code, (("Location", self.to),)).with_body(b"moved\n")


@dataclass(frozen=True)
class Capped(Fault):
    """Gives at most ``most`` bytes of a range, as RFC 9110 (15.3.7) allows."""

    most: int = 200 * 1024

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        if reply.status != 206 or page is None or len(reply.body) <= self.most:
            return reply
        start = int(request.headers["range"].removeprefix("bytes=").partition("-")[0])
        told = f"bytes {start}-{start + self.most - 1}/{len(page.body)}"
        return reply.with_headers(Content_Range=told).with_body(reply.body[: self.most])


@dataclass(frozen=True)
class Hops(Fault):
    """Redirects ``count`` times (`?hop=1`, `?hop=2`, …) before it serves the page."""

    count: int = 3
    code: int = 302

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        seen = int(request.query.removeprefix("hop=") or 0)
        if seen >= self.count:
            return reply
        target = f"{request.path}?hop={seen + 1}"
        return Reply(self.code, (("Location", target),)).with_body(b"moved\n")


@dataclass(frozen=True)
class NoRanges(Fault):
    """Answers a Range request with 200 and the whole body."""

    def on_request(self, request: Request) -> Request:
        return request.without("range", "if-range")

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return reply.without("Accept-Ranges")


@dataclass(frozen=True)
class PartAs200(Fault):
    """Sends the part that was asked for, but with status 200."""

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        if reply.status != 206:
            return reply
        return replace(reply.without("Content-Range"), status=200)


@dataclass(frozen=True)
class OtherStart(Fault):
    """Answers a Range with 206 and a part that starts ``by`` bytes off.

    Content-Range is true to what is sent; with ``lie`` it repeats what was asked.
    """

    by: int = -16
    lie: bool = False

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        stated = reply.header("Content-Range")
        if reply.status != 206 or page is None or stated is None:
            return reply
        start, stop = (int(n) for n in stated[6:].partition("/")[0].split("-"))
        first = min(max(0, start + self.by), stop)
        body = page.body[first : stop + 1]
        true = f"bytes {first}-{stop}/{len(page.body)}"
        other = reply.with_body(body[: len(reply.body)] if self.lie else body)
        return other.with_headers(Content_Range=stated if self.lie else true)


@dataclass(frozen=True)
class Total(Fault):
    """States a wrong total in Content-Range; ``total=None`` states an asterisk."""

    total: int | None = 1

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        stated = reply.header("Content-Range")
        if stated is None:
            return reply
        total = "*" if self.total is None else str(self.total)
        return reply.with_headers(Content_Range=f"{stated.partition('/')[0]}/{total}")


@dataclass(frozen=True)
class Becomes(Fault):
    """Serves other bytes from now on, with a new ETag and a later date.

    With ``same_tag`` the validators stay as they were, although the bytes changed.
    """

    body: bytes = b""
    same_tag: bool = False

    def on_page(self, page: Page) -> Page:
        if self.same_tag:
            return replace(page, body=self.body)
        later = None if page.modified is None else page.modified + 3600
        return replace(Page.of(self.body), modified=later, media=page.media)


@dataclass(frozen=True)
class Flip(Fault):
    """Serves the right number of bytes with one bit wrong at ``at``."""

    at: int = 0

    def on_page(self, page: Page) -> Page:
        wrong = bytearray(page.body)
        wrong[self.at] ^= 1
        return replace(page, body=bytes(wrong))


@dataclass(frozen=True)
class IgnoresIfRange(Fault):
    """Serves a part of whatever it has now, whether or not If-Range matches."""

    def on_request(self, request: Request) -> Request:
        return request.without("if-range")


@dataclass(frozen=True)
class NoValidators(Fault):
    """Gives neither an ETag nor Last-Modified."""

    def on_page(self, page: Page) -> Page:
        return replace(page, etag=None, modified=None)


@dataclass(frozen=True)
class WeakTag(Fault):
    """Gives a weak ETag, which cannot serve for If-Range."""

    def on_page(self, page: Page) -> Page:
        return replace(page, etag=f"W/{page.etag}" if page.etag else None)


@dataclass(frozen=True)
class Gzip(Fault):
    """Sends the whole body with Content-Encoding gzip, whatever was accepted.

    As some networks of caches do, it then ignores Range as well.
    """

    def on_request(self, request: Request) -> Request:
        return request.without("range", "if-range")

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        packed = reply.with_body(gzip.compress(reply.body, mtime=0))
        return packed.with_headers(Content_Encoding="gzip").without("Accept-Ranges")
