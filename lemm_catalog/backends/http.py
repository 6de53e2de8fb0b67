"""HTTP and HTTPS, spoken through urllib3 with everything that matters done here.

Bytes are asked for as they are (`Accept-Encoding: identity`), ranges are checked
against what was asked, a resume carries `If-Range`, redirects are followed by hand so
that a token never reaches another origin and https never falls back to http.
"""

import email.utils
import http.client
import re
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from lemm_catalog.backends.base import (
    Address,
    Backend,
    RangeRefusedError,
    Reply,
    Validators,
    plain,
)
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.source import redact
from lemm_catalog.version import __version__

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
MAX_REDIRECTS = 10
USER_AGENT = f"lemm-catalog/{__version__}"
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.ASCII)
_WORDS = {
    401: "asks for a login (401)",
    403: "refuses access (403)",
    404: "has no such file (404)",
    407: "the proxy asks for a login (407)",
    410: "says the file is gone for good (410)",
    451: "may not give it for legal reasons (451)",
}


class _Response(http.client.HTTPResponse):
    """Skips every interim answer: before Python 3.12, http.client knows only 100."""

    def _read_status(self) -> Any:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        interim = 100 <= status < 200 and status != 101
        return version, 100 if interim else status, reason


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class HttpBackend(Backend):
    """Speaks HTTP/1.1; may be used from several threads at once."""

    def __init__(self, proxies: dict[str, str] | None = None) -> None:
        self._proxies = proxies or {}
        self._managers: dict[str, urllib3.PoolManager] = {}

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        is_part = start > 0 or stop is not None
        if is_part:
            headers["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
            if condition := _condition(validators):
                headers["If-Range"] = condition
        response = self._follow(address, headers)
        reply = _HttpReply(address, response)
        try:
            _check_status(reply, response)
            _check_encoding(reply, response)
            _read_head(reply, response, start if is_part else None)
        except BaseException:
            reply.close()
            raise
        return reply

    def _follow(
        self, address: Address, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        url, origin = address.url, _origin(address.url)
        for _ in range(MAX_REDIRECTS + 1):
            token = address.token if _origin(url) == origin else None
            own = {"Authorization": f"Bearer {token}"} if token else {}
            response = self._manager(url).request(
                "GET",
                url,
                headers={**headers, **own},
                preload_content=False,
                redirect=False,
                retries=False,
            )
            if response.status not in _REDIRECTS:
                return response
            target = urljoin(url, response.headers.get("Location", ""))
            response.close()
            _check_redirect(address, url, target)
            url = target
        raise SourceError(f"{address.shown}: redirects more than {MAX_REDIRECTS} times")

    def _manager(self, url: str) -> urllib3.PoolManager:
        scheme = urlsplit(url).scheme
        if scheme not in self._managers:
            options: dict[str, Any] = {
                "maxsize": 32,
                "timeout": urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            }
            proxy = self._proxies.get(scheme) or self._proxies.get("all")
            manager = (
                urllib3.ProxyManager(proxy, **options)
                if proxy
                else urllib3.PoolManager(**options)
            )
            manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
            self._managers[scheme] = manager
        return self._managers[scheme]

    def close(self) -> None:
        """Close the kept connections."""
        for manager in self._managers.values():
            manager.clear()

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what urllib3 raises in words."""
        cause = getattr(error, "reason", None) or error
        if isinstance(error, urllib3.exceptions.LocationParseError):
            return SourceError(f"{address.shown}: is not a URL")
        if isinstance(cause, urllib3.exceptions.SSLError):
            return SourceError(
                f"{address.shown}: its certificate is not accepted: {plain(cause)}",
                mend="set SSL_CERT_FILE if a company's proxy stands in between",
            )
        words = {
            urllib3.exceptions.NameResolutionError: "the host name is not known",
            urllib3.exceptions.ConnectTimeoutError: "does not answer",
            urllib3.exceptions.ReadTimeoutError: "fell silent",
            urllib3.exceptions.NewConnectionError: "cannot be reached",
            urllib3.exceptions.ProtocolError: "broke off",
        }
        for kind, said in words.items():
            if isinstance(cause, kind):
                return PassingError(f"{address.shown}: {said}")
        return PassingError(f"{address.shown}: {plain(error)}")


class _HttpReply(Reply):
    """Reads the body below urllib3, which would copy every chunk."""

    def __init__(self, address: Address, response: urllib3.BaseHTTPResponse) -> None:
        super().__init__(address)
        self._response = response
        self._body: Any = getattr(response, "_original_response", None) or response
        self._is_spent = False

    def _readinto(self, buffer: memoryview) -> int:
        count: int = self._body.readinto(buffer)
        self._is_spent = count == 0
        return count

    def abort(self) -> None:
        # Closing would wait for the very read it is to end.
        with suppress(Exception):
            self._response.shutdown()

    def close(self) -> None:
        # Only a body read to its end leaves a connection fit to be used again.
        if self._is_spent or self._body.isclosed():
            self._response.release_conn()
        else:
            self._response.close()


def _condition(validators: Validators) -> str | None:
    """Return what `If-Range` may carry: a strong tag, else a date."""
    if validators.etag and not validators.etag.startswith("W/"):
        return validators.etag
    return validators.last_modified


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def _check_redirect(address: Address, url: str, target: str) -> None:
    scheme = urlsplit(target).scheme
    if scheme not in {"http", "https"}:
        raise SourceError(f"{address.shown}: redirects to {scheme or 'nowhere'}:")
    if urlsplit(url).scheme == "https" and scheme == "http":
        raise SourceError(f"{address.shown}: redirects from https to {redact(target)}")


def _check_status(reply: Reply, response: urllib3.BaseHTTPResponse) -> None:
    status, shown = response.status, reply.address.shown
    if status in {200, 206}:
        return
    if status == 416:
        raise RangeRefusedError(f"{shown}: has not so many bytes (416)")
    if status in _PASSING:
        wait = _retry_after(response.headers.get("Retry-After"))
        said = "asks to come back later" if wait is not None else "fails"
        message = f"{shown}: {said} ({status})"
        raise PassingError(message, retry_after=wait)
    raise SourceError(f"{shown}: {_WORDS.get(status, f'answers with {status}')}")


def _check_encoding(reply: Reply, response: urllib3.BaseHTTPResponse) -> None:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        shown = reply.address.shown
        raise SourceError(f"{shown}: sends {encoding} where plain bytes were asked for")


def _read_head(
    reply: Reply, response: urllib3.BaseHTTPResponse, asked: int | None
) -> None:
    headers = response.headers
    reply.content_type = headers.get("Content-Type", "")
    reply.validators = Validators(
        etag=headers.get("ETag"), last_modified=headers.get("Last-Modified")
    )
    if response.status == 200:
        reply.is_whole = True
        length = headers.get("Content-Length", "")
        reply.total = int(length) if re.fullmatch(r"\d{1,18}", length) else None
        return
    shown = reply.address.shown
    match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if asked is None or match is None or int(match[1]) != asked:
        raise RangeRefusedError(
            f"{shown}: answers with another part than was asked for"
        )
    reply.start = asked
    reply.total = None if match[3] == "*" else int(match[3])


def _retry_after(text: str | None) -> float | None:
    """Return the seconds a server asks to wait, from a number or a date."""
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    date = email.utils.parsedate_to_datetime(text) if "," in text else None
    return max(0.0, date.timestamp() - time.time()) if date else None
