"""What it takes to bring artifacts, handed to whoever brings some."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import RefusedError
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.progress import Observer
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
    archive a policy allows.
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


def now() -> str:
    """Return the time in the form receipts use."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
