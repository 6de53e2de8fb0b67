"""Catalogs whose files lie on a server of loopback, and what an export must say."""

import io
import re
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.model.artifact import Artifact
from tests.cli.running import Done, a_plain_file, run, write_manifest
from tests.servers.http import HttpServer

# Names that every system allows, of which each is made to deceive one format.
NAMES = (
    "a plain name.bin",
    "=.bin",
    "  out=evil.bin",
    "x  checksum=md5=00000000000000000000000000000000.bin",
    "#comment.bin",
    "-i.bin",
    "it's & so;on $HOME `id`.bin",
    "100%25.bin",
    "{a,b}[1-3].bin",
    "dir/ü-音楽-\U0001f3b5.bin",
)
TITLE = "A <title> & \"quotes\" ]]> --dir=/tmp 'x' \u2060"
_HUB = re.compile("hf://(datasets|models|spaces)/([^/]+/[^/@]+)@([^/]+)/")


def content(name: str) -> bytes:
    """Return bytes that no other name has."""
    return f"the bytes of {name}".encode() * 50


def put(name: str, *files: Any, **keys: Any) -> None:
    """Write a manifest into the catalog ``mine``."""
    write_manifest(Path("mine"), name, files=list(files), **keys)


def served(server: HttpServer, name: str, **keys: Any) -> Any:
    """Return a file of a manifest that a server has."""
    path = f"/{quote(name)}"
    server.put(path, content(name))
    return a_plain_file(name, content(name), server.url(path)) | keys


def an_archive(server: HttpServer, path: str, members: dict[str, bytes]) -> Any:
    """Return an archive that a server has, and that is to be unpacked."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    server.put(f"/{path}", packed.getvalue())
    file = a_plain_file(path, packed.getvalue(), server.url(path))
    return file | {"unpack": {"size": {"unpacked": 1000}}}


def flip(server: HttpServer, name: str) -> None:
    """Let a server change one bit of a file."""
    data = bytearray(content(name))
    data[7] ^= 1
    server.put(f"/{quote(name)}", bytes(data))


def exported(*words: str | Path) -> Done:
    """Run the command on the catalog ``mine``."""
    return run("export", *words, "--catalog", "mine")


def builtin() -> dict[str, list[Artifact]]:
    """Return what is pinned, and brought by programs, of every dataset there is."""
    return {
        name: [
            one
            for one in dossier.artifacts
            if one.is_pinned and not all(source.is_manual for source in one.sources)
        ]
        for name, dossier in Catalog.load().dossiers.items()
    }


def places_of(artifact: Artifact) -> list[str]:
    """Return where a file is had: URLs, and then its place beside the manifest."""
    urls = [
        _HUB.sub(_resolved, source.url)
        for source in artifact.sources
        if source.url and not source.is_manual
    ]
    near = [source.path for source in artifact.sources if source.path]
    quoted = (quote(url, safe="/:?&=%+~,;@!$()*'#[]") for url in urls)
    return [*dict.fromkeys(quoted), *near[:1]]  # two names of one place are one


def _resolved(found: re.Match[str]) -> str:
    kind, repo, revision = found.groups()
    below = "" if kind == "models" else f"{kind}/"
    return f"https://huggingface.co/{below}{repo}/resolve/{revision}/"
