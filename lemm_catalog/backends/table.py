"""The one table from a URL's scheme to the backend that speaks it."""

import threading
from typing import TYPE_CHECKING

from lemm_catalog.backends.base import Backend
from lemm_catalog.backends.network import Network, Waits

if TYPE_CHECKING:
    from lemm_catalog.backends.http_reaching import Way

_KINDS = {"http": "http", "https": "http", "hf": "hub", "file": "local"}


class Backends:
    """Makes each backend once, when it is first needed."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._making = threading.Lock()
        self._made: dict[str, Backend] = {}

    @property
    def waits(self) -> Waits:
        """How long to wait for a source."""
        return self._network.waits

    def for_url(self, url: str) -> Backend:
        """Return the backend of a URL's scheme; fsspec has all we do not speak."""
        scheme = url.partition(":")[0]
        kind = _KINDS.get(scheme, "fsspec")
        with self._making:
            return self._one(kind)

    def _one(self, kind: str) -> Backend:
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def _make(self, kind: str) -> Backend:
        if kind == "http":
            from lemm_catalog.backends.http import HttpBackend

            return HttpBackend(self._network.proxies, self._network.waits, self._way())
        if kind == "hub":
            from lemm_catalog.backends.hub import HubBackend

            network = self._network
            return HubBackend(
                self._one("http"),
                network.hub_endpoint,
                network.hub_token,
                network.hub_token_file,
            )
        if kind == "local":
            from lemm_catalog.backends.local import LocalBackend

            return LocalBackend()
        from lemm_catalog.backends.fsspec import FsspecBackend

        made = FsspecBackend()
        if not self._network.public_only:
            return made
        from lemm_catalog.backends.public import PublicFsspec

        return PublicFsspec(made)

    def _way(self) -> "Way | None":
        if not self._network.public_only:
            return None
        from lemm_catalog.backends.public import PublicWay

        return PublicWay()
