"""A catalog with sources on a Hub, and the command line run on it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lemm_catalog import Catalog
from lemm_catalog.backends.network import Network, Waits
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.settings import Settings
from tests.cli.running import Done, run
from tests.pulling import QUICK, Listener, write_manifest

REPO = "acme/tones"


def hf(path: str, revision: str = "main", repo: str = REPO) -> str:
    """Return the URL of a path in a dataset's repository."""
    return f"hf://datasets/{repo}@{revision}/{path}"


@dataclass
class HubSite:
    """One dataset, ``notes``, in a catalog of its own, and a store to pull it into."""

    root: Path
    endpoint: str
    waits: Waits = QUICK
    token: str | None = None
    hub_cache: Path | None = None
    limit_rate: int | None = None
    listener: Listener = field(default_factory=Listener)

    @property
    def catalog(self) -> Path:
        return self.root / "catalog"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def lock_file(self) -> Path:
        return self.catalog / "locks" / "notes.json"

    @property
    def locked(self) -> Any:
        return json.loads(self.lock_file.read_text())

    def write(self, *files: dict[str, Any]) -> None:
        write_manifest(self.catalog, "notes", *files)

    def lock(self, *words: str, **env: str) -> Done:
        """Run ``lock`` on the command line."""
        given = {"HF_ENDPOINT": self.endpoint, **env}
        arguments = ("--catalog", self.catalog, "--cache-dir", self.cache)
        return run("lock", *words, *arguments, env=given)

    @property
    def settings(self) -> Settings:
        return Settings(
            cache_dir=self.cache,
            connections=4,
            limit_rate=self.limit_rate,
            hub_cache=self.hub_cache,
            network=Network(
                waits=self.waits, hub_endpoint=self.endpoint, hub_token=self.token
            ),
        )

    def pull(self) -> DatasetOutcome:
        catalog = Catalog.load(self.catalog)
        outcome = catalog.pull("notes", settings=self.settings, observer=self.listener)
        return outcome.datasets[0]

    def published(self, path: str) -> bytes:
        return (self.cache / "notes" / path).read_bytes()

    def said(self) -> str:
        return "\n".join([*self.listener.notes, *self.listener.errors])
