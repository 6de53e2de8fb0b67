"""Requests, read strictly and no further than needed: the line, and nothing behind it.

Each connection carries one request, so that nothing a client sends can be taken for
another's, and a body is never read.
"""

import re
from typing import NamedTuple

MOST_HEAD = 16 * 1024
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}) (/[!-~]{0,4000}) HTTP/1\.[01]")
_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00\r\n]*")


class Request(NamedTuple):
    """What is asked for; ``query`` is what stands behind the question mark."""

    method: str
    path: str
    query: str


class BadRequestError(Exception):
    """A request that is not answered, with the status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def parse(head: bytes) -> Request | None:
    """Return the request that bytes begin with; None while its head is not all here.

    Raises:
        BadRequestError: if it is malformed or too large.

    """
    end = head.find(b"\r\n\r\n")
    if end < 0:
        if len(head) > MOST_HEAD:
            raise BadRequestError(431 if b"\r\n" in head else 414)
        return None
    if end > MOST_HEAD:
        raise BadRequestError(431)
    line, *fields = head[:end].split(b"\r\n")
    found = _LINE.fullmatch(line)
    if found is None or not all(map(_FIELD.fullmatch, fields)):
        raise BadRequestError(400)
    path, _, query = found[2].decode("ascii").partition("?")
    return Request(found[1].decode("ascii"), path, query)
