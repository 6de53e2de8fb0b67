"""Croissant documents, read by mlcroissant and by a small reader of our own."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.cli.running import a_plain_file, run
from tests.export.catalogs import (
    NAMES,
    TITLE,
    an_archive,
    builtin,
    content,
    exported,
    flip,
    places_of,
    put,
    served,
)
from tests.export.peers import croissants
from tests.servers.http import HttpServer

KNOWN = {"sha256", "md5"}


def document(*words: str) -> Any:
    return exported("croissant", *words).json


def rows_of(data: Any, field: dict[str, Any]) -> Any:
    """Return what mlcroissant makes of a document with one field added."""
    rows = {"@type": "cr:RecordSet", "@id": "f", "name": "f", "field": [field]}
    Path("c.json").write_text(json.dumps(data | {"recordSet": [rows]}))
    found, _ = croissants(Path("c.json"))
    return found["c.json"]


def read_back(text: str) -> dict[str, tuple[int, set[str], list[str]]]:
    """Return the files of a document: size, digests and places, by path."""
    nodes = json.loads(text)["distribution"]
    found = {}
    for node in nodes:
        if node["@type"] == "cr:FileObject":
            size, unit = node["contentSize"].split()
            assert (unit, unquote(node["@id"])) == ("B", node["name"])
            digests = {f"{name}:{node[name]}" for name in KNOWN & node.keys()}
            places = [node["contentUrl"], *node.get("sameAs", [])]
            found[node["name"]] = (int(size), digests, places)
    return found


def test_a_document_of_the_catalog_has_the_same_files_sizes_digests_and_places() -> (
    None
):
    run("export", "croissant", *builtin(), "--out", "out")
    seen = 0
    for name, artifacts in builtin().items():
        expected = {
            one.path: (
                one.size,
                {str(d) for d in one.digests if d.algorithm in KNOWN},
                places_of(one),
            )
            for one in artifacts
            if any(d.algorithm in KNOWN for d in one.digests)
        }
        path = Path(f"out/{name}/croissant.json")
        assert path.exists() == bool(expected)
        if expected:
            assert read_back(path.read_text("utf-8")) == expected
            seen += len(expected)
    assert seen > 10


def test_mlcroissant_takes_every_document_of_the_catalog() -> None:
    run("export", "croissant", *builtin(), "--out", "out")
    paths = sorted(Path("out").glob("*/croissant.json"))
    found, told = croissants(*paths)
    assert len(found) == len(paths) > 5
    assert [line for line in told if "@context" in line] == []
    for path, one in found.items():
        data = json.loads(Path(path).read_text("utf-8"))
        assert one.get("errors") == [], one
        # What no manifest knows is left out, and nothing else is found wanting.
        absent = {"datePublished"} | {"version", "citeAs"} - data.keys()
        for warning in one["warnings"]:
            # Versions are upstream's own, and few are of three numbers.
            is_absent = any(f'/{name}" is recommended' in warning for name in absent)
            assert is_absent or "Version doesn't follow" in warning
        assert one["name"] == data["name"]
        assert one["license"] == data["license"]
        assert [file[0] for file in one["files"]] == [
            node["@id"]
            for node in data["distribution"]
            if node["@type"] == "cr:FileObject"
        ]


def test_mlcroissant_fetches_verifies_and_opens_what_a_document_names() -> None:
    with HttpServer() as server:
        members = {"n/a.wav": b"a" * 100, "n/b.wav": b"b" * 100}
        put("notes", an_archive(server, "notes.tar.gz", members))
        data = document("notes")
        # What a person adds who describes what is inside.
        source = {
            "fileSet": {"@id": "notes.tar.gz#members"},
            "extract": {"fileProperty": "filename"},
        }
        field = {"@type": "cr:Field", "@id": "f/n", "name": "n", "source": source}
        field["dataType"] = "sc:Text"
        found = rows_of(data, field)
        assert found.get("rows") == ["b'a.wav'", "b'b.wav'"], found
        assert server.of("/notes.tar.gz")


def test_mlcroissant_refuses_a_flipped_bit() -> None:
    with HttpServer() as server:
        put("notes", served(server, "x.csv"))
        flip(server, "x.csv")
        data = document("notes")
        source = {"fileObject": {"@id": "x.csv"}, "extract": {"column": "x"}}
        field = {"@type": "cr:Field", "@id": "f/n", "name": "n", "source": source}
        field["dataType"] = "sc:Text"
        found = rows_of(data, field)
        assert "is not identical with the reference" in found["failed"]


def test_hostile_names_and_titles_come_through() -> None:
    with HttpServer() as server:
        put("notes", *(served(server, name) for name in NAMES), title=TITLE)
        done = exported("croissant", "notes", "--out", "c.json")
        assert (done.code, done.err) == (0, "")
        found, _ = croissants(Path("c.json"))
    one = found["c.json"]
    assert one["errors"] == []
    assert [file[1] for file in one["files"]] == list(NAMES)
    assert one["name"] == TITLE.replace("\u2060", "\ufffd")


def test_licenses_are_urls_where_they_say_all() -> None:
    put("one", a_plain_file("x", b"x", "https://e.org/x"))
    both = "CC-BY-4.0 AND LicenseRef-Underlying-Works"
    by = {"expression": both, "attribution": "A. Author"}
    put("two", a_plain_file("x", b"x", "https://e.org/x"), license=by)
    zero = "https://creativecommons.org/publicdomain/zero/1.0/"
    assert document("one")["license"] == [zero]
    assert document("two")["license"] == [
        both,
        "https://creativecommons.org/licenses/by/4.0/",
    ]
    assert document("two")["creditText"] == "A. Author"


def test_parts_that_differ_have_their_license_on_each_file() -> None:
    files = [
        a_plain_file(name, b"x", f"https://e.org/{name}") | {"part": name}
        for name in ("a", "b")
    ]
    nc = {"license": {"expression": "CC-BY-NC-4.0", "attribution": "A. Author"}}
    put("notes", *files, parts={"b": nc, "a": {}})
    both = document("notes")
    assert len(both["license"]) == 2
    own = [node["license"] for node in both["distribution"]]
    assert own == [[url] for url in both["license"]]
    alone = document("notes/b")
    assert alone["license"] == own[1]
    assert "license" not in alone["distribution"][0]
    assert "Only these parts: b." in alone["description"]


def test_a_file_beside_its_manifest_keeps_its_relative_place() -> None:
    put("notes", a_plain_file("x.bin", b"x", "x.bin"))
    Path("mine/datasets/x.bin").write_bytes(b"x")
    done = exported("croissant", "notes")
    assert done.json["distribution"][0]["contentUrl"] == "x.bin"
    assert (done.code, "put it beside the export" in done.err) == (0, True)


def test_the_bytes_of_this_document_are_always_the_same() -> None:
    first = run("export", "croissant", "nsynth").out
    assert first == run("export", "croissant", "nsynth").out
    assert content("a") != content("b")
