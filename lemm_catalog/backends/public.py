"""The way to hosts that anybody can reach, for what strangers' documents name.

A name is looked up once, every address it has is judged, and the connection goes to
an address that was judged: a name that leads elsewhere the next time gains nothing. A
redirect comes this way again. Behind a proxy it is the proxy that looks names up: what
is private by its name, or by our own look-up, is refused before it is asked.

`Network(public_only=True)` puts all backends of a `Backends` on this way.
"""

import ipaddress
import socket
from contextlib import suppress

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend
from lemm_catalog.backends.http_reaching import Way
from lemm_catalog.backends.reply import Reply
from lemm_catalog.errors import SourceError

ALLOW = "give --allow-private if you trust what names it"
# What `is_global` says too much of, or did in some Python.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in (
        "168.63.129.16/32",  # where machines of a cloud ask about themselves
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "fec0::/10",
        "5f00::/16",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
# Names of buckets: no document says at which host these are.
_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oci", "oss"})
_Place = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


class PrivateAddressError(SourceError):
    """A host that only some machines can reach."""


def is_public(address: str) -> bool:
    """Whether an address, in digits, is one that anybody can reach."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inside(found)
        if inner is not None:
            return is_public(str(inner))
    if found.is_multicast or any(found in net for net in _NOT_PUBLIC):
        return False
    return found.is_global


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the older address that a newer one only wraps."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def check_host(host: str, port: int) -> list[_Place]:
    """Return where a host is, once every address of it is known to be public.

    Raises:
        PrivateAddressError: if one is not, or the name itself says so.
        OSError: if the name is not known.

    """
    shown = host.rstrip(".").lower()
    if shown == "localhost" or shown.endswith(_LOCAL_NAMES):
        raise _refused(host, "a name of this machine or of its network")
    with suppress(ValueError):
        ipaddress.ip_address(host.partition("%")[0])
        if not is_public(host):  # no need to look digits up
            raise _refused(host, "a private address")
    places: list[_Place] = [
        (family, kind, protocol, name, place)  # type: ignore[misc]
        for family, kind, protocol, name, place in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )
    ]
    for *_, place in places:
        if not is_public(str(place[0])):
            raise _refused(host, f"leads to {place[0]}, a private address")
    return places


def _refused(host: str, why: str) -> PrivateAddressError:
    return PrivateAddressError(f"{host}: {why}, which is not asked", mend=ALLOW)


class PublicWay(Way):
    """Connects to public addresses only."""

    def reach(self, host: str, port: int, seconds: float) -> socket.socket:
        """Return a connection to an address that was judged.

        Raises:
            PrivateAddressError: if an address of the host is not public.
            OSError: if the host cannot be reached.

        """
        error: OSError | None = None
        for family, kind, protocol, _, place in check_host(host, port):
            link = socket.socket(family, kind, protocol)
            try:
                link.settimeout(seconds)
                link.connect(place)
            except OSError as failed:
                link.close()
                error = failed
            else:
                return link
        raise error or OSError("the host has no address")

    def vouch(self, host: str, port: int) -> None:
        """See that a proxy may be asked for a host.

        Raises:
            PrivateAddressError: if an address of the host is not public.

        """
        with suppress(OSError):  # the proxy may know names that we do not
            check_host(host, port)


class PublicFsspec(Backend):
    """Lets another backend open what is named by a bucket, and nothing by its host.

    Those libraries connect by themselves, so that nobody could judge where to.
    """

    def __init__(self, through: Backend) -> None:
        self._through = through

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        scheme = address.url.partition(":")[0]
        if scheme not in _BUCKETS:
            message = f"{address.shown}: {scheme} cannot be kept to public addresses"
            raise PrivateAddressError(message, mend=ALLOW)
        return self._through.open(address, start, stop, validators)
