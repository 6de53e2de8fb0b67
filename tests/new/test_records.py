"""Records of Zenodo, DataCite, Dataverse, figshare and the Hub, as they answer."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.errors import RefusedError, SourceError, UsageError
from tests.new.drafting import a_page, doubts, drafted, valid
from tests.servers.answers import Status
from tests.servers.http import HttpServer

DATA = b"notes " * 1000
MD5 = hashlib.md5(DATA).hexdigest()
SHA = hashlib.sha256(DATA).hexdigest()
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def zenodo(server: HttpServer, **metadata: Any) -> dict[str, Any]:
    """Return a record in the form of zenodo.org/api/records/<id>."""
    api = server.url("/api/records/5120004")
    return {
        "id": 5120004,
        "doi": "10.5281/zenodo.5120004",
        "links": {"self": api, "self_html": server.url("/records/5120004")},
        "metadata": {
            "title": "Example Notes",
            "publication_date": "2021-07-22",
            "description": "<p>Twelve <b>thousand</b> single notes of 40 "
            "instruments.</p><p>And more &amp; more words.</p>",
            "access_right": "open",
            "creators": [{"name": "Doe, Ada"}, {"name": "Roe & Sons, Ltd."}],
            "license": {"id": "cc-by-4.0"},
            "version": "1.10",
            "keywords": ["music", "notes"],
        }
        | metadata,
        "files": [
            {
                "key": "my notes (final).tar.gz",
                "size": len(DATA),
                "checksum": f"md5:{MD5}",
                "links": {"self": f"{api}/files/my%20notes%20(final).tar.gz/content"},
            }
        ],
    }


def test_a_zenodo_record_gives_all_but_what_a_person_must_judge(tmp_path: Path) -> None:
    with HttpServer() as server:
        record = zenodo(server)
        content = "https://zenodo.org/api/records/5120004/files/notes.tar.gz/content"
        record["files"][0]["links"]["self"] = content
        server.put("/api/records/5120004", a_page(record))
        made = drafted("10.5281/zenodo.5120004", server)
    manifest = valid(made, tmp_path)
    assert doubts(made) == []
    assert manifest.id == "example-notes"
    assert manifest.summary == "Twelve thousand single notes of 40 instruments."
    assert manifest.version == "1.10"
    assert manifest.license.expression == "CC-BY-4.0"
    [claim] = manifest.license.claims
    assert (claim.url, claim.verified) == (server.url("/records/5120004"), True)
    assert manifest.license.attribution == (
        "Example Notes by Doe, Ada; Roe & Sons, Ltd."
    )
    [file] = manifest.files
    assert (file.size, file.checksums) == (len(DATA), {"md5": MD5})
    assert file.path == "my notes (final).tar.gz"
    assert "@misc{example-notes" in (manifest.citation or "")
    assert "doi = {10.5281/zenodo.5120004}" in (manifest.citation or "")
    assert made.draft.manifest["tasks"] == ["unknown"]
    assert "music, notes" in made.text.partition("x-todo")[2]


@pytest.mark.parametrize(
    "word",
    [
        "10.5281/zenodo.5120004",
        "doi:10.5281/zenodo.5120004",
        "https://doi.org/10.5281/ZENODO.5120004",
        "https://zenodo.org/records/5120004",
        "https://zenodo.org/record/5120004",
        "https://www.zenodo.org/records/5120004?token=none",
    ],
)
def test_a_record_is_named_in_many_ways(word: str) -> None:
    with HttpServer() as server:
        server.put("/api/records/5120004", a_page(zenodo(server)))
        made = drafted_or_why(word, server)
        assert "can be altered on its way" in made  # http alone guards no md5
        assert len(server.of("/api/records/5120004")) == 1


def drafted_or_why(word: str, server: HttpServer) -> str:
    with pytest.raises(RefusedError) as error:
        drafted(word, server)
    return error.value.message


def test_fetch_adds_what_is_strong_and_proves_what_is_published(tmp_path: Path) -> None:
    with HttpServer() as server:
        record = zenodo(server)
        server.put("/api/records/5120004", a_page(record))
        path = "/api/records/5120004/files/my%20notes%20(final).tar.gz/content"
        server.put(path, DATA)
        made = drafted(server.url("/api/records/5120004"), server, fetch=True)
        assert doubts(made) == []
        [file] = valid(made, tmp_path).files
        assert file.checksums == {"md5": MD5, "sha256": SHA}
        server.put(path, DATA[:-1] + b"!")
        with pytest.raises(RefusedError, match="md5 is not the one that is stated"):
            drafted(server.url("/api/records/5120004"), server, fetch=True)


def test_other_licenses_are_as_clear_as_their_words(tmp_path: Path) -> None:
    cases = {
        "other-open": "NOASSERTION",
        "cc-by-nc-4.0": "CC-BY-NC-4.0",
        "whatever we say": "NOASSERTION",
    }
    for said, meant in cases.items():
        with HttpServer() as server:
            record = zenodo(server, license={"id": said})
            record["files"][0]["links"]["self"] = "https://zenodo.org/x.zip"
            server.put("/r", a_page(record))
            made = drafted(server.url("/r"), server)
        manifest = valid(made, tmp_path)
        known = {meant, "LicenseRef-Other"} if said == "other-open" else {meant}
        assert manifest.license.expression in known
        is_clear = manifest.license.expression != "NOASSERTION"
        assert manifest.license.claims[0].verified is is_clear


def test_a_claim_names_no_page_of_another_host(tmp_path: Path) -> None:
    with HttpServer() as server:
        record = zenodo(server)
        record["links"]["self_html"] = "https://example.org/not-read"
        record["files"][0]["links"]["self"] = "https://zenodo.org/x.zip"
        server.put("/r", a_page(record))
        made = drafted(server.url("/r"), server)
        assert valid(made, tmp_path).license.claims[0].url == server.url("/r")


def test_a_restricted_record_says_so() -> None:
    with HttpServer() as server:
        record = zenodo(server, access_right="restricted") | {"files": []}
        server.put("/api/records/5120004", a_page(record))
        with pytest.raises(RefusedError, match="access is restricted"):
            drafted("10.5281/zenodo.5120004", server)


def datacite(url: str, **more: Any) -> dict[str, Any]:
    attributes = {
        "doi": "10.7910/dvn/abc",
        "titles": [{"title": "Spoken Words"}],
        "creators": [{"name": "Doe, Ada"}],
        "publisher": {"name": "Some Dataverse"},
        "publicationYear": 2020,
        "rightsList": [
            {"rightsUri": "info:eu-repo/semantics/openAccess"},
            {"rightsIdentifier": "cc0-1.0", "rights": "CC0 1.0"},
        ],
        "contentUrl": None,
        "url": url,
    }
    return {"data": {"type": "dois", "attributes": attributes | more}}


def dataverse(**file: Any) -> dict[str, Any]:
    data = {
        "id": 42,
        "filesize": len(DATA),
        "checksum": {"type": "SHA-256", "value": SHA},
    }
    title = {"typeName": "title", "value": "Spoken Words"}
    description = {
        "typeName": "dsDescription",
        "value": [{"dsDescriptionValue": {"value": "Words that people spoke."}}],
    }
    return {
        "status": "OK",
        "data": {
            "persistentUrl": "https://doi.org/10.7910/DVN/ABC",
            "latestVersion": {
                "versionNumber": 2,
                "versionMinorNumber": 1,
                "license": {
                    "name": "CC0 1.0",
                    "uri": "http://creativecommons.org/publicdomain/zero/1.0",
                },
                "metadataBlocks": {"citation": {"fields": [title, description]}},
                "files": [
                    {"label": "a.csv", "directoryLabel": "tables", "dataFile": data}
                    | file
                ],
            },
        },
    }


def test_a_doi_leads_from_datacite_to_a_dataverse(tmp_path: Path) -> None:
    with HttpServer() as server:
        page = server.url("/citation?persistentId=doi:10.7910/DVN/ABC")
        server.put("/dois/10.7910%2Fdvn%2Fabc", a_page(datacite(page)))
        server.put("/api/datasets/:persistentId/", a_page(dataverse()))
        made = drafted("10.7910/DVN/ABC", server)
        asked = server.of("/api/datasets/:persistentId/")[0].target
    assert asked.endswith("?persistentId=doi:10.7910/DVN/ABC")
    assert doubts(made) == []
    manifest = valid(made, tmp_path)
    assert (manifest.title, manifest.version) == ("Spoken Words", "2.1")
    assert manifest.license.expression == "CC0-1.0"
    assert manifest.license.attribution == "Spoken Words by Doe, Ada"
    assert (manifest.files[0].path, manifest.files[0].checksums) == (
        "tables/a.csv",
        {"sha256": SHA},
    )


def test_a_converted_table_and_a_restricted_file_are_not_relied_on() -> None:
    with HttpServer() as server:
        record = dataverse(restricted=True)
        server.put("/d", a_page(record))
        with pytest.raises(RefusedError, match="restricted"):
            drafted(server.url("/d"), server)
        record = dataverse()
        inner = record["data"]["latestVersion"]["files"][0]["dataFile"]
        inner["originalFileFormat"] = "text/csv"
        server.put("/d", a_page(record))
        with pytest.raises(RefusedError, match="converted table"):
            drafted(server.url("/d"), server)


def test_a_doi_without_files_is_refused_with_a_mend() -> None:
    with HttpServer() as server:
        answer = a_page(datacite("https://example.org/landing"))
        server.put("/dois/10.9999%2Fx", answer)
        with pytest.raises(RefusedError) as error:
            drafted("10.9999/x", server)
    assert "names none" in error.value.message
    assert error.value.mend == "name the URL of a file, or give --fetch"


def test_figshare_answers_for_its_articles(tmp_path: Path) -> None:
    article = {
        "title": "Bird Songs",
        "doi": "10.6084/m9.figshare.77.v2",
        "url_public_html": "https://figshare.com/articles/dataset/Bird_Songs/77/2",
        "authors": [{"full_name": "Ada Doe"}],
        "description": "<p>Songs.</p>",
        "license": {
            "name": "CC BY 4.0",
            "url": "https://creativecommons.org/licenses/by/4.0/",
        },
        "files": [
            {"name": "link", "is_link_only": True, "download_url": "https://x.org/"},
            {
                "name": "songs.zip",
                "size": len(DATA),
                "computed_md5": MD5,
                "download_url": "https://ndownloader.figshare.com/files/1",
            },
        ],
    }
    with HttpServer({"/v2/articles/77": a_page(article)}) as server:
        page = "https://figshare.com/articles/dataset/Bird_Songs/77/2"
        made = drafted(page, server)
        manifest = valid(made, tmp_path)
        # The answer came from a service, and not from that page.
        assert manifest.license.claims[0].url == server.url("/v2/articles/77")
        again = drafted("10.6084/m9.figshare.77.v2", server)
    assert doubts(made) == ["files (link): left out: is a link to elsewhere"]
    assert manifest.license.expression == "CC-BY-4.0"
    assert [file.path for file in manifest.files] == ["songs.zip"]
    assert again.draft.manifest == made.draft.manifest


def a_repo(**card: Any) -> dict[str, Any]:
    """Return the Hub's answer with blobs: small files have git's id alone."""
    return {
        "id": "owner/notes",
        "sha": COMMIT,
        "author": "owner",
        "createdAt": "2024-01-02T00:00:00.000Z",
        "cardData": {
            "license": "cc-by-sa-4.0",
            "task_categories": ["audio-classification", "Not Kebab"],
            "language": ["en", "not a tag"],
            "pretty_name": "Notes",
        }
        | card,
        "siblings": [
            {"rfilename": ".gitattributes", "size": 10, "blobId": "1" * 40},
            {
                "rfilename": "data/a b.parquet",
                "size": len(DATA),
                "blobId": "2" * 40,
                "lfs": {"sha256": SHA, "size": len(DATA), "pointerSize": 134},
            },
            {"rfilename": "README.md", "size": len(DATA), "blobId": "3" * 40},
        ],
    }


HUB = "/api/datasets/owner/notes/revision/main"


@pytest.mark.parametrize(
    "word",
    [
        "hf://datasets/owner/notes",
        "hf://datasets/owner/notes@main",
        "https://huggingface.co/datasets/owner/notes",
        "https://huggingface.co/datasets/owner/notes/tree/main/data",
    ],
)
def test_a_hub_repository_is_pinned_to_its_commit(word: str, tmp_path: Path) -> None:
    with HttpServer({HUB: a_page(a_repo())}) as server:
        made = drafted(word, server)
        assert server.of(HUB)[0].target == f"{HUB}?blobs=true"
    manifest = valid(made, tmp_path)
    assert manifest.tasks == ("audio-classification",)
    assert manifest.languages == ("en",)
    first, second = manifest.files
    root = f"hf://datasets/owner/notes@{COMMIT}"
    assert (first.path, first.checksums) == ("data/a b.parquet", {"sha256": SHA})
    assert first.source[0].url == f"{root}/data/a%20b.parquet"
    # Git's id of a small file is no checksum of its bytes.
    assert (second.path, second.checksums) == ("README.md", {})
    assert [line for line in doubts(made) if "README.md" in line]


def test_fetch_reads_the_small_files_of_a_repository(tmp_path: Path) -> None:
    served = f"/datasets/owner/notes/resolve/{COMMIT}/README.md"
    with HttpServer({HUB: a_page(a_repo()), served: DATA}) as server:
        made = drafted("hf://datasets/owner/notes", server, fetch=True)
        assert server.sent() < 3 * len(DATA)  # the large one has its sha256 already
    assert doubts(made) == []
    assert valid(made, tmp_path).files[1].checksums == {"sha256": SHA}


def test_other_terms_and_a_gate_of_the_hub_are_told(tmp_path: Path) -> None:
    own = {"license": "other", "license_name": "notes-license", "license_link": "L"}
    answer = a_repo(**own) | {"gated": "manual"}
    with HttpServer({HUB: a_page(answer)}) as server:
        made = drafted("hf://datasets/owner/notes", server)
    manifest = valid(made, tmp_path)
    assert manifest.license.expression == "NOASSERTION"
    assert manifest.license.claims[0].verified is False
    assert any("license.accept" in line for line in doubts(made))


def test_what_does_not_answer_is_a_source_that_failed() -> None:
    failing = HttpServer(faults={"*": [Status(503)]})
    with failing as server, pytest.raises(SourceError, match="5 times in a row"):
        drafted("10.5281/zenodo.1", server)
    with HttpServer({"/api/records/1": a_page([1, 2])}) as server:
        with pytest.raises(SourceError, match="describes no dataset"):
            drafted("10.5281/zenodo.1", server)
        server.put("/api/records/1", b"<html>")
        with pytest.raises(SourceError, match="is not JSON"):
            drafted("10.5281/zenodo.1", server)


@pytest.mark.parametrize(
    "word",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "https://u:p@example.org/x",
        "s3://b/x",
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(word: str) -> None:
    with pytest.raises(UsageError):
        drafted(word)
