"""Replicas of the guide's eight datasets: upstream's layout, a few megabytes.

    replicas = build_replicas(root)
    with HttpServer(root) as server:
        write_catalog(root, replicas, server.origin, tmp_path / "catalog")

Which files a dataset has is read from its real manifest, so that a manifest and its
replica cannot drift apart; what is inside comes from `replica_contents`.
"""

import bz2
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from random import Random
from typing import Any

import blake3
import yaml

from tests.replica_contents import CONTENTS, PLAIN, Members

DATASETS = Path(__file__).parent.parent / "catalog" / "datasets"
IDS = (
    *("nsynth", "ljspeech", "urmp", "fma-small"),
    *("libritts", "musicnet", "fma-large", "lakh-midi"),
)
_SEED = 20261122
# 2018-01-01: archives must not depend on the day on which they are built.
_DAY = 1_514_764_800
_HEADER = "# yaml-language-server: $schema=../../schemas/manifest.v1.schema.json\n"


@dataclass(frozen=True)
class Leaf:
    """A file as it should lie in the dataset's folder."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Replica:
    """A dataset that was built: its archives by their path in the manifest.

    ``trees`` says, per archive, what lies in the dataset's folder after pulling it;
    ``unpacked`` gives bytes and members of each archive.
    """

    id: str
    archives: Mapping[str, Path]
    trees: Mapping[str, Mapping[str, Leaf]]
    unpacked: Mapping[str, tuple[int, int]]

    @property
    def tree(self) -> dict[str, Leaf]:
        """The dataset's folder after pulling all of it."""
        return {
            name: leaf for tree in self.trees.values() for name, leaf in tree.items()
        }

    @property
    def size(self) -> int:
        """The bytes of all archives."""
        return sum(path.stat().st_size for path in self.archives.values())

    @property
    def tree_size(self) -> int:
        """The bytes of all files after unpacking."""
        return sum(leaf.size for leaf in self.tree.values())


def build_replicas(
    root: Path, *, scale: int = 1, ids: Iterable[str] = IDS
) -> dict[str, Replica]:
    """Write ``root/<id>/<archive files>`` and return what was written.

    The bytes depend on nothing but ``scale``, which multiplies the number of media
    files; 1 gives less than 8 MB in all.
    """
    return {id_: _build(root / id_, read_manifest(id_), scale) for id_ in ids}


def write_catalog(
    root: Path,
    replicas: Mapping[str, Replica],
    base_url: str,
    into: Path,
    *,
    mirrors: Iterable[str] = (),
) -> None:
    """Write ``into/datasets/<id>.yaml``: the real manifests with the replicas' facts.

    Sizes, checksums and sources are replaced; every file is served below
    ``base_url`` as it lies below ``root``, and below each of ``mirrors`` as well.
    """
    bases = [base.rstrip("/") for base in (base_url, *mirrors)]
    (into / "datasets").mkdir(parents=True, exist_ok=True)
    for replica in replicas.values():
        data = read_manifest(replica.id)
        for file in data["files"]:
            archive = replica.archives[file["path"]]
            place = archive.relative_to(root).as_posix()
            file["size"] = archive.stat().st_size
            file["checksums"] = _checksums(archive, file.get("checksums", {}))
            file["source"] = [f"{base}/{place}" for base in bases]
            if "unpack" in file:
                size, members = replica.unpacked[file["path"]]
                facts = {"unpacked": size, "members": members}
                file["unpack"] = (file["unpack"] or {}) | {"size": facts}
        data["size"] = {"unpacked": replica.tree_size, "members": len(replica.tree)}
        text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
        target = into / "datasets" / f"{replica.id}.yaml"
        target.write_text(_HEADER + text, encoding="utf-8")


def read_manifest(id_: str) -> dict[str, Any]:
    """Return a real manifest as plain data, dates as the strings they are."""
    text = (DATASETS / f"{id_}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=_PlainLoader)
    return data


class _PlainLoader(yaml.SafeLoader):
    """Reads dates and `no` as strings, as the strict loader of the package does."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if not pair[0].endswith((":timestamp", ":bool"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, which a manifest must not hold."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _build(folder: Path, manifest: dict[str, Any], scale: int) -> Replica:
    archives: dict[str, Path] = {}
    unpacked: dict[str, tuple[int, int]] = {}
    trees: dict[str, dict[str, Leaf]] = {}
    for file in manifest["files"]:
        path = file["path"]
        target = archives[path] = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        members = _write(target, scale)
        unpacked[path] = (sum(len(data) for data in members.values()), len(members))
        if "unpack" in file:
            trees[path] = _placed(members, file["unpack"] or {})
        else:
            trees[path] = {path: _leaf(target.read_bytes())}
    return Replica(manifest["id"], archives, trees, unpacked)


def _write(target: Path, scale: int) -> Members:
    """Write the replica of an upstream file; return what is packed in it."""
    name = target.name
    rng = Random(f"{_SEED}/{name}")
    if name in PLAIN:
        target.write_bytes(PLAIN[name](rng, scale))
        return {}
    if name not in CONTENTS:
        raise KeyError(f"{name} has no replica: add it to tests/replica_contents.py")
    members = CONTENTS[name](rng, scale)
    _pack(members, target)
    return members


def _placed(members: Members, unpack: dict[str, Any]) -> dict[str, Leaf]:
    """Return where members come to lie, by ``strip`` and ``into``."""
    strip, into = unpack.get("strip", 0), PurePosixPath(unpack.get("into", ""))
    placed = {}
    for name, data in members.items():
        if kept := PurePosixPath(name).parts[strip:]:
            placed[str(into.joinpath(*kept))] = _leaf(data)
    return placed


def _leaf(data: bytes) -> Leaf:
    return Leaf(len(data), hashlib.sha256(data).hexdigest())


def _checksums(file: Path, wanted: Iterable[str]) -> dict[str, str]:
    """Return the kinds of checksum that upstream gives, and sha256 in any case.

    A replica is served over plain http, where a weak checksum is not enough.
    """
    data = file.read_bytes()
    return {
        name: blake3.blake3(data).hexdigest()
        if name == "blake3"
        else hashlib.new(name, data).hexdigest()
        for name in dict.fromkeys(["sha256", *wanted])
    }


def _pack(members: Members, target: Path) -> None:
    if target.suffix == ".zip":
        _pack_zip(members, target)
        return
    # Not tarfile's own compression, which writes the time of day into the header.
    with target.open("wb") as raw:
        if target.suffix == ".bz2":
            with bz2.BZ2File(raw, "wb") as packed:
                _pack_tar(members, packed)
        else:
            with gzip.GzipFile("", "wb", 6, raw, mtime=_DAY) as packed:
                _pack_tar(members, packed)


def _pack_tar(members: Members, out: Any) -> None:
    """Write a tar with its folders, as upstream's have them."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        written: set[str] = set()
        for name, data in members.items():
            for parent in reversed(PurePosixPath(name).parents[:-1]):
                if str(parent) not in written:
                    written.add(str(parent))
                    tar.addfile(_tar_entry(str(parent), tarfile.DIRTYPE, 0o755, 0))
            entry = _tar_entry(name, tarfile.REGTYPE, 0o644, len(data))
            tar.addfile(entry, io.BytesIO(data))


def _tar_entry(name: str, kind: bytes, mode: int, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size, entry.mtime = kind, mode, size, _DAY
    # Somebody's account on upstream's machine, which nobody here has.
    entry.uid, entry.gid, entry.uname, entry.gname = 5107, 5107, "upstream", "users"
    return entry


def _pack_zip(members: Members, target: Path) -> None:
    """Write a zip as FMA's are: BZIP2 members (method 12), no folders."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, date_time=(2017, 4, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data, zipfile.ZIP_BZIP2)
