"""Croissant and Frictionless documents with the faults that real ones have.

The shapes were seen in the examples of mlcommons/croissant (0.8, 1.0 and 1.1) and of
frictionless-py, and in answers of the Hub, OpenML, Kaggle and Zenodo; the datasets
here are made up.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.api.drafting import Drafted
from lemm_catalog.errors import RefusedError
from tests.new.drafting import a_page, checksums, doubts, drafted, valid
from tests.servers.http import HttpServer

DATA = b"left,right\n1,2\n"
SHA = hashlib.sha256(DATA).hexdigest()
MD5 = hashlib.md5(DATA).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()
URL = "https://example.org/a.csv"
BIB = "@misc{notes, title = {Notes}, author = {Ada Doe}, year = {2024}}"


def a_file(**keys: Any) -> dict[str, Any]:
    whole = {
        "@type": "cr:FileObject",
        "@id": "a.csv",
        "name": "a.csv",
        "contentUrl": URL,
        "contentSize": f"{len(DATA)} B",
        "encodingFormat": "text/csv",
        "sha256": SHA,
    }
    return {key: value for key, value in (whole | keys).items() if value is not None}


def a_dataset(*files: Any, **keys: Any) -> dict[str, Any]:
    whole = {
        "@context": {"@language": "en", "@vocab": "https://schema.org/"},
        "@type": "sc:Dataset",
        "name": "Example Notes",
        "description": "Notes of two instruments, for tests.",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "url": "https://example.org/notes",
        "creator": {"@type": "Person", "name": "Ada Doe"},
        "citeAs": BIB,
        "distribution": list(files or [a_file()]),
    }
    return {key: value for key, value in (whole | keys).items() if value is not None}


def imported(document: Any, folder: Path, name: str = "croissant.json") -> Drafted:
    """Return the draft of a document of this machine, without the network."""
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return drafted(path, offline=True)


# What is written without a doubt, however it is written.
WHOLE = {
    "as the specification has it": a_dataset(),
    "no context": a_dataset(**{"@context": None}),
    "distribution is an object": a_dataset(distribution=a_file()),
    "keys with prefixes": {
        "@type": "https://schema.org/Dataset",
        "schema:name": "Example Notes",
        "sc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "schema:url": "https://example.org/notes",
        "sc:creator": [{"sc:name": "x", "name": "Ada Doe"}],
        "schema:distribution": [
            {f"sc:{key}" if key[0] != "@" else key: v for key, v in a_file().items()}
        ],
    },
    "a graph": {"@context": {}, "@graph": [{"@type": "Person"}, a_dataset()]},
    "type is a list": a_dataset(**{"@type": ["Dataset", "sc:CreativeWork"]}),
    "language maps": a_dataset(
        name={"@value": "Example Notes", "@language": "en"},
        description=[{"@language": "de", "@value": "Noten."}],
        license={"@value": "CC-BY-4.0"},
    ),
    "license is a list of one twice": a_dataset(
        license=["cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"]
    ),
    "license is an object": a_dataset(
        license={"@type": "sc:CreativeWork", "name": "CC BY 4.0", "url": "cc-by-4.0"}
    ),
    "checksum in capitals": a_dataset(a_file(sha256=SHA.upper())),
    "checksum with its name": a_dataset(a_file(sha256=f"sha256:{SHA}")),
    "size is a number": a_dataset(a_file(contentSize=len(DATA))),
    "size has no unit": a_dataset(a_file(contentSize=f" {len(DATA)} ")),
    "size in the word bytes": a_dataset(a_file(contentSize=f"{len(DATA)} Bytes")),
    "format is a list": a_dataset(a_file(encodingFormat=["text/csv", "text/plain"])),
    "format is a suffix": a_dataset(a_file(encodingFormat="csv")),
    "an archive with what is in it": a_dataset(
        a_file(name="a.zip", contentUrl="https://example.org/a.zip",
               encodingFormat="application/zip", **{"@id": "zip"}),
        {"@type": "cr:FileObject", "@id": "inner.tar", "name": "inner.tar",
         "contentUrl": "inner.tar", "containedIn": {"@id": "zip"},
         "encodingFormat": "application/x-tar"},
        {"@type": "cr:FileSet", "@id": "wavs", "name": "wavs", "includes": "*.wav",
         "containedIn": [{"@id": "inner.tar"}], "encodingFormat": "audio/wav"},
        {"@type": "sc:FileSet", "name": "old", "includes": ["*.csv"],
         "containedIn": "#{zip}", "encodingFormat": "text/csv"},
    ),
    "a DataDownload of schema.org": a_dataset(a_file(**{"@type": "DataDownload"})),
}  # fmt: skip


@pytest.mark.parametrize("form", WHOLE)
def test_what_is_clear_is_taken_without_a_doubt(form: str, tmp_path: Path) -> None:
    made = imported(WHOLE[form], tmp_path)
    manifest = valid(made, tmp_path)
    assert doubts(made) == []
    assert manifest.license.expression == "CC-BY-4.0"
    # Nobody has opened the page that a copy on this machine names.
    [claim] = manifest.license.claims
    assert (claim.url, claim.verified) == ("https://example.org/notes", False)
    [file] = manifest.files
    assert (file.size, file.checksums) == (len(DATA), {"sha256": SHA})
    assert manifest.license.attribution == "Example Notes by Ada Doe" or "keys" in form


# A fault, the words it ends in, and the checksums that are left.
FAULTY: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "sha256 is a URL": (
        a_file(sha256="https://github.com/mlcommons/croissant/issues/80", md5=MD5),
        "its sha256 is a URL", {MD5},
    ),
    "sha256 is a placeholder": (
        a_file(sha256="PLACEHOLDER"), "which is no checksum", set()
    ),
    "sha256 is zeros": (a_file(sha256="0" * 64), "is a placeholder", set()),
    "sha256 is an md5": (a_file(sha256=MD5), "has the length of a md5", set()),
    "sha256 is null and a list": (a_file(sha256=[None]), "is no text", set()),
    "md5 in base64": (a_file(md5="bC1++XNOIww685QydlEwSg=="), "no checksum", {SHA}),
    "sha256 of nothing": (
        a_file(sha256=hashlib.sha256(b"").hexdigest()), "of an empty file", set()
    ),
    "size in words": (
        a_file(contentSize="3.1 GB"), "only a rough size is known (3.1 GB)", {SHA}
    ),
    "size with a comma": (a_file(contentSize="1,5 MB"), "(1.5 MB)", {SHA}),
    "size that may be two": (
        a_file(contentSize="3,100 MB"), "is not understood", set()
    ),
    "size with a typo": (a_file(contentSize="12 Gbb"), "is not understood", set()),
    "size is a unit alone": (a_file(contentSize="B"), "is not understood", set()),
    "size is negative": (a_file(contentSize=-1), "is no count of bytes", set()),
    "size is not finite": (a_file(contentSize=1e400), "is no count", set()),
    "no size": (a_file(contentSize=None), "neither its exact size", set()),
    "no checksum": (a_file(sha256=None), "no checksum is published", set()),
    "no address": (a_file(contentUrl=None), "nothing says where", set()),
    "address of this machine": (
        a_file(contentUrl="file:///etc/passwd"), "is not a remote scheme", set()
    ),
    "address that climbs": (
        a_file(contentUrl="../../../../etc/passwd"), "left out", set()
    ),
    "absolute path": (a_file(contentUrl="/etc/passwd"), "left out", set()),
    "address with a password": (
        a_file(contentUrl="https://u:p@example.org/a"), "holds credentials", set()
    ),
    "address that is signed": (
        a_file(contentUrl=f"{URL}?X-Amz-Signature=abc"), "holds a secret", set()
    ),
    "plain http, weak": (
        a_file(contentUrl="http://example.org/a.csv", sha256=None, md5=MD5),
        "can be altered on its way", set(),
    ),
    "contained in nothing": (
        a_file(containedIn={"@id": "nowhere"}), "which is not described", set()
    ),
    "contained in itself": (
        a_file(containedIn={"@id": "a.csv"}), "which is not described", set()
    ),
    "a git repository": (
        a_file(encodingFormat="git+https", contentUrl="https://github.com/o/n"),
        "", set(),
    ),
    "no object": ({}, "is no object", set()),
}  # fmt: skip
GOOD = a_file(**{"@id": "b.csv"}, name="b.csv", contentUrl=f"{URL}?b", sha256=OTHER)


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_ends_in_a_remark_and_the_rest_is_taken(
    fault: str, tmp_path: Path
) -> None:
    file, told, left = FAULTY[fault]
    made = imported(a_dataset(file, GOOD), tmp_path)
    manifest = valid(made, tmp_path)
    assert any(told in line for line in doubts(made)) or not told
    assert all(line in made.text or len(line) > 60 for line in doubts(made))
    assert checksums(made.draft.manifest) - {OTHER} == left
    assert "b.csv" in {file.path for file in manifest.files}


def test_a_checksum_that_files_of_two_sizes_share_is_nobody_s(tmp_path: Path) -> None:
    files = [a_file(), a_file(**{"@id": "c"}, name="c.csv", contentSize="99 B"), GOOD]
    made = imported(a_dataset(*files), tmp_path)
    valid(made, tmp_path)
    assert checksums(made.draft.manifest) == {OTHER}


NAMES = {
    "a b/c d.csv": "a b/c d.csv",
    "a\\b.csv": "a/b.csv",
    "../../etc/passwd.csv": "etc/passwd.csv",
    "/abs.csv": "abs.csv",
    "C:\\x\\y.csv": "x/y.csv",
    'what?*"<>|.csv': "what______.csv",
    "ends. /dots...": "ends/dots",
    "B.CSV": "B-2.CSV",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_become_paths_of_every_system(name: str, tmp_path: Path) -> None:
    file = a_file(name=name, contentUrl=f"{URL}?x")
    manifest = valid(imported(a_dataset(GOOD, file), tmp_path), tmp_path)
    assert [one.path for one in manifest.files] == ["b.csv", NAMES[name]]


@pytest.mark.parametrize(
    ("license_", "expression"),
    [
        (["CC-BY-4.0", "MIT"], "CC-BY-4.0 AND MIT"),
        (["mit", "see the page"], "NOASSERTION"),
        ("CC BY", "NOASSERTION"),
        ("None", "NOASSERTION"),
        ("CC-BY-4.0, noncommercial use only", "NOASSERTION"),
        ({"name": "CC BY 4.0", "url": "cc-by-nc-4.0"}, "NOASSERTION"),
        (None, "NOASSERTION"),
        (17, "NOASSERTION"),
        ([], "NOASSERTION"),
        ("This is a license.", "NOASSERTION"),
    ],
)
def test_a_license_that_is_not_certain_is_never_verified(
    license_: Any, expression: str, tmp_path: Path
) -> None:
    made = imported(a_dataset(license=license_), tmp_path)
    manifest = valid(made, tmp_path)
    assert manifest.license.expression == expression
    assert not any(claim.verified for claim in manifest.license.claims)
    assert any(line.startswith("license:") for line in doubts(made))


def test_what_is_read_at_an_address_is_claimed_there_and_nowhere_else(
    tmp_path: Path,
) -> None:
    package = a_package(path="tables/a b.csv", hash=f"sha256:{SHA}", bytes=len(DATA))
    pages = {"/x/croissant.json": a_page(a_dataset()), "/x/d.json": a_page(package)}
    with HttpServer(pages) as server:
        url = server.url("/x/croissant.json")
        [claim] = valid(drafted(url, server), tmp_path).license.claims
        assert (claim.url, claim.verified) == (url, True)
        [file] = valid(drafted(server.url("/x/d.json"), server), tmp_path).files
    assert file.source[0].url == server.url("/x/tables/a%20b.csv")


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_repository_of_the_hub_is_listed_and_pinned(tmp_path: Path) -> None:
    """As the Hub itself writes Croissant: no checksums, and a branch."""
    tree = "https://huggingface.co/datasets/owner/notes/tree/refs%2Fconvert%2Fparquet"
    placeholder = "https://github.com/mlcommons/croissant/issues/80"
    repo = {
        "@type": "cr:FileObject", "@id": "repo", "name": "repo", "contentUrl": tree,
        "encodingFormat": "git+https", "sha256": placeholder,
    }  # fmt: skip
    files = {
        "@type": "cr:FileSet", "@id": "parquet", "containedIn": {"@id": "repo"},
        "encodingFormat": "application/x-parquet", "includes": "default/*/*.parquet",
    }  # fmt: skip
    names = ["default/train/0.parquet", "default/x.parquet", "other/train/0.parquet"]
    answer = {
        "id": "owner/notes",
        "sha": COMMIT,
        "siblings": [
            {"rfilename": name, "size": 9 + at, "lfs": {"sha256": f"{at}abc" * 16}}
            for at, name in enumerate(names)
        ],
    }
    api = "/api/datasets/owner/notes/revision/refs%2Fconvert%2Fparquet"
    with HttpServer({api: a_page(answer)}) as server:
        path = tmp_path / "croissant.json"
        path.write_bytes(a_page(a_dataset(repo, files)).body)
        made = drafted(path, server)
    assert doubts(made) == []
    [file] = valid(made, tmp_path).files
    root = f"hf://datasets/owner/notes@{COMMIT}"
    assert file.source[0].url == f"{root}/default/train/0.parquet"
    assert file.checksums == {"sha256": "0abc" * 16}


def test_files_beside_a_document_are_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "data" / "a.csv").write_bytes(DATA)
    (home / "data" / "b.txt").write_bytes(b"b")
    beside = {"@type": "cr:FileSet", "@id": "all", "includes": "data/*.csv"}
    made = imported(a_dataset(beside), home)
    [file] = valid(made, tmp_path).files
    assert (file.path, file.checksums) == ("data/a.csv", {"sha256": SHA})
    assert file.source[0].is_manual
    wrong = a_file(contentUrl="data/a.csv", sha256=OTHER)
    with pytest.raises(RefusedError, match="not the one that is stated"):
        imported(a_dataset(wrong), home)
    # Not here, but all of it is stated: it can be brought by hand.
    gone = imported(a_dataset(a_file(contentUrl="gone.csv")), home)
    assert valid(gone, tmp_path).files[0].checksums == {"sha256": SHA}
    assert "no such file" in doubts(gone)[0]


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(DATA)
    home = tmp_path / "home"
    home.mkdir()
    (home / "a.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(RefusedError, match="leads out of the folder"):
        imported(a_dataset(a_file(contentUrl="a.csv")), home)


def a_package(**resource: Any) -> dict[str, Any]:
    return {
        "name": "some-notes",
        "title": "Some Notes",
        "homepage": "https://example.org/notes",
        "licenses": [
            {"name": "ODC-PDDL-1.0", "path": "https://x.org", "title": "PDDL"}
        ],
        "contributors": [{"title": "Ada Doe", "role": "author"}],
        "resources": [{"name": "a", "path": URL} | resource],
    }


@pytest.mark.parametrize(
    ("resource", "kept"),
    [
        ({"hash": f"sha256:{SHA}", "bytes": len(DATA)}, {SHA}),
        ({"hash": f"SHA-256:{SHA}", "bytes": len(DATA)}, {SHA}),
        ({"hash": MD5, "bytes": len(DATA)}, {MD5}),
        ({"hash": f"crc32:{MD5}", "bytes": len(DATA)}, set()),
        ({"hash": SHA, "bytes": len(DATA)}, set()),
        ({"path": [URL, f"{URL}2"], "hash": MD5, "bytes": 9}, None),
        ({"path": None, "data": [[1, 2]]}, None),
        ({"path": {"x": 1}}, None),
        ({"path": "sqlite:///a.db", "bytes": 4, "hash": MD5}, None),
    ],
)
def test_a_data_package_s_hash_is_what_it_says(
    resource: dict[str, Any], kept: set[str] | None, tmp_path: Path
) -> None:
    if kept is None:
        with pytest.raises(RefusedError):
            imported(a_package(**resource), tmp_path, "datapackage.json")
        return
    made = imported(a_package(**resource), tmp_path, "datapackage.json")
    manifest = valid(made, tmp_path)
    assert (manifest.id, manifest.title) == ("some-notes", "Some Notes")
    assert checksums(made.draft.manifest) == kept


def test_a_citation_is_taken_if_it_is_bibtex_and_told_if_it_is_not(
    tmp_path: Path,
) -> None:
    made = imported(a_dataset(), tmp_path)
    assert valid(made, tmp_path).citation == BIB + "\n"
    for said, is_doubt in (("Doe, A. (2024). Notes.", False), ("@misc{a, b", True)):
        made = imported(a_dataset(citeAs=said), tmp_path)
        assert (valid(made, tmp_path).citation or "").startswith("@misc{example-notes,")
        assert bool(doubts(made)) is is_doubt
        assert "citation:" in made.text
