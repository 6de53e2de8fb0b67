"""The one table from a URL's scheme to the backend that speaks it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lemm_catalog.backends.base import Backend


@dataclass(frozen=True, kw_only=True)
class Network:
    """How this machine reaches others: proxies by scheme, the Hub, its token."""

    proxies: Mapping[str, str] = field(default_factory=dict)
    hub_endpoint: str = "https://huggingface.co"
    hub_token: str | None = None


class Backends:
    """Makes each backend once, when it is first needed."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._made: dict[str, Backend] = {}

    def for_url(self, url: str) -> Backend:
        """Return the backend of a URL's scheme; fsspec has all we do not speak."""
        scheme = url.partition(":")[0]
        kind = {"http": "http", "https": "http", "hf": "hub", "file": "local"}.get(
            scheme, "fsspec"
        )
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def _make(self, kind: str) -> Backend:
        if kind == "http":
            from lemm_catalog.backends.http import HttpBackend

            return HttpBackend(dict(self._network.proxies))
        if kind == "hub":
            from lemm_catalog.backends.hub import HubBackend

            endpoint = self._network.hub_endpoint
            through = self.for_url(endpoint)
            return HubBackend(through, endpoint, self._network.hub_token)
        if kind == "local":
            from lemm_catalog.backends.local import LocalBackend

            return LocalBackend()
        from lemm_catalog.backends.fsspec import FsspecBackend

        return FsspecBackend()
