"""What a newcomer may hand over by mistake: a sentence, a mend, a code, no file."""

import os
import sys
from pathlib import Path

import pytest

from lemm_catalog.errors import SourceError
from tests.cli.running import Done, run
from tests.new.drafting import a_page, drafted
from tests.servers.answers import Status
from tests.servers.http import HttpServer
from tests.servers.message import Page

LOGIN = b"<!doctype html><form><input type=password></form>"
PAGES: dict[str, bytes | Page] = {
    "/login.zip": Page(LOGIN, media="text/html"),
    "/bad.json": Page(b"{", media="application/json"),
    "/shut.zip": b"x",
    "/api/records/9": a_page({"message": "PID is not registered"}),
}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def named(source: str, *words: str) -> Done:
    done = run("new", source, "--catalog", "mine", "--allow-private", *words)
    assert not Path("mine").exists()
    assert done.out == ""
    return done


@pytest.mark.parametrize("fetch", [(), ("--fetch",)])
@pytest.mark.parametrize(
    ("path", "told", "mend"),
    [
        ("/none.zip", "has no such file (404)", "open it in a browser"),
        ("/login.zip", "answers with a web page", "name the file, its record"),
        ("/shut.zip", "asks for a login (401)", "name what anybody can fetch"),
        ("/bad.json", "is not JSON: ", ""),
    ],
)
def test_a_url_that_gives_no_file(
    path: str, told: str, mend: str, fetch: tuple[str, ...]
) -> None:
    with HttpServer(PAGES, {"/shut.zip": [Status(401)]}) as server:
        done = named(server.url(path), *fetch)
    assert (done.code, told in done.err, mend in done.err) == (3, True, True)


@pytest.mark.parametrize(
    "word",
    [
        "10.5281/zenodo.77",
        "10.1234/unknown",
        "10.6084/m9.figshare.3",
        "hf://datasets/a/b",
    ],
)
def test_what_no_service_knows_is_told_by_its_own_name(word: str) -> None:
    with HttpServer(PAGES) as server, pytest.raises(SourceError) as error:
        drafted(word, server)
    assert error.value.message == f"{word}: 127.0.0.1 knows nothing of it (404)"
    assert "spelled right and public" in (error.value.mend or "")


def test_a_repository_that_the_hub_hides_is_told_so() -> None:
    path = "/api/datasets/a/b/revision/main"
    hiding = HttpServer({path: b"x"}, {path: [Status(401)]})
    with hiding as server, pytest.raises(SourceError) as error:
        drafted("hf://datasets/a/b", server)
    assert "private, gated, or not there" in (error.value.mend or "")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "SOURCE is empty"),
        (" ", "SOURCE is empty"),
        ("example.org/notes.zip", "a URL begins with https://"),
        ("doi:", "there is no file or folder"),
        ("hf://", "cannot be asked"),
    ],
)
def test_what_is_no_source_is_wrong_usage(source: str, told: str) -> None:
    done = named(source)
    assert (done.code, told in done.err) == (2, True)


def test_an_empty_folder_has_a_mend_of_its_own() -> None:
    Path("empty").mkdir()
    done = named("empty")
    assert (done.code, "put a file there" in done.err) == (1, True)


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_folder_of_odd_names_is_described_as_far_as_they_can_be() -> None:
    folder = Path("odd")
    folder.mkdir()
    for name in ("a b.wav", "A.wav", "a.wav", "CON.wav", "x:y.wav", "new\nline.wav"):
        (folder / name).write_bytes(name.encode())
    (folder / os.fsdecode(b"bad\xff.wav")).write_bytes(b"x")
    done = run("new", folder, "--catalog", "mine")
    assert done.code == 1
    assert "left out: its name is no text in UTF-8: rename it" in done.err
    assert run("validate", "mine/datasets/odd.yaml").code == 0
    text = Path("mine/datasets/odd.yaml").read_text("utf-8")
    assert "path: a b.wav\n" in text
    assert "bad" not in text.partition("x-todo")[0]


def test_nothing_is_asked_where_a_manifest_is_in_the_way() -> None:
    path = Path("mine/datasets/notes.yaml")
    path.parent.mkdir(parents=True)
    path.write_text("mine\n", encoding="utf-8")
    with HttpServer({"/a.bin": b"x"}) as server:
        words = (server.url("/a.bin"), "--allow-private", "--fetch", "--id", "notes")
        done = run("new", *words, "--catalog", "mine")
        assert (done.code, server.requests) == (2, [])
        done = run("new", *words, "--out", "mine")
        assert (done.code, "mine is a folder" in done.err) == (2, True)
    assert path.read_text("utf-8") == "mine\n"
