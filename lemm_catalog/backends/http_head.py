"""The head of an HTTP answer: a status and headers, read strictly.

What could be understood in two ways is not HTTP to us: a number that two readers
read differently is how one answer's end becomes another's beginning.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: .*)?", re.DOTALL)
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_MOST_HEADERS = 200


class WireError(Exception):
    """The other side broke off, fell silent or does not speak HTTP; says which."""


class SilentError(WireError):
    """The other side has said nothing for as long as one waits."""

    def __init__(self) -> None:
        super().__init__("fell silent")


class Head(NamedTuple):
    """A status and headers by their names in lower case; repeated ones are joined."""

    status: int
    headers: dict[str, str]
    is_modern: bool  # HTTP/1.1: the connection stays unless said otherwise

    @property
    def keeps_open(self) -> bool:
        """Whether the connection may be used again."""
        said = {word.strip() for word in self._lower("connection").split(",")}
        if "close" in said:
            return False
        return self.is_modern or "keep-alive" in said

    @property
    def has_body(self) -> bool:
        """Whether an answer of this status has one."""
        return self.status >= 200 and self.status not in {204, 304}

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks.

        Raises:
            WireError: if it comes in a way that nobody asked for.

        """
        coding = self._lower("transfer-encoding").strip()
        if coding not in {"", "identity", "chunked"}:
            raise WireError("broke off: an unknown transfer encoding")
        return coding == "chunked"

    @property
    def length(self) -> int | None:
        """The length of the body in bytes, if it is told.

        Raises:
            WireError: if it is no number, or there are two.

        """
        told = self.headers.get("content-length")
        if told is None:
            return None
        numbers = {number.strip() for number in told.split(",")}
        number = numbers.pop()
        if numbers or not _LENGTH.fullmatch(number):
            raise WireError("broke off: its length is no number")
        return int(number)

    def _lower(self, name: str) -> str:
        return self.headers.get(name, "").lower()


def parse_head(raw: bytes) -> Head:
    """Return a head from its bytes, the empty line that ends it included.

    Raises:
        WireError: if it is not one.

    """
    lines = raw.strip(b"\r\n").split(b"\n")
    found = _STATUS.fullmatch(lines[0].rstrip(b"\r"))
    if not found or len(lines) > _MOST_HEADERS:
        raise WireError("broke off: its answer is not HTTP")
    headers: dict[str, str] = {}
    name = ""
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t"):  # goes on with the header before
            if not name:
                raise WireError("broke off: its answer is not HTTP")
            headers[name] += " " + line.strip().decode("latin-1")
            continue
        raw_name, colon, value = line.partition(b":")
        if not colon:
            raise WireError("broke off: its answer is not HTTP")
        name = _name_of(raw_name)
        text = value.strip(b" \t\r").decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return Head(int(found[2]), headers, found[1] == b"1")


@lru_cache(maxsize=256)
def _name_of(raw: bytes) -> str:
    """Return the name of a header in lower case; a server says the same few again."""
    if not _NAME.fullmatch(raw):
        raise WireError("broke off: its answer is not HTTP")
    return raw.decode("ascii").lower()
