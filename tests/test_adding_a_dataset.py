"""Adding a dataset is adding one YAML file: no code knows its name, place or kind."""

import gzip
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lemm_catalog.cli.full import app
from tests.pulling import a_file, some_bytes, write_manifest
from tests.servers.ftp import Ftp
from tests.servers.http import HttpServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MEMBERS = {"notes/a.txt": b"one\n", "notes/b/c.bin": some_bytes(50_000)}
PLAIN = some_bytes(10_000)


def a_tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in MEMBERS.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


def a_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    return buffer.getvalue()


UNPACKED = {
    "bytes": sum(map(len, MEMBERS.values())),
    "members": len(MEMBERS),
}
IN_PLACE = {name.removeprefix("notes/"): data for name, data in MEMBERS.items()}


class Workshop:
    """A catalog to which one manifest is added, and the command line on it."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.catalog, self.cache = root / "catalog", root / "cache"
        (root / "ftp").mkdir()
        (root / "ftp" / "plain.bin").write_bytes(PLAIN)
        pages = {"/plain.bin": PLAIN, "/notes.tar.gz": a_tar(), "/notes.zip": a_zip()}
        pages[f"/datasets/o/n/resolve/{COMMIT}/plain.bin"] = PLAIN
        self.http = stack.enter_context(HttpServer(pages))
        self.ftp = stack.enter_context(Ftp(root / "ftp"))
        (self.catalog / "datasets" / "beside").mkdir(parents=True)
        (self.catalog / "datasets" / "beside" / "plain.bin").write_bytes(PLAIN)

    def run(self, *words: str, code: int = 0) -> str:
        options = ["--catalog", str(self.catalog), "--cache-dir", str(self.cache)]
        environment = {**os.environ, "HF_ENDPOINT": self.http.origin}
        done = CliRunner().invoke(app, [*words, *options], env=environment)
        assert done.exit_code == code, done.output
        return done.stdout

    def ask(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    def files(self, id_: str) -> dict[str, bytes]:
        root = Path(self.run("path", id_).strip())
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with ExitStack() as stack:
        yield Workshop(tmp_path, stack)


def _sized(**unpack: Any) -> dict[str, Any]:
    size = {"unpacked": UNPACKED["bytes"], "members": UNPACKED["members"]}
    return {**unpack, "size": size}


@pytest.mark.parametrize("kind", ["plain", "tar", "zip", "hub", "ftp", "beside"])
def test_one_file_makes_a_dataset(kind: str, workshop: Workshop) -> None:
    http, ftp = workshop.http, workshop.ftp
    hub = f"hf://datasets/o/n@{COMMIT}/plain.bin"
    unpack = _sized(strip=1)
    file, expected = {
        "plain": (
            a_file("plain.bin", PLAIN, http.url("/plain.bin")),
            {"plain.bin": PLAIN},
        ),
        "tar": (
            a_file("n.tar.gz", a_tar(), http.url("/notes.tar.gz"), unpack=unpack),
            IN_PLACE,
        ),
        "zip": (
            a_file("n.zip", a_zip(), http.url("/notes.zip"), unpack=unpack),
            IN_PLACE,
        ),
        "hub": (a_file("plain.bin", PLAIN, hub), {"plain.bin": PLAIN}),
        "ftp": (
            a_file("d/plain.bin", PLAIN, ftp.url("/plain.bin")),
            {"d/plain.bin": PLAIN},
        ),
        "beside": (
            a_file("plain.bin", PLAIN, "beside/plain.bin"),
            {"plain.bin": PLAIN},
        ),
    }[kind]
    write_manifest(workshop.catalog, "brand-new", file)

    workshop.run("validate", str(workshop.catalog))
    plan = workshop.ask("plan", "brand-new")
    assert plan["totals"]["to_fetch_bytes"] == file["size"]
    assert not workshop.cache.exists()
    assert workshop.ask("status", "brand-new")["datasets"][0]["state"] == "missing"

    workshop.run("pull", "brand-new")
    assert expected == workshop.files("brand-new")
    assert workshop.ask("status", "brand-new")["datasets"][0]["state"] == "present"
    workshop.run("verify", "brand-new")

    again = workshop.ask("plan", "brand-new")
    assert {a["action"] for a in again["datasets"][0]["actions"]} == {"keep"}


def test_what_a_person_must_fetch_is_found_by_its_digest(workshop: Workshop) -> None:
    words = "Fill in the form, then download notes.tar.gz."
    source = {"manual": words, "url": "https://example.org/form"}
    file = a_file("n.tar.gz", a_tar(), source, unpack=_sized(strip=1))
    write_manifest(workshop.catalog, "brand-new", file)

    plan = workshop.ask("plan", "brand-new")
    assert plan["datasets"][0]["actions"][0]["action"] == "ask"
    assert words in plan["datasets"][0]["actions"][0]["reason"]
    workshop.run("pull", "brand-new", code=1)

    place = workshop.cache / "brand-new" / "n.tar.gz"
    place.parent.mkdir(parents=True)
    place.write_bytes(a_tar()[::-1])
    workshop.run("pull", "brand-new", code=4)
    assert a_tar()[::-1] == place.read_bytes()

    place.write_bytes(a_tar())
    workshop.run("pull", "brand-new")
    assert workshop.files("brand-new") == IN_PLACE
    workshop.run("verify", "brand-new")
    assert workshop.http.requests == []


def test_a_site_s_mirror_comes_before_the_source(
    workshop: Workshop, tmp_path: Path
) -> None:
    write_manifest(
        workshop.catalog,
        "brand-new",
        a_file("plain.bin", PLAIN, workshop.http.url("/plain.bin")),
    )
    mirror = (tmp_path / "ftp").as_uri()
    config = tmp_path / "config.yaml"
    mirrors = json.dumps({workshop.http.origin: mirror})
    config.write_text(f"datasets:\n  mirrors: {mirrors}\n", encoding="utf-8")

    workshop.run("pull", "brand-new", "--config", str(config))
    assert workshop.files("brand-new") == {"plain.bin": PLAIN}
    assert workshop.http.requests == []
