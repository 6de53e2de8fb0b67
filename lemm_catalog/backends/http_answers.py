"""What an HTTP answer means: judged from its head, before a byte of it is taken.

Headers are known by their names in lower case.
"""

import email.utils
import re
import time
from collections.abc import Mapping
from datetime import UTC
from urllib.parse import urldefrag, urljoin, urlsplit

from lemm_catalog.backends.address import Validators
from lemm_catalog.backends.base import CrowdedError, RangeRefusedError
from lemm_catalog.backends.reply import Reply
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.source import redact

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_CROWDED = frozenset({429, 503})
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_NO_RANGE = re.compile(r"bytes \*/(\d{1,18})", re.ASCII)
_WORDS = {
    401: "asks for a login (401)",
    403: "refuses access (403)",
    404: "has no such file (404)",
    407: "the proxy asks for a login (407)",
    410: "says the file is gone for good (410)",
    451: "may not give it for legal reasons (451)",
}


def check_status(shown: str, status: int, headers: Mapping[str, str]) -> None:
    """See that an answer brings bytes.

    Raises:
        PassingError: if asking again may help.
        SourceError: if it would not.

    """
    if status in {200, 206}:
        return
    if status == 416:
        match = _NO_RANGE.fullmatch(headers.get("content-range", "").strip())
        total = int(match[1]) if match else None
        raise RangeRefusedError(f"{shown}: has not so many bytes (416)", total=total)
    if status in _PASSING:
        wait = retry_after(headers.get("retry-after"))
        said = "asks to come back later" if wait is not None else "fails"
        kind = CrowdedError if status in _CROWDED else PassingError
        error: SourceError = kind(f"{shown}: {said} ({status})", retry_after=wait)
    else:
        words = _WORDS.get(status, f"answers with {status}")
        error = SourceError(f"{shown}: {words}")
    error.status = status
    raise error


def check_encoding(shown: str, headers: Mapping[str, str]) -> None:
    """See that the bytes come as they are.

    Raises:
        SourceError: if they are compressed on the way.

    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        said = encoding if re.fullmatch(r"[a-z, -]{1,40}", encoding) else "other bytes"
        raise SourceError(f"{shown}: sends {said} where plain bytes were asked for")


def read_head(
    reply: Reply, status: int, headers: Mapping[str, str], asked: int | None
) -> None:
    """Note what the head says of the body; ``asked`` is the first byte of a range.

    Raises:
        RangeRefusedError: if it is another part than was asked for.

    """
    reply.content_type = headers.get("content-type", "")
    reply.validators = Validators(
        etag=headers.get("etag"), last_modified=headers.get("last-modified")
    )
    if status == 200:
        reply.is_whole = True
        length = headers.get("content-length", "")
        is_number = re.fullmatch(r"\d{1,18}", length, re.ASCII)
        reply.total = int(length) if is_number else None
        return
    match = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if asked is None or match is None or int(match[1]) != asked:
        shown = reply.address.shown
        raise RangeRefusedError(
            f"{shown}: answers with another part than was asked for"
        )
    reply.start = asked
    reply.total = None if match[3] == "*" else int(match[3])


def redirected(shown: str, url: str, location: str | None) -> str:
    """Return where a redirect leads.

    Raises:
        SourceError: if that is nowhere, not the web, or out of https.

    """
    try:
        target = urldefrag(urljoin(url, location or "")).url
        parts = urlsplit(target)
        _ = parts.port  # raises ValueError when it is not a number
    except ValueError as error:
        raise SourceError(f"{shown}: redirects to what is no URL") from error
    if not location or not parts.hostname or parts.scheme not in {"http", "https"}:
        where = f"{parts.scheme}:" if location and parts.scheme else "nowhere"
        raise SourceError(f"{shown}: redirects to {where}")
    if urlsplit(url).scheme == "https" and parts.scheme == "http":
        raise SourceError(f"{shown}: redirects from https to {redact(target)}")
    return target


def condition(validators: Validators) -> str | None:
    """Return what `If-Range` may carry: a strong tag, else a date."""
    tag, date = validators.etag, validators.last_modified
    if tag and tag.startswith('"') and _is_header(tag):
        return tag
    return date if date and _is_header(date) else None


def _is_header(text: str) -> bool:
    return text.isascii() and text.isprintable()


def retry_after(text: str | None) -> float | None:
    """Return the seconds a server asks to wait, from a number or a date."""
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII):
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:  # HTTP's dates are of Greenwich, said or not
        date = date.replace(tzinfo=UTC)
    return max(0.0, date.timestamp() - time.time())
