"""What goes over the wire: a request, a page to serve, and the reply to both.

`honest` is how a correct server answers (RFC 9110); faults start from its reply.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import Literal, Self

Headers = tuple[tuple[str, str], ...]
Framing = Literal["length", "chunked", "close"]
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
# 2020-01-01, so that an entity's date is old enough to be a strong validator.
_SOME_DAY = 1_577_836_800.0


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    version: str = "HTTP/1.1"

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self.target.partition("?")[2]

    @property
    def is_ranged(self) -> bool:
        """Whether the client asks for a part."""
        return "range" in self.headers

    def without(self, *names: str) -> Self:
        """Return the request as if these headers had not been sent."""
        kept = {k: v for k, v in self.headers.items() if k not in names}
        return replace(self, headers=kept)


@dataclass(frozen=True)
class Page:
    """The bytes at a path, with the validators a server gives for them."""

    body: bytes
    etag: str | None = None
    modified: float | None = _SOME_DAY
    media: str = "application/octet-stream"

    @classmethod
    def of(cls, body: bytes, modified: float = _SOME_DAY) -> Self:
        """Return a page whose ETag follows from its bytes."""
        tag = hashlib.blake2b(body, digest_size=8).hexdigest()
        return cls(body, etag=f'"{tag}"', modified=modified)

    @property
    def date(self) -> str | None:
        """The value of Last-Modified."""
        return None if self.modified is None else formatdate(self.modified, usegmt=True)


@dataclass(frozen=True)
class Reply:
    """What the server sends, and how: order, speed and where it breaks off.

    ``cut`` ends the connection after that many bytes of the body, with a TCP reset
    when ``reset`` is set. ``stall`` is (offset, seconds). ``raw`` replaces the whole
    reply by these bytes. ``endless`` repeats the body up to that many bytes.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    framing: Framing = "length"
    preamble: bytes = b""
    raw: bytes | None = None
    delay: float = 0.0
    piece: int = 65_536
    pause: float = 0.0
    stall: tuple[int, float] | None = None
    cut: int | None = None
    reset: bool = False
    endless: int = 0
    close: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether the connection ends inside, or right after, the body."""
        return self.cut is not None and self.cut <= (self.endless or len(self.body))

    def header(self, name: str) -> str | None:
        """Return the value of a header, or None."""
        found = (v for k, v in self.headers if k.lower() == name.lower())
        return next(found, None)

    def with_headers(self, **values: str) -> Self:
        """Return the reply with headers set; `Content_Range` is Content-Range."""
        names = {name.replace("_", "-"): value for name, value in values.items()}
        kept = self.without(*names)
        return replace(kept, headers=(*kept.headers, *names.items()))

    def without(self, *names: str) -> Self:
        """Return the reply without these headers."""
        lowered = {name.lower() for name in names}
        kept = tuple((k, v) for k, v in self.headers if k.lower() not in lowered)
        return replace(self, headers=kept)

    def with_body(self, body: bytes) -> Self:
        """Return the reply with another body and the length that belongs to it."""
        sized = self.with_headers(Content_Length=str(len(body)))
        return replace(sized, body=body)

    def head(self, version: str) -> bytes:
        """Return the status line and the headers, encoded."""
        known = {status.value: status.phrase for status in HTTPStatus}
        lines = [f"{version} {self.status} {known.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return self.preamble + "\r\n".join([*lines, "", ""]).encode("latin-1")

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in the pieces in which it is sent.

        A piece never straddles the offset at which the reply stalls or is cut.
        """
        total = self.endless or len(self.body)
        end = total if self.cut is None else min(self.cut, total)
        marks = sorted({self.stall[0] if self.stall else end, end})
        at = 0
        while at < end:
            stop = min([at + self.piece, *(mark for mark in marks if mark > at)])
            if self.endless:
                yield self._repeated(at, stop)
            else:
                yield self.body[at:stop]
            at = stop

    def _repeated(self, start: int, stop: int) -> bytes:
        body = self.body or b"\0"
        first = start % len(body)
        needed = stop - start
        return (body * ((first + needed) // len(body) + 1))[first : first + needed]


@dataclass
class Record:
    """One request that was served: who asked for what and what went out.

    ``sent`` counts the bytes of the body that were handed to the kernel.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    connection: int
    time: float
    status: int = 0
    sent: int = 0
    done: bool = False

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


def honest(request: Request, page: Page | None) -> Reply:
    """Return what a correct server answers to a GET or HEAD."""
    if request.method not in {"GET", "HEAD"}:
        return Reply(405, (("Allow", "GET, HEAD"), ("Content-Length", "0")))
    if page is None:
        return Reply(404, (("Content-Type", "text/plain"),)).with_body(b"not found\n")
    reply = Reply(200, _entity_headers(page)).with_body(page.body)
    if page.etag is not None and request.headers.get("if-none-match") == page.etag:
        return replace(reply, status=304, body=b"").without("Content-Length")
    # RFC 9110, 14.2: Range means something for GET only.
    if request.method == "GET" and _range_holds(request, page):
        return _partial(request.headers["range"], page, reply)
    return reply


def _entity_headers(page: Page) -> Headers:
    found = {
        "Content-Type": page.media,
        "Accept-Ranges": "bytes",
        "ETag": page.etag,
        "Last-Modified": page.date,
    }
    return tuple((name, value) for name, value in found.items() if value is not None)


def _range_holds(request: Request, page: Page) -> bool:
    """Whether there is a Range and its If-Range, if any, matches."""
    condition = request.headers.get("if-range")
    if not request.is_ranged or condition is None:
        return request.is_ranged
    if condition.startswith("W/"):
        return False  # a weak tag never matches: RFC 9110, 13.1.5
    return condition in {page.etag, page.date}


def _partial(wanted: str, page: Page, whole: Reply) -> Reply:
    match = _RANGE.fullmatch(wanted.strip())
    if match is None or not any(match.groups()):
        return whole  # several ranges or nonsense: a server may ignore them
    size = len(page.body)
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < int(first):
        return whole
    if start >= size:
        refused = replace(whole, status=416).with_body(b"")
        return refused.with_headers(Content_Range=f"bytes */{size}")
    part = replace(whole, status=206).with_body(page.body[start:stop])
    return part.with_headers(Content_Range=f"bytes {start}-{stop - 1}/{size}")
