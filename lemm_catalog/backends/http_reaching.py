"""Reaching an HTTP server: a name, a proxy in between, a certificate to accept."""

import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from lemm_catalog.backends.http_connection import Connection
from lemm_catalog.backends.http_head import WireError
from lemm_catalog.backends.http_origin import Origin, origin_of
from lemm_catalog.backends.network import Waits


class Way:
    """How a host is reached: by its name, wherever that leads."""

    def reach(self, host: str, port: int, seconds: float) -> socket.socket:
        """Return a connection to a host, within some seconds; raises as sockets do."""
        return socket.create_connection((host, port), seconds)

    def vouch(self, host: str, port: int) -> None:
        """See that a proxy may be asked for a host; here it may be for any."""


@dataclass(frozen=True)
class Proxy:
    """A proxy, and what it is told of who asks."""

    origin: Origin
    login: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str) -> "Proxy":
        """Return the proxy of a URL such as ``http://user:password@host:port``.

        Raises:
            ValueError: if it is no HTTP proxy.

        """
        parts = urlsplit(url)
        login = None
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            login = f"Basic {b64encode(pair.encode()).decode()}"
        return cls(origin_of(url), login)


def connect(
    origin: Origin,
    proxy: Proxy | None,
    waits: Waits,
    tls: ssl.SSLContext | None,
    way: Way,
) -> Connection:
    """Connect to an origin, through a proxy if there is one.

    Raises:
        WireError: if that does not succeed.
        SourceError: if it is no host for this way.
        ssl.SSLError: if a certificate is not accepted.

    """
    if proxy is None:
        link = _reach(origin, waits, way)
    else:
        way.vouch(origin.host, origin.port)
        link = _reach_through(proxy, origin, waits)
    try:
        if origin.scheme == "https":
            assert tls is not None
            link = _secured(link, origin.host, tls, waits)
        return Connection(link, waits)
    except BaseException:
        link.close()
        raise


def _reach(origin: Origin, waits: Waits, way: Way) -> socket.socket:
    try:
        link = way.reach(origin.host, origin.port, waits.connect)
    except socket.gaierror as error:
        raise WireError("the host name is not known") from error
    except UnicodeError as error:
        raise WireError("the host name is not known") from error
    except TimeoutError as error:
        raise WireError("does not answer") from error
    except OSError as error:
        raise WireError("cannot be reached") from error
    with suppress(OSError):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _reach_through(proxy: Proxy, origin: Origin, waits: Waits) -> socket.socket:
    try:
        if proxy.origin.scheme == "https":
            raise WireError("it is to be spoken to over TLS, which is not supported")
        link = _reach(proxy.origin, waits, Way())  # the user's own choice
        try:
            if origin.scheme == "https":
                _ask_for_tunnel(link, proxy, origin, waits)
        except BaseException:
            link.close()
            raise
    except WireError as error:
        raise WireError(f"the proxy gives no connection: {error}") from error
    return link


def _ask_for_tunnel(
    link: socket.socket, proxy: Proxy, origin: Origin, waits: Waits
) -> None:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    target = f"{host}:{origin.port}"
    login = f"Proxy-Authorization: {proxy.login}\r\n" if proxy.login else ""
    request = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{login}\r\n"
    connection = Connection(link, waits)
    connection.send(request.encode("latin-1"))
    head = connection.head()
    if head.status != 200:
        said = "it asks for a login (407)" if head.status == 407 else head.status
        raise WireError(f"{said}")


def _secured(
    link: socket.socket, host: str, tls: ssl.SSLContext, waits: Waits
) -> socket.socket:
    link.settimeout(waits.connect)
    try:
        return tls.wrap_socket(link, server_hostname=host)
    except ssl.SSLError:
        raise
    except TimeoutError as error:
        raise WireError("does not answer") from error
    except OSError as error:
        raise WireError("the secure connection fails: broke off") from error
