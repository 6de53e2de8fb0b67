"""Connections that are kept, and single questions asked over them."""

import logging
import re
import ssl
import threading
import time
import urllib.request
import weakref
from collections import deque
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from lemm_catalog.backends.http_body import Body, SizedBody, body_of, keeps_open
from lemm_catalog.backends.http_connection import Connection
from lemm_catalog.backends.http_head import Head, SilentError, WireError
from lemm_catalog.backends.http_origin import Origin, origin_of
from lemm_catalog.backends.http_reaching import Proxy, Way, connect
from lemm_catalog.backends.network import Waits
from lemm_catalog.model.source import redact

_LOGGER = logging.getLogger("lemm_catalog.http")
_MOST_IDLE = 64
_SECRETS = frozenset({"Authorization", "Proxy-Authorization"})
_LEGAL = re.compile(r"[\x20-\x7e\x80-\xff]*")


class Answer(NamedTuple):
    """The head of an answer, and its body on the connection it comes over.

    Where ``has_heirs``, more answers follow on it, for whoever asked ahead: it is
    theirs to close or to keep. ``waited`` is how long it took to begin, in seconds;
    ``is_reused`` tells that the connection had served before.
    """

    origin: Origin
    connection: Connection
    head: Head
    body: Body
    has_heirs: bool = False
    waited: float | None = None
    is_reused: bool = False

    @property
    def is_reusable(self) -> bool:
        """Whether the connection is fit for what comes after this answer."""
        return self.body.is_over and keeps_open(self.head, self.body)


class Pool:
    """Kept connections by origin; may be used from several threads at once."""

    def __init__(
        self, proxies: Mapping[str, str], waits: Waits, way: Way | None = None
    ) -> None:
        self._proxies = dict(proxies)
        self._waits = waits
        self._way = way or Way()
        self._lock = threading.Lock()
        self._idle: dict[Origin, deque[Connection]] = {}
        # Whoever forgets to close a pool leaves no sockets behind.
        weakref.finalize(self, _close_all, self._idle)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    def ask(
        self, url: str, headers: Mapping[str, str], *, anew: bool = False
    ) -> Answer:
        """Ask for a URL over a kept connection, or else, or if ``anew``, a new one.

        Raises:
            WireError: if there is no answer.
            ssl.SSLError: if a certificate is not accepted.
            ValueError: if the question is none.

        """
        origin = origin_of(url)
        request = self.request(url, headers)
        while not anew and (kept := self.kept(origin)):
            try:
                # It may have been closed while it was idle: that is nobody's fault.
                answer = self.asked(origin, kept, request, url)
                return answer._replace(is_reused=True)
            except SilentError:
                kept.close()
                raise
            except WireError:
                kept.close()
        connection = self.fresh(origin)
        try:
            return self.asked(origin, connection, request, url)
        except BaseException:
            connection.close()
            raise

    def asked(
        self, origin: Origin, connection: Connection, request: bytes, url: str
    ) -> Answer:
        """Send a request, and read the head of its answer."""
        connection.send(request)
        sent = time.monotonic()
        answer = self.answer(origin, connection, url, has_heirs=False)
        return answer._replace(waited=time.monotonic() - sent)

    def answer(
        self, origin: Origin, connection: Connection, url: str, *, has_heirs: bool
    ) -> Answer:
        """Read the head of the next answer on a connection."""
        head = connection.head()
        if _LOGGER.isEnabledFor(logging.DEBUG):
            _LOGGER.debug("GET %s: %d", redact(url), head.status)
        return Answer(origin, connection, head, body_of(connection, head), has_heirs)

    def request(self, url: str, headers: Mapping[str, str]) -> bytes:
        """Return the bytes of a request.

        Raises:
            ValueError: if the URL or a header cannot be sent.

        """
        parts, origin = urlsplit(url), origin_of(url)
        target = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*")
        if parts.query:
            target += "?" + quote(parts.query, safe="/%:=&?~+!$,;'@()*[]")
        proxy = self._proxy_for(origin)
        sent: dict[str, str] = {"Host": origin.authority, **headers}
        if proxy and origin.scheme == "http":
            target = f"http://{origin.authority}{target}"
            if proxy.login:
                sent["Proxy-Authorization"] = proxy.login
        return f"GET {target} HTTP/1.1\r\n".encode("latin-1") + _head(*sent.items())

    def fresh(self, origin: Origin) -> Connection:
        """Return a new connection.

        Raises:
            WireError: if nobody answers.
            ssl.SSLError: if a certificate is not accepted.

        """
        tls = self._tls if origin.scheme == "https" else None
        proxy = self._proxy_for(origin)
        return connect(origin, proxy, self._waits, tls, self._way)

    def kept(self, origin: Origin) -> Connection | None:
        """Return a kept connection that is still alive, as far as one can see."""
        while True:
            with self._lock:
                idle = self._idle.get(origin)
                if not idle:
                    return None
                connection = idle.pop()
            if not connection.is_stale:
                return connection
            connection.close()

    def give_back(self, answer: Answer) -> None:
        """Keep the connection of an answer that was read to its end, if it may be."""
        if answer.has_heirs:
            return
        if answer.is_reusable:
            self.keep(answer.origin, answer.connection)
        else:
            answer.connection.close()

    def keep(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection on which nothing is to come any more."""
        with self._lock:
            idle = self._idle.setdefault(origin, deque())
            if len(idle) < _MOST_IDLE:
                idle.append(connection)
                return
        connection.close()

    def discard(self, answer: Answer) -> None:
        """Let go of an answer nobody wants, without waiting for the rest of it."""
        length, here = answer.head.length, answer.connection.ahead
        if isinstance(answer.body, SizedBody) and length is not None and length <= here:
            buffer = memoryview(bytearray(max(length, 1)))
            while answer.body.readinto(buffer):
                pass
        self.give_back(answer)

    def close(self) -> None:
        """Close all kept connections."""
        with self._lock:
            _close_all(self._idle)

    def _proxy_for(self, origin: Origin) -> Proxy | None:
        found = self._proxies.get(origin.scheme) or self._proxies.get("all")
        is_near = getattr(urllib.request, "proxy_bypass_environment")  # noqa: B009
        if not found or is_near(f"{origin.host}:{origin.port}", self._proxies):
            return None
        return Proxy.at(found if "://" in found else f"http://{found}")


def _head(*headers: tuple[str, str]) -> bytes:
    """Return the headers of a request; a token in them is remembered by nobody."""
    is_secret = any(name in _SECRETS for name, _ in headers)
    return _lines(*headers) if is_secret else _same_lines(*headers)


def _lines(*headers: tuple[str, str]) -> bytes:
    if not all(_LEGAL.fullmatch(value) for _, value in headers):
        raise ValueError("a header holds what cannot be sent")
    lines = (f"{name}: {value}\r\n" for name, value in headers)
    return ("".join(lines) + "\r\n").encode("latin-1")


# To one host they are mostly the same.
_same_lines = lru_cache(maxsize=64)(_lines)


def _close_all(idle: dict[Origin, deque[Connection]]) -> None:
    for kept in idle.values():
        for connection in kept:
            connection.close()
    idle.clear()
