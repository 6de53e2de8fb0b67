"""Data Package descriptors, read by frictionless."""

import re
from pathlib import Path
from typing import Any

from lemm_catalog.model.artifact import Artifact
from tests.cli.running import a_plain_file, run
from tests.export.catalogs import (
    NAMES,
    TITLE,
    builtin,
    exported,
    flip,
    places_of,
    put,
    served,
)
from tests.export.peers import packages
from tests.servers.http import HttpServer


def descriptor(*words: str) -> Any:
    return exported("datapackage", *words).json


def first_place(artifact: Artifact) -> str | None:
    """Return the first place of a file that a descriptor may name."""
    fit = re.compile(r"(https?|ftp)://.+|(?!.*://).+")
    return next(filter(fit.fullmatch, places_of(artifact)), None)


def test_frictionless_takes_every_descriptor_of_the_catalog() -> None:
    run("export", "datapackage", *builtin(), "--out", "out")
    paths = sorted(Path("out").glob("*/datapackage.json"))
    found = packages(*paths)
    known = {
        name: [one for one in artifacts if first_place(one)]
        for name, artifacts in builtin().items()
    }
    expected = sorted(name for name, some in known.items() if some)
    assert [path.parent.name for path in paths] == expected
    for path, one in found.items():
        assert one["faults"] == []
        artifacts = known[Path(path).parent.name]
        assert [file[0] for file in one["files"]] == list(map(first_place, artifacts))
        assert [file[1] for file in one["files"]] == [a.size for a in artifacts]
        for file, artifact in zip(one["files"], artifacts, strict=True):
            # frictionless shows an md5 without its name.
            digests = {str(d).removeprefix("md5:") for d in artifact.digests}
            assert file[2] in digests


def test_frictionless_reads_the_bytes_and_refuses_a_flipped_bit() -> None:
    with HttpServer() as server:
        put("good", *(served(server, name) for name in NAMES), title=TITLE)
        put("bad", served(server, "x.bin"), served(server, "y.bin"))
        exported("datapackage", "--out", "out")
        flip(server, "y.bin")
        paths = [Path(f"out/{name}/datapackage.json") for name in ("good", "bad")]
        good, bad = packages(*paths, read=True).values()
    assert (good["faults"], good["valid"], good["errors"]) == ([], True, [])
    assert (bad["valid"], bad["errors"]) == (False, [["hash-count"]])


def test_hostile_names_come_through_and_no_two_resources_are_alike() -> None:
    files = [a_plain_file(name, b"x", "https://e.org/x") for name in NAMES]
    put("notes", *files, title=TITLE)
    resources = descriptor("notes")["resources"]
    names = [one["name"] for one in resources]
    assert [one["title"] for one in resources] == list(NAMES)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[-a-z0-9._]+", name) for name in names)


def test_a_path_names_one_url_and_mirrors_are_sources() -> None:
    file = a_plain_file("x", b"x", "https://a.org/x")
    file["source"] = ["https://a.org/x", "https://b.org/x", "s3://bucket/x"]
    put("notes", file)
    (resource,) = descriptor("notes")["resources"]
    assert resource["path"] == "https://a.org/x"
    assert [one["path"] for one in resource["sources"]] == file["source"][:2]
    assert resource["hash"] == f"sha256:{file['checksums']['sha256']}"


def test_what_only_a_bucket_has_cannot_be_said() -> None:
    put("notes", a_plain_file("x", b"x", "s3://bucket/x"))
    done = exported("datapackage", "notes")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "error: notes/x is left out: a Data Package takes no URL of s3\n"
    )


def test_compound_licenses_have_their_expression() -> None:
    by = {"expression": "CC-BY-4.0 OR CC0-1.0", "attribution": "A. Author"}
    put("notes", a_plain_file("x", b"x", "https://e.org/x"), license=by)
    put("plain", a_plain_file("x", b"x", "https://e.org/x"))
    found = descriptor("notes")
    assert [one["name"] for one in found["licenses"]] == ["CC-BY-4.0", "CC0-1.0"]
    assert all(one["path"].startswith("https://") for one in found["licenses"])
    assert found["licenseExpression"] == "CC-BY-4.0 OR CC0-1.0"
    assert "licenseExpression" not in descriptor("plain")
