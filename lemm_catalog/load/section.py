"""The configuration's section, at once if the file did not change."""

import time
from pathlib import Path
from typing import Any

from lemm_catalog.load.index import Index
from lemm_catalog.load.sight import stamp_of


def read_section(path: Path, index: Path | None = None) -> dict[str, Any]:
    """Return the datasets section of a configuration file, with its defaults.

    ``index`` is a folder to remember it in.

    Raises:
        CatalogError: if the file is wrong, with every place.

    """
    stamp = stamp_of(path, time.time_ns()) if index else None
    place = Index(index, "config", [path]) if index and stamp else None
    held = place.read() if place else None
    if held and held[0] == stamp:
        found: dict[str, Any] = held[1]
        return found
    from lemm_catalog.load.config import read_config  # brings YAML and JSON Schema

    section = read_config(path).model_dump()
    if place:
        place.write((stamp, section))
    return section
