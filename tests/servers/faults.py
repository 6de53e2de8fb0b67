"""What a server can do wrong on the way: the connection, the framing, the speed.

A fault is a small frozen value. It changes the request as the server sees it, the
page it serves, or the reply it sends, and faults of one path compose in their order.
Every fault takes ``times`` (only the first k requests), ``after`` (let the first k
pass), ``methods`` and ``only`` ("ranged" or "whole" requests).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.servers.message import Page, Reply, Request

KiB = 1024
MiB = 1024 * KiB


@dataclass(frozen=True)
class Fault:
    """The fault that does nothing; others override one of its three hooks."""

    times: int | None = field(default=None, kw_only=True)
    after: int = field(default=0, kw_only=True)
    methods: tuple[str, ...] = field(default=("GET", "HEAD"), kw_only=True)
    only: Literal["any", "ranged", "whole"] = field(default="any", kw_only=True)

    def concerns(self, request: Request) -> bool:
        """Whether this request is one that the fault counts."""
        fits = self.only == "any" or request.is_ranged == (self.only == "ranged")
        return fits and request.method in self.methods

    def is_due(self, seen: int) -> bool:
        """Whether the fault strikes, ``seen`` requests having gone before."""
        last = None if self.times is None else self.after + self.times
        return seen >= self.after and (last is None or seen < last)

    def on_request(self, request: Request) -> Request:
        """Return the request as the server takes it."""
        return request

    def on_page(self, page: Page) -> Page:
        """Return the page as the server has it."""
        return page

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        """Return the reply as the server sends it."""
        return reply


@dataclass(frozen=True)
class Drop(Fault):
    """Closes the connection after ``at`` bytes of the body."""

    at: int = 0

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return replace(reply, cut=self.at)


@dataclass(frozen=True)
class Reset(Fault):
    """Resets the connection (RST) after ``at`` bytes of the body."""

    at: int = 0

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return replace(reply, cut=self.at, reset=True)


@dataclass(frozen=True)
class HangUp(Fault):
    """Closes the connection without a byte of reply."""

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return replace(reply, raw=b"")


@dataclass(frozen=True)
class Garbage(Fault):
    """Answers with bytes that are no HTTP, then closes."""

    data: bytes = b"\x00\x01 nothing of the kind\r\n\r\n"

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return replace(reply, raw=self.data)


@dataclass(frozen=True)
class Late(Fault):
    """Says nothing for ``seconds``, then replies (connect is fast, answer is slow)."""

    seconds: float = 1.0

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return replace(reply, delay=self.seconds)


@dataclass(frozen=True)
class Stall(Fault):
    """Sends ``at`` bytes of the body and then nothing for ``seconds``."""

    at: int = 0
    seconds: float = 1.0

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return replace(reply, stall=(self.at, self.seconds))


@dataclass(frozen=True)
class Drip(Fault):
    """Sends the body in pieces of ``size`` bytes, ``pause`` seconds apart."""

    size: int = 1
    pause: float = 0.05

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        return replace(reply, piece=self.size, pause=self.pause)


@dataclass(frozen=True)
class Rate(Fault):
    """Sends at most ``per_second`` bytes a second over one connection."""

    per_second: int = MiB

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        piece = max(1, min(reply.piece, self.per_second // 50))
        return replace(reply, piece=piece, pause=piece / self.per_second)


@dataclass(frozen=True)
class Length(Fault):
    """States a Content-Length that is ``by`` bytes off, and closes after the body."""

    by: int = 1

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        stated = str(max(0, len(reply.body) + self.by))
        return replace(reply.with_headers(Content_Length=stated), close=True)


@dataclass(frozen=True)
class Chunked(Fault):
    """Sends the body in chunks; ``short`` bytes are missing at its well-formed end.

    With ``ends=False`` the final chunk never comes and the connection closes.
    """

    short: int = 0
    ends: bool = True

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        sent = reply.body[: max(0, len(reply.body) - self.short)]
        framed = reply.without("Content-Length")
        framed = framed.with_headers(Transfer_Encoding="chunked")
        cut = None if self.ends else len(sent)
        return replace(framed, body=sent, framing="chunked", cut=cut)


@dataclass(frozen=True)
class Unsized(Fault):
    """Gives no Content-Length: the end of the connection is the end of the body.

    ``short`` bytes are missing at the end, which only size or digest can tell.
    """

    short: int = 0

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        sent = reply.body[: max(0, len(reply.body) - self.short)]
        framed = reply.without("Content-Length")
        return replace(framed, body=sent, framing="close", close=True)


@dataclass(frozen=True)
class Endless(Fault):
    """Repeats the body and never stops, but for ``limit`` that spares the disk."""

    limit: int = 64 * MiB
    framing: Literal["chunked", "close"] = "close"

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        framed = reply.without("Content-Length")
        if self.framing == "chunked":
            framed = framed.with_headers(Transfer_Encoding="chunked")
        return replace(framed, framing=self.framing, endless=self.limit, close=True)


@dataclass(frozen=True)
class EarlyHints(Fault):
    """Sends ``count`` informational replies before the real one."""

    count: int = 1
    status: int = 103

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        hint = f"HTTP/1.1 {self.status} Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
        return replace(reply, preamble=hint.encode() * self.count)


@dataclass(frozen=True)
class HugeHeaders(Fault):
    """Adds ``size`` bytes of headers, in ``lines`` lines."""

    size: int = MiB
    lines: int = 1

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        filler = "x" * (self.size // self.lines)
        extra = tuple((f"X-Filler-{n}", filler) for n in range(self.lines))
        return replace(reply, headers=(*reply.headers, *extra))


@dataclass(frozen=True)
class SetHeaders(Fault):
    """Sets headers, or takes those away whose value is None."""

    values: Mapping[str, str | None] = field(default_factory=dict)

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        kept = reply.without(*self.values)
        extra = tuple((k, v) for k, v in self.values.items() if v is not None)
        return replace(kept, headers=(*kept.headers, *extra))
