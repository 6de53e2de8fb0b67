"""Small catalogs whose sources lie beside the manifests, and what a store holds."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.settings import Settings

Files = Mapping[str, bytes]
NOTES = {"top/a.txt": b"a" * 3000, "top/deep/b.txt": b"b" * 500, "top/same": b"same"}
MORE = {"top/c.txt": b"c" * 2000, "top/deep/d.txt": b"d", "top/same": b"same"}
NEWER = {"top/a.txt": b"A" * 3500, "top/new/e.txt": b"e", "top/same": b"same"}


def tar(files: Files, mtime: int = 1_600_000_000) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), mtime
            archive.addfile(info, io.BytesIO(data))
    # Without the time of day: bytes that differ from run to run hide what fails.
    return gzip.compress(out.getvalue(), mtime=0)


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def an_archive(path: str, data: bytes, **more: Any) -> dict[str, Any]:
    size = {"unpacked": {"about": "1 MB"}}
    return a_file(path, data, unpack={"strip": 1, "size": size}, **more)


def a_file(path: str, data: bytes, **more: Any) -> dict[str, Any]:
    """Return an entry of `files`, with its bytes under a key of ours."""
    checksums = {"sha256": hashlib.sha256(data).hexdigest()}
    entry = {"path": path, "size": len(data), "checksums": checksums}
    return {**entry, "source": [f"bytes/{checksums['sha256']}"], "x-data": data, **more}


def write_dataset(
    root: Path, files: list[dict[str, Any]], name: str = "notes", **more: Any
) -> None:
    """Write a manifest, and the bytes of its files beside it."""
    folder = root / "datasets"
    (folder / "bytes").mkdir(parents=True, exist_ok=True)
    entries = []
    for file in files:
        entry = dict(file)
        data = entry.pop("x-data")
        (folder / "bytes" / entry["checksums"]["sha256"]).write_bytes(data)
        entries.append(entry)
    parts: dict[str, dict[str, str]]
    parts = {entry["part"]: {} for entry in entries if "part" in entry}
    manifest = {
        "schema_version": 1,
        "id": name,
        "title": name.title(),
        "summary": "Notes.",
        "phase": "sample",
        "priority": 3,
        "tasks": ["demonstration"],
        "format": {"media": ["text/plain"]},
        "license": "CC0-1.0",
        "files": entries,
        **({"parts": parts} if parts else {}),
        **more,
    }
    text = yaml.safe_dump(manifest, sort_keys=False)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def a_catalog(
    root: Path, files: list[dict[str, Any]], name: str = "notes", **more: Any
) -> Catalog:
    """Return a catalog with one dataset more."""
    write_dataset(root, files, name, **more)
    return Catalog.load(root)


def settings(cache: Path, **more: Any) -> Settings:
    return Settings(cache_dir=cache, offline=True, **more)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return every file below a folder with its bytes, every folder with None."""
    return {
        path.relative_to(folder).as_posix(): None
        if path.is_dir()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


def state(cache: Path) -> dict[str, Any]:
    """Return what a store holds, but for times of day and the folders of its books."""
    found: dict[str, Any] = {}
    for path in sorted(cache.rglob("*")):
        name = path.relative_to(cache).as_posix()
        is_staging = name.startswith(".lemm/staging/")
        if path.is_dir() and name.startswith(".lemm") and not is_staging:
            continue
        if name.startswith((".lemm/locks/", "logs")):
            continue
        found[name] = None if path.is_dir() else _content(path)
    return found


def _content(path: Path) -> Any:
    if path.suffix == ".json":
        return _timeless(json.loads(path.read_text()))
    if path.suffix == ".tsv":
        lines = [line.split("\t") for line in path.read_text().splitlines()]
        return [(digest, size, name) for digest, size, _, name in lines]
    return path.read_bytes()


def _timeless(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _timeless(v) for k, v in data.items() if not _varies(k, v)}
    return [_timeless(one) for one in data] if isinstance(data, list) else data


def _varies(key: str, value: Any) -> bool:
    times = {"completed", "fetched", "downloaded_at", "verified", "last_updated"}
    return key in times or (key == "path" and str(value).startswith("/"))
