"""Small values for tests; every one can be changed by keywords."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from lemm_catalog.digest import Digest
from lemm_catalog.model.artifact import Artifact, Unpacking
from lemm_catalog.model.catalog import Catalog, Phase
from lemm_catalog.model.inventory import Holding, Inventory
from lemm_catalog.model.item import Item
from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.lock import Lock
from lemm_catalog.model.manifest import DeclaredSource, Manifest
from lemm_catalog.model.plain import plain, read
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.model.source import Source
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.deciding import unpacking_of

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OTHER_SHA = SHA[::-1]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
WHEN = "2026-11-22T13:00:00Z"
LADDER: dict[str, Any] = {
    "sample": {"title": "Sample"},
    "minimal": {"title": "Minimal"},
    "balanced": {"title": "Balanced", "extends": "minimal"},
    "comprehensive": {"title": "Comprehensive", "extends": "balanced"},
}
FREE = ["commercial-use", "derivatives", "redistribution", "model-training"]


def a_file(**keys: Any) -> dict[str, Any]:
    """Return a file of a manifest, as it is written; None takes a key away."""
    return _changed(
        {
            "path": "notes.tar.gz",
            "size": 1000,
            "checksums": {"sha256": SHA},
            "source": "https://example.org/notes.tar.gz",
        },
        keys,
    )


def a_claim(expression: str, **keys: Any) -> dict[str, Any]:
    """Return a claim of a manifest, as it is written."""
    page = {"url": "https://example.org/license", "seen": WHEN[:10]}
    return {"expression": expression, **page, **keys}


def manifest_data(**keys: Any) -> dict[str, Any]:
    """Return a manifest as it is written; None takes a key away."""
    return _changed(
        {
            "schema_version": 1,
            "id": "notes",
            "title": "Example Notes",
            "summary": "Twelve notes of one instrument.",
            "phase": "minimal",
            "priority": 3,
            "tasks": ["music-synthesis"],
            "format": {"media": ["audio/wav"]},
            "license": {"expression": "CC0-1.0", "claims": [a_claim("CC0-1.0")]},
            "files": [a_file()],
        },
        keys,
    )


def a_manifest(**keys: Any) -> Manifest:
    """Return a manifest."""
    return Manifest.model_validate(manifest_data(**keys))


def a_lock(files: Mapping[str, Any], id: str = "notes") -> Lock:  # noqa: A002
    """Return a lock: of each path in the manifest, the files it pins."""
    data = {"schema": "lemm-catalog/lock@1", "id": id, "locked": WHEN, "files": files}
    return Lock.model_validate(data)


def facts(*ids: str, **keys: Any) -> LicenseFacts:
    """Return what is known of a license; nothing, unless said."""
    data = {"schema_version": 1, "ids": list(ids), "title": ids[0]}
    return LicenseFacts.model_validate(data | keys)


def a_policy(*permits: str, name: str = "commercial") -> Policy:
    """Return a policy that demands some permissions."""
    return Policy.model_validate(
        {
            "schema_version": 1,
            "id": name,
            "title": name.title(),
            "summary": "Do it.",
            "permits": list(permits or ["commercial-use"]),
        }
    )


def licenses() -> dict[str, LicenseFacts]:
    """Return a free license, one that wants credit, a barred and an unclear one."""
    return {
        "cc0": facts("CC0-1.0", permits=FREE),
        "by": facts("CC-BY-4.0", permits=FREE, requires=["attribution"]),
        "nc": facts("CC-BY-NC-4.0", forbids=["commercial-use"]),
        "unclear": facts("LicenseRef-Unclear"),
    }


def a_catalog(*manifests: Manifest, **keys: Any) -> Catalog:
    """Return a catalog of manifests with the ladder and four licenses."""
    parts: dict[str, Any] = {
        "manifests": {manifest.id: manifest for manifest in manifests},
        "phases": a_ladder(),
        "licenses": licenses(),
        "policies": {"commercial": a_policy()},
    }
    return Catalog(**parts | keys)


def a_ladder(**phases: Any) -> dict[str, Phase]:
    """Return phases by name, those of the guide unless said."""
    return {
        name: Phase.model_validate(data) for name, data in (phases or LADDER).items()
    }


def an_artifact(path: str = "notes.tar.gz", **keys: Any) -> Artifact:
    """Return a pinned artifact; ``unpack=True`` makes it an archive of 2000 bytes."""
    if keys.get("unpack") is True:
        keys = {"unpacked": 2000} | keys | {"unpack": Unpacking()}
    parts: dict[str, Any] = {
        "dataset": "notes",
        "path": path,
        "sources": (a_source(f"https://example.org/{path}"),),
        "size": 1000,
        "expected": keys.get("size", 1000) or 0,
        "digests": (Digest("sha256", SHA),),
    }
    return Artifact(**parts | keys)


def a_source(data: Any) -> Source:
    """Return a source as a manifest declares it."""
    adapter: TypeAdapter[Source] = TypeAdapter(DeclaredSource)
    return adapter.validate_python(data)


def an_item(*artifacts: Artifact, **keys: Any) -> Item:
    """Return an item of one pinned artifact, unless others are given."""
    parts: dict[str, Any] = {
        "id": artifacts[0].dataset if artifacts else "notes",
        "title": "Example Notes",
        "phase": "minimal",
        "priority": 3,
        "license": "CC0-1.0",
        "version": None,
        "verdict": Verdict(decision="allowed", reasons=("free",)),
        "artifacts": artifacts or (an_artifact(),),
    }
    return Item(**parts | keys)


def received(artifact: Artifact, **keys: Any) -> ReceivedArtifact:
    """Return the record of an artifact that was brought as its manifest wants it."""
    is_unpacked = artifact.unpack is not None
    data = {
        "path": artifact.path,
        "size": artifact.size or 0,
        "checksums": {digest.algorithm: digest.value for digest in artifact.digests},
        "source": artifact.sources[0].shown,
        "fetched": WHEN,
        "part": artifact.part,
        "unpacked": unpacking_of(artifact),
        "unpacked_bytes": artifact.unpacked if is_unpacked else 0,
        "members": 1 if is_unpacked else 0,
        "kept": not is_unpacked,
    }
    return read(ReceivedArtifact, data | plain(keys))


def a_receipt(artifacts: Iterable[Artifact], **keys: Any) -> Receipt:
    """Return the receipt of artifacts that were brought as their manifest wants."""
    data: dict[str, Any] = {
        "schema": "lemm-catalog/receipt@1",
        "id": "notes",
        "title": "Example Notes",
        "version": None,
        "license": "CC0-1.0",
        "tool": "lemm-catalog test",
        "completed": WHEN,
        "artifacts": [received(artifact) for artifact in artifacts],
    }
    return read(Receipt, plain(data | keys))


def an_inventory(free: int = 10**12, used: int = 0, **holdings: Holding) -> Inventory:
    """Return what a store holds of datasets; ``_`` stands for ``-`` in their ids."""
    named = {name.replace("_", "-"): holding for name, holding in holdings.items()}
    return Inventory(holdings=named, used=used, free=free)


def _changed(data: dict[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    both = {**data, **keys}
    return {name: value for name, value in both.items() if value is not None}
