"""Pull one small dataset through the public API, and look at what came of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from lemm_catalog import Catalog
from lemm_catalog.backends.address import Address
from lemm_catalog.backends.network import Network, Waits
from lemm_catalog.digest import Digest
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.progress import SilentObserver, Step
from lemm_catalog.settings import Settings
from lemm_catalog.transfer.small import Wanted

KiB = 1024
MiB = 1024 * KiB
# So short that a fault is met at once, so long that a busy machine is none.
QUICK = Waits(connect=2.0, read=0.5, window=0.3, slowest=50_000, first=0.002)
_HEAD = """\
# yaml-language-server: $schema=../../schemas/manifest.v1.schema.json
schema_version: 1
title: Some Notes
summary: A dataset to be pulled in tests.
homepage: https://example.org/notes
format: {media: [application/octet-stream]}
phase: minimal
priority: 3
tasks: [music-synthesis]
license: CC0-1.0
"""


def some_bytes(size: int, seed: int = 1) -> bytes:
    return Random(seed).randbytes(size)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_manifest(catalog: Path, id_: str, *files: dict[str, Any]) -> Path:
    """Write a manifest; JSON is YAML, which spares the tests a dialect."""
    target = catalog / "datasets" / f"{id_}.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    listed = "".join(f"  - {json.dumps(file)}\n" for file in files)
    target.write_text(f"{_HEAD}id: {id_}\nfiles:\n{listed}", encoding="utf-8")
    return target


def a_file(path: str, data: bytes, source: Any, **more: Any) -> dict[str, Any]:
    checksums = {"sha256": sha256(data)}
    facts = {"path": path, "size": len(data), "checksums": checksums}
    return {**facts, "source": source, **more}


def wanted(path: str, url: str, data: bytes) -> Wanted:
    """Return what asks for a small file."""
    digest = Digest("sha256", sha256(data))
    return Wanted(
        path=path, address=Address(url=url), size=len(data), digests=(digest,)
    )


class Listener(SilentObserver):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.errors: list[str] = []
        self.advanced_by = 0

    def advanced(self, step: Step, count: int) -> None:
        self.advanced_by += count if step.verb == "fetch" else 0

    def ended(self, step: Step, error: str | None) -> None:
        self.errors += [error] if error else []

    def noted(self, message: str) -> None:
        self.notes.append(message)


@dataclass
class Site:
    """A catalog of one dataset with one file, and a store to pull it into."""

    root: Path
    data: bytes
    sources: Sequence[Any]
    network: Network = field(default_factory=lambda: Network(waits=QUICK))
    connections: int = 4
    tokens: dict[str, str] = field(default_factory=dict)
    listener: Listener = field(default_factory=Listener)

    def pull(self) -> DatasetOutcome:
        file = a_file("a.bin", self.data, list(self.sources))
        write_manifest(self.root / "catalog", "notes", file)
        settings = Settings(
            cache_dir=self.cache,
            network=self.network,
            connections=self.connections,
            tokens=self.tokens,
        )
        catalog = Catalog.load(self.root / "catalog")
        outcome = catalog.pull("notes", settings=settings, observer=self.listener)
        assert outcome.exit_code == outcome.datasets[0].exit_code
        return outcome.datasets[0]

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def published(self) -> Path:
        return self.cache / "notes" / "a.bin"

    def said(self) -> str:
        return "\n".join([*self.listener.notes, *self.listener.errors])

    def put_half(self, data: bytes, *, url: str = "", etag: str | None = None) -> int:
        """Leave in staging what an interrupted pull of other bytes would leave."""
        from lemm_catalog.store.part import Origin, PartFile
        from lemm_catalog.store.store import Store

        folder = Store(self.cache).layout.staged("notes", "a.bin")
        with PartFile(folder, len(self.data)) as part:
            part.begin(Origin(url=url, etag=etag))
            half = memoryview(data)[: len(data) // 2]
            for index in range(part.segments):
                start = index * part.length(0)
                if piece := half[start : start + part.length(index)]:
                    part.write(index, piece)
            return part.done


def assert_pulled(site: Site) -> None:
    """Pull, and see the right bytes under the final name and nothing in staging."""
    outcome = site.pull()
    assert (outcome.result, outcome.message) == ("pulled", ""), outcome
    assert site.data == site.published.read_bytes()
    assert not (site.cache / ".lemm" / "staging" / "notes").exists()


def assert_fails_cleanly(site: Site, words: str, *, code: int = 3) -> None:
    """Pull, and see an error in words, and nothing under the final name."""
    outcome = site.pull()
    assert words in outcome.message, outcome
    assert (outcome.result, outcome.exit_code) == ("failed", code), outcome
    assert "Traceback" not in outcome.message
    assert not site.published.exists()
    assert not (site.cache / "notes").exists()
