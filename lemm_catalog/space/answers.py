"""Answers: status line, headers that bound what a browser may do, and a body."""

from collections.abc import Mapping
from typing import NamedTuple

_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
# The Hub shows a Space in a frame of its own page.
_FRAMES = "'self' https://huggingface.co https://*.hf.space"
_BASE = {
    "Connection": "close",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Answer(NamedTuple):
    """An answer to one request; a ``stream`` goes on after its first bytes."""

    head: bytes
    body: bytes = b""
    stream: str | None = None

    @property
    def whole(self) -> bytes:
        """All the bytes of it."""
        return self.head + self.body


def answer(
    status: int,
    body: str,
    kind: str = "text/plain",
    *,
    policy: str = "default-src 'none'",
    more: Mapping[str, str] | None = None,
) -> Answer:
    """Return an answer with a text as its body."""
    data = body.encode()
    fields = {
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Length": str(len(data)),
        "Content-Security-Policy": _policy(policy),
        **(more or {}),
    }
    return Answer(_head(status, fields), data)


def stream(name: str) -> Answer:
    """Return the beginning of a stream of events that ends with the connection."""
    fields = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Content-Security-Policy": _policy("default-src 'none'"),
        "X-Accel-Buffering": "no",  # proxies like nginx would hold events back
    }
    return Answer(_head(200, fields), b"retry: 3000\n\n", name)


def event(data: str) -> bytes:
    """Return an event of a stream, the whole state each time: none needs an id."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"{lines}\n".encode()


def _policy(sources: str) -> str:
    return f"{sources}; base-uri 'none'; form-action 'none'; frame-ancestors {_FRAMES}"


def _head(status: int, fields: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}"]
    lines += [f"{name}: {value}" for name, value in {**_BASE, **fields}.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")
