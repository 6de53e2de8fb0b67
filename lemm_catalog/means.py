"""What it takes to bring artifacts, handed to whoever brings some."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import RefusedError
from lemm_catalog.hub_cache import HubCache
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.progress import Observer
from lemm_catalog.resolve import addresses_of
from lemm_catalog.store.store import Store
from lemm_catalog.transfer.traffic import Traffic

# Only a policy makes choices, and judging licenses takes long to import.
if TYPE_CHECKING:
    from lemm_catalog.itemize.choice import Chosen

Chooser = Callable[[Artifact], "Chosen"]


def _choose_nothing(artifact: Artifact) -> "Chosen":
    raise RefusedError(f"{artifact.path}: nobody says which of its members are allowed")


@dataclass(frozen=True, kw_only=True)
class Means:
    """What it takes to bring artifacts, and how it is to be done.

    ``mirrors`` maps a prefix of upstream's URLs to the site's own; ``tokens`` the
    name a manifest gives a token to its value. ``choose`` says which members of an
    archive a policy allows. What the Hub's client has in its cache is asked for there
    first; when ``offline``, only there.
    """

    store: Store
    backends: Backends
    observer: Observer
    homes: Mapping[str, Path] = field(default_factory=dict)
    mirrors: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    keep_archives: bool = False
    choose: Chooser = _choose_nothing
    traffic: Traffic = field(default_factory=Traffic)
    hub_cache: HubCache | None = None
    offline: bool = False

    def addresses(self, artifact: Artifact) -> tuple[Address, ...]:
        """Return where the bytes of an artifact may be asked for, nearest first.

        Hosts that were given up come last: to lose patience takes half a minute.
        """
        cached = self.hub_cache.find(artifact) if self.hub_cache else None
        if cached and self.offline:
            return (Address(url=cached.as_uri()),)
        home = self.homes.get(artifact.dataset)
        found = addresses_of(artifact, home, self.mirrors, self.tokens)
        if len(found) > 1:
            hosts = self.traffic.hosts
            found = tuple(sorted(found, key=lambda a: hosts.of(a.url).is_given_up))
        return (Address(url=cached.as_uri()), *found) if cached else found


def now() -> str:
    """Return the time in the form receipts use."""
    return _written(int(time.time()))


@lru_cache(maxsize=1)
def _written(second: int) -> str:
    """Return a second since 1970 in that form; thousands of files share it."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
