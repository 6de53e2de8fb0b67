"""Files on disk for the tests of this folder."""

import json
from pathlib import Path
from typing import Any

from lemm_catalog.load.document import read_yaml
from lemm_catalog.load.files import UnreadableError
from lemm_catalog.problems import Problem
from tests.builders import LADDER, manifest_data


def written(folder: Path, data: str | bytes, name: str = "notes.yaml") -> Path:
    """Write a file, and the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def a_root(folder: Path, *manifests: dict[str, Any], **files: Any) -> Path:
    """Write a catalog of manifests; JSON is YAML. Other files are named ``a__b``."""
    (folder / "datasets").mkdir(parents=True, exist_ok=True)
    for data in manifests:
        written(folder, json.dumps(data), f"datasets/{data['id']}.yaml")
    for name, data in files.items():
        written(folder, json.dumps(data), name.replace("__", "/") + ".yaml")
    return folder


def full_root(folder: Path, *manifests: dict[str, Any]) -> Path:
    """Write a catalog that needs nothing of the builtin one."""
    cc0 = {"schema_version": 1, "ids": ["CC0-1.0"], "title": "CC0"}
    use = {
        "schema_version": 1,
        "id": "commercial",
        "title": "Commercial",
        "summary": "Sell.",
        "permits": ["commercial-use"],
    }
    return a_root(
        folder,
        *(manifests or [manifest_data()]),
        phases={"phases": LADDER},
        licenses__cc0=cc0,
        policies__commercial=use,
    )


def refusal(path: Path) -> Problem:
    """Return the problem of a file that is not strict YAML."""
    try:
        read_yaml(path)
    except UnreadableError as error:
        return error.problem
    raise AssertionError(f"{path} was read")
