"""The three sources of CONTRIBUTING.md, on loopback: a record, a repository, a file."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.hub.standin import Hub, Storage
from tests.new.drafting import a_page
from tests.servers.http import HttpServer

RECORD = "/api/records/1234567"
NOTES = 12
NOTE = b"RIFF" + bytes(508)
TABLE = b"file,instrument\n" + b"".join(b"%d.wav,piano\n" % n for n in range(NOTES))


class Sources(NamedTuple):
    """A host of records and files, and a Hub."""

    web: HttpServer
    hub: Hub


def archive() -> bytes:
    """Return the same archive each time: twelve notes in a folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for number in range(NOTES):
            info = tarfile.TarInfo(f"notes/{number}.wav")
            info.size = len(NOTE)
            tar.addfile(info, io.BytesIO(NOTE))
    return packed.getvalue()


def record(web: HttpServer) -> dict[str, Any]:
    """Return a record as Zenodo answers with it, with the md5 that Zenodo has."""
    import hashlib

    data = archive()
    file = {
        "key": "notes.tar",
        "size": len(data),
        "checksum": f"md5:{hashlib.md5(data, usedforsecurity=False).hexdigest()}",
        "links": {"self": web.url(f"{RECORD}/files/notes.tar/content")},
    }
    return {
        "id": 1234567,
        "doi": "10.5281/zenodo.1234567",
        "links": {"self": web.url(RECORD), "self_html": web.url("/records/1234567")},
        "metadata": {
            "title": "Example Notes",
            "publication_date": "2021-07-22",
            "description": "<p>Twelve single notes of a piano.</p><p>And more.</p>",
            "access_right": "open",
            "creators": [{"name": "Doe, Ada"}],
            "license": {"id": "cc-by-4.0"},
            "version": "1.0",
            "keywords": ["piano", "single notes"],
        },
        "files": [file],
    }


@contextmanager
def sources() -> Iterator[Sources]:
    """Serve all three."""
    with HttpServer() as web, Storage() as storage, Hub(storage) as hub:
        web.put(RECORD, a_page(record(web)))
        web.put(f"{RECORD}/files/notes.tar/content", archive())
        web.put("/notes.csv", TABLE)
        name = "datasets/owner/notes"
        hub.commit(name, {"1.wav": NOTE, "table.csv": TABLE})
        hub.repos[name].card = {
            "license": "cc-by-4.0",
            "task_categories": ["audio-classification"],
            "language": ["en"],
            "pretty_name": "Spoken Notes",
        }
        yield Sources(web, hub)
