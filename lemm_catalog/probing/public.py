"""Whether a host is one that anybody can reach, for what strangers' manifests name."""

import ipaddress
import socket

from lemm_catalog.errors import SourceError

_LOCAL = (".localhost", ".local", ".internal", ".lan")


class PrivateError(SourceError):
    """A host that only some machines can reach."""


def public_address(host: str) -> list[str]:
    """Return the addresses of a host, all of which are public.

    Raises:
        PrivateError: if one of them is not, or the name itself says so.
        OSError: if the name is not known.

    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(_LOCAL):
        raise _refused(host)
    try:
        found = [ipaddress.ip_address(name)]
    except ValueError:
        infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        texts = {str(info[4][0]).partition("%")[0] for info in infos}
        found = [ipaddress.ip_address(text) for text in sorted(texts)]
    for address in found:
        inner = getattr(address, "ipv4_mapped", None) or address
        if not inner.is_global or inner.is_multicast:
            raise _refused(host)
    return [str(address) for address in found]


def _refused(host: str) -> PrivateError:
    mend = "give --allow-private if you trust what names it"
    return PrivateError(f"{host}: is not on the public network", mend=mend)
