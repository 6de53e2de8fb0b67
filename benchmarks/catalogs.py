"""Catalogs for the runs: a folder of manifests that describe generated inputs."""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# No index trusts a file that is younger than the coarsest clock of a file system.
_YOUNG = 2.1
_HEAD = """\
# yaml-language-server: $schema=../../schemas/manifest.v1.schema.json
schema_version: 1
id: {id}
title: Benchmark {id}
summary: Generated data for a benchmark.
homepage: https://example.org/{id}
format: {{media: [application/octet-stream]}}
phase: {phase}
priority: {priority}
tasks: [music-synthesis]
license: CC0-1.0
"""


def a_file(path: str, size: int, sha256: str, source: str, **more: Any) -> Any:
    """Return a file of a manifest, as it is written."""
    pinned = {"size": size, "checksums": {"sha256": sha256}}
    return {"path": path, **pinned, "source": [source], **more}


def write_manifest(
    catalog: Path,
    id_: str,
    files: Iterable[Mapping[str, Any]],
    *,
    size: Mapping[str, int] | None = None,
    phase: str = "minimal",
    priority: int = 3,
) -> Path:
    """Write a manifest into a catalog; its files in flow style, one a line."""
    target = catalog / "datasets" / f"{id_}.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = _HEAD.format(id=id_, phase=phase, priority=priority)
    if size:
        text += f"size: {json.dumps(size)}\n"
    text += "files:\n" + "".join(f"  - {json.dumps(file)}\n" for file in files)
    target.write_text(text, encoding="utf-8")
    return target


def let_settle() -> None:
    """Wait until manifests that were just written are old enough for an index."""
    time.sleep(_YOUNG)
