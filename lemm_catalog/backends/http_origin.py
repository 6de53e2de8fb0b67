"""Whom a connection leads to: an origin, as it is asked for on the wire."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from lemm_catalog.model.source import site_of

_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Whom a connection leads to: scheme, host and port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the usual one, for a `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == _PORTS.get(self.scheme)
        return host if is_usual else f"{host}:{self.port}"


def origin_of(url: str) -> Origin:
    """Return the origin of a URL, its host as it is asked for on the wire.

    Raises:
        ValueError: if it has none.

    """
    return _origin_of_site(site_of(url))


@lru_cache(maxsize=1024)
def _origin_of_site(site: str) -> Origin:
    parts = urlsplit(site)
    if not parts.hostname or parts.scheme not in _PORTS:
        raise ValueError("it names no host")
    host = parts.hostname
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    return Origin(parts.scheme, host, port)
