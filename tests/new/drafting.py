"""How tests make drafts, and have them judged by the real validation."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lemm_catalog.api.drafting import Drafted, Terms, draft
from lemm_catalog.backends.network import Network, Waits
from lemm_catalog.harvest.places import Services
from lemm_catalog.load.catalog import load_paths
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.problems import errors_in
from lemm_catalog.progress import SilentObserver
from lemm_catalog.settings import Settings
from tests.servers.http import HttpServer
from tests.servers.message import Page

DAY = "2026-11-22"
QUICK = Waits(connect=5, read=5, first=0.01, longest=0.1)


def a_page(document: Any, media: str = "application/json") -> Page:
    """Return a page that answers with a document."""
    return Page(json.dumps(document).encode(), media=media)


def services_at(server: HttpServer) -> Services:
    """Return the services that are all played by one server."""
    at = server.origin
    return Services(zenodo=at, datacite=at, figshare=at, hub=at)


def drafted(
    source: object,
    server: HttpServer | None = None,
    *,
    offline: bool = False,
    **terms: Any,
) -> Drafted:
    """Return a draft; the server's loopback address may be asked."""
    network = Network(waits=QUICK)
    if server:
        network = Network(waits=QUICK, hub_endpoint=server.origin)
    settings = Settings(network=network, offline=offline)
    given: dict[str, Any] = {"day": DAY, "allow_private": True} | terms
    known = services_at(server) if server else None
    return draft(str(source), Terms(**given), settings, SilentObserver(), known)


def valid(made: Drafted, folder: Path) -> Manifest:
    """Return the manifest of a draft, read from its text as any file of a catalog.

    Its own reader and another of YAML must agree on what it says.
    """
    path = folder / "catalog" / "datasets" / f"{made.draft.id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made.text, encoding="utf-8")
    loaded = load_paths([path])
    assert errors_in(loaded.problems) == ()
    others = yaml.safe_load(made.text)
    assert others["files"] == made.draft.manifest["files"]
    return loaded.catalog.manifests[made.draft.id]


def doubts(made: Drafted) -> list[str]:
    """Return the remarks that are more than what a person must judge anyway."""
    return [one.line for one in made.draft.remarks if one.gravity != "judge"]


def checksums(data: Mapping[str, Any]) -> set[str]:
    """Return all checksums that a manifest's data have."""
    found = (file.get("checksums", {}) for file in data["files"])
    return {value for several in found for value in several.values()}
