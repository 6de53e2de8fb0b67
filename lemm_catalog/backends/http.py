"""HTTP and HTTPS, spoken through urllib3 with everything that matters done here.

Bytes are asked for as they are (`Accept-Encoding: identity`), ranges are checked
against what was asked, a resume carries `If-Range`, redirects are followed by hand so
that a token never reaches another origin and https never falls back to http.
"""

import ssl
import threading
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3 import exceptions

from lemm_catalog.backends.base import (
    Address,
    Backend,
    Reply,
    Validators,
    Waits,
    plain,
)
from lemm_catalog.backends.http_answers import (
    check_encoding,
    check_status,
    condition,
    origin,
    read_head,
    redirected,
)
from lemm_catalog.backends.http_wire import Pool, Response, TlsPool
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.version import __version__

MAX_REDIRECTS = 10
USER_AGENT = f"lemm-catalog/{__version__}"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# The body of a redirect is read, to keep the connection, if it is no longer.
_SHORT = 64 * 1024
_WORDS: dict[type[Exception], str] = {
    exceptions.NameResolutionError: "the host name is not known",
    exceptions.NewConnectionError: "cannot be reached",
    exceptions.ConnectTimeoutError: "does not answer",
    exceptions.ReadTimeoutError: "fell silent",
    exceptions.ProtocolError: "broke off",
    TimeoutError: "fell silent",
}


class HttpBackend(Backend):
    """Speaks HTTP/1.1; may be used from several threads at once."""

    def __init__(
        self, proxies: Mapping[str, str] | None = None, waits: Waits | None = None
    ) -> None:
        self._proxies = dict(proxies or {})
        self._waits = waits or Waits()
        self._making = threading.Lock()
        self._managers: dict[str | None, urllib3.PoolManager] = {}

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        is_part = start > 0 or stop is not None
        if is_part:
            headers["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
            if wanted := condition(validators):
                headers["If-Range"] = wanted
        response = self._follow(address, headers)
        reply = _HttpReply(address, response)
        try:
            check_status(address.shown, response.status, response.headers)
            check_encoding(address.shown, response.headers)
            asked = start if is_part else None
            read_head(reply, response.status, response.headers, asked)
        except BaseException:
            reply.close()
            raise
        return reply

    def _follow(
        self, address: Address, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        url, seen = address.url, set[str]()
        while len(seen) <= MAX_REDIRECTS:
            if url in seen:
                raise SourceError(f"{address.shown}: redirects in a circle")
            seen.add(url)
            is_home = origin(url) == origin(address.url)
            token = address.token if is_home else None
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
            location = response.headers.get("Location")
            _let_go(response)
            url = redirected(address.shown, url, location)
        raise SourceError(f"{address.shown}: redirects more than {MAX_REDIRECTS} times")

    def _manager(self, url: str) -> urllib3.PoolManager:
        proxy = self._proxy_for(url)
        with self._making:
            if proxy not in self._managers:
                self._managers[proxy] = self._make_manager(proxy)
            return self._managers[proxy]

    def _proxy_for(self, url: str) -> str | None:
        parts = urlsplit(url)
        found = self._proxies.get(parts.scheme) or self._proxies.get("all")
        is_near = getattr(urllib.request, "proxy_bypass_environment")  # noqa: B009
        if not found or is_near(parts.netloc, self._proxies):
            return None
        return found if "://" in found else f"http://{found}"

    def _make_manager(self, proxy: str | None) -> urllib3.PoolManager:
        waits = self._waits
        timeout = urllib3.Timeout(connect=waits.connect, read=waits.read)
        options: dict[str, Any] = {"maxsize": 32, "timeout": timeout}
        if proxy is None:
            manager = urllib3.PoolManager(**options)
        else:
            login = urllib3.util.parse_url(proxy).auth
            if login:
                options["proxy_headers"] = urllib3.make_headers(
                    proxy_basic_auth=unquote(login)
                )
            manager = urllib3.ProxyManager(proxy, **options)
        manager.pool_classes_by_scheme = {"http": Pool, "https": TlsPool}
        return manager

    def close(self) -> None:
        """Close the kept connections."""
        for manager in self._managers.values():
            manager.clear()

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what urllib3 raises in words."""
        shown = address.shown
        if isinstance(error, exceptions.ProxyError):
            cause = plain(error.original_error)
            return PassingError(f"{shown}: the proxy gives no connection: {cause}")
        if isinstance(error, exceptions.SSLError):
            return _tls_error(error, shown)
        if isinstance(error, ValueError | exceptions.ProxySchemeUnknown):
            return SourceError(f"{shown}: cannot be asked: {plain(error)}")
        for kind, said in _WORDS.items():
            if isinstance(error, kind):
                return PassingError(f"{shown}: {said}")
        return PassingError(f"{shown}: {plain(error)}")


class _HttpReply(Reply):
    """Reads the body below urllib3, which would copy every chunk."""

    def __init__(self, address: Address, response: urllib3.BaseHTTPResponse) -> None:
        super().__init__(address)
        self._response = response
        self._body: Response = response._original_response  # type: ignore[attr-defined]
        self._broken: Exception | None = None

    def _readinto(self, buffer: memoryview) -> int:
        """Gather what is there without waiting: what is not written, a kill takes."""
        if self._broken:
            raise self._broken
        got = 0
        while got < len(buffer):
            try:
                count = self._body.read_some(buffer[got:])
            except Exception as error:  # noqa: BLE001 - raised when what came is taken
                self._broken = error
                break
            got += count
            if count == 0 or not self._body.has_more:
                break
        if self._broken and not got:
            raise self._broken
        return got

    def translate(self, error: Exception, address: Address) -> SourceError:
        if isinstance(error, TimeoutError):
            return PassingError(f"{address.shown}: fell silent")
        return super().translate(error, address)

    def abort(self) -> None:
        # Closing would wait for the very read it is to end.
        with suppress(Exception):
            self._response.shutdown()

    def close(self) -> None:
        with suppress(Exception):
            # Only a body read to its end leaves a connection fit to be used again.
            if self._body.isclosed() and not self._broken:
                self._response.release_conn()
            else:
                self._response.close()


def _let_go(response: urllib3.BaseHTTPResponse) -> None:
    """Keep the connection of an answer nobody wants to read, if that is cheap."""
    length = response.headers.get("Content-Length", "")
    with suppress(Exception):
        if length.isdigit() and int(length) <= _SHORT:
            response.drain_conn()
            return
    response.close()


def _tls_error(error: exceptions.SSLError, shown: str) -> SourceError:
    cause = error.args[0] if error.args else error
    why = getattr(cause, "verify_message", "") or plain(error)
    if isinstance(cause, ssl.SSLCertVerificationError | exceptions.SSLError):
        return SourceError(
            f"{shown}: its certificate is not accepted: {why}",
            mend="set SSL_CERT_FILE if a company's proxy stands in between",
        )
    return PassingError(f"{shown}: the secure connection fails: {plain(cause)}")
