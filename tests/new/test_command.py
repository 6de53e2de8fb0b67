"""``new``: where it writes, what it asks, and the code it ends with."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.running import run, spawn
from tests.new.drafting import a_page
from tests.new.test_documents import MD5, a_dataset, a_file
from tests.servers.answers import HtmlPage, NoRanges, Status
from tests.servers.faults import Chunked, Drop, Unsized
from tests.servers.http import HttpServer

DATA = bytes(range(256)) * 4096
SHA = hashlib.sha256(DATA).hexdigest()
PAGES = {"/my%20notes.tar.gz": DATA}
FROM_URL = ("--allow-private", "--fetch")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def a_document(**keys: object) -> Path:
    path = Path("croissant.json")
    path.write_text(json.dumps(a_dataset(a_file(**keys))), encoding="utf-8")
    return path


def is_valid(path: Path | str) -> bool:
    done = run("validate", path, "--json")
    return done.code == 0


def test_a_draft_goes_to_stdout_and_what_to_look_at_to_stderr() -> None:
    done = run("new", a_document(), "--offline")
    guess = "phase: music is a guess, by its words; --phase sets it"
    assert (done.code, done.err.count(guess)) == (0, 1)
    Path("example-notes.yaml").write_text(done.out, encoding="utf-8")
    assert is_valid("example-notes.yaml")
    assert done.out.count("# yaml-language-server: $schema=") == 1
    assert run("new", a_document(), "--offline", "-q").err == ""


@pytest.mark.parametrize(
    "faults", [[], [NoRanges()], [Chunked()], [Unsized()], [Status(503, times=1)]]
)
def test_a_url_is_read_once_whatever_its_server_can(faults: list[object]) -> None:
    scripted = {"*": faults}
    with HttpServer(PAGES, scripted) as server:  # type: ignore[arg-type]
        url = server.url("/my notes.tar.gz")
        done = run("new", url, *FROM_URL, "--id", "notes", "--phase", "minimal")
        assert server.sent() < 2.5 * len(DATA)
    # Nobody says what the license is.
    assert (done.code, "license: the source names none" in done.err) == (1, True)
    Path("notes.yaml").write_text(done.out, encoding="utf-8")
    assert is_valid("notes.yaml")
    assert f'sha256: "{SHA}"' in done.out
    assert f"size: {len(DATA)}\n" in done.out
    assert "phase: minimal\n" in done.out
    assert "path: my notes.tar.gz\n" in done.out
    assert "id: notes\n" in done.out
    assert "fetching" in done.err


def test_a_body_that_breaks_off_is_tried_again_from_its_start() -> None:
    with HttpServer(PAGES, {"*": [Drop(at=5000, after=1, times=2)]}) as server:
        done = run("new", server.url("/my notes.tar.gz"), *FROM_URL)
    assert (done.code, f'sha256: "{SHA}"' in done.out) == (1, True)


def test_without_fetch_nothing_is_read_and_nothing_is_pretended() -> None:
    large = bytes(32 * len(DATA))
    with HttpServer({"/notes.tar.gz": large}, send_buffer=65_536) as server:
        done = run("new", server.url("/notes.tar.gz"), "--allow-private")
        assert server.sent() < len(large) / 2
    assert (done.code, done.out) == (1, "")
    assert "no strong checksum is known: --fetch" in done.err


def test_a_web_page_is_no_file() -> None:
    with HttpServer(PAGES, {"*": [HtmlPage()]}) as server:
        done = run("new", server.url("/my notes.tar.gz"), "--allow-private")
    assert (done.code, done.out) == (3, "")
    assert "answers with a web page" in done.err


def test_a_folder_is_described_from_its_bytes() -> None:
    home = Path("catalog/datasets")
    (home / "voices/a b").mkdir(parents=True)
    (home / "voices/a b/1.wav").write_bytes(DATA)
    (home / "voices/.hidden").write_bytes(b"x")
    done = run("new", home / "voices", "--catalog", "catalog")
    assert (done.code, done.out) == (1, "")
    text = (home / "voices.yaml").read_text("utf-8")
    assert "source: voices/a b/1.wav\n" in text
    assert "media: [audio/wav]" in text
    assert is_valid("catalog")
    pulled = run("pull", "voices", "--catalog", "catalog", "-q")
    assert (pulled.code, Path("datasets/voices/a b/1.wav").read_bytes()) == (0, DATA)
    # Elsewhere, the files can only be brought by hand.
    elsewhere = run("new", home / "voices").out
    assert "manual: " in elsewhere
    assert SHA in elsewhere


def test_nothing_is_written_over_unless_forced() -> None:
    document = a_document()
    words = ("new", document, "--offline", "--catalog", "mine")
    path = Path("mine/datasets/example-notes.yaml")
    assert run(*words).code == 0
    path.write_text("mine\n", encoding="utf-8")
    refused = run(*words)
    assert (refused.code, path.read_text("utf-8")) == (2, "mine\n")
    assert "--force" in refused.err
    assert (run(*words, "--force").code, is_valid("mine")) == (0, True)
    out = Path("deep/down/my-notes.yaml")
    assert run("new", document, "--offline", "--out", out).code == 0
    assert "id: my-notes\n" in out.read_text("utf-8")
    assert run("new", document, "--offline", "--out", out).code == 2
    assert is_valid(out)


def test_a_catalog_of_the_environment_is_not_written_into() -> None:
    Path("mine/datasets").mkdir(parents=True)
    done = run("new", a_document(), "--offline", env={"LEMM_CATALOG": "mine"})
    assert (done.code, "id: example-notes" in done.out) == (0, True)
    assert list(Path("mine/datasets").iterdir()) == []


def test_json_has_the_manifest_and_each_remark() -> None:
    done = run("new", a_document(sha256="PLACEHOLDER"), "--offline", "--json")
    assert (done.code, done.json["schema"]) == (1, "lemm-catalog/new@1")
    assert done.json["manifest"]["id"] == done.json["id"] == "example-notes"
    gravities = {one["gravity"] for one in done.json["remarks"]}
    assert (gravities, done.json["path"]) == ({"judge", "doubt"}, None)
    assert {one["severity"] for one in done.json["warnings"]} == {"warning"}


def test_the_gravest_remark_is_the_code() -> None:
    codes = []
    with HttpServer({"/a": b"x"}) as server:
        good = a_file(**{"@id": "b"}, name="b.csv", contentUrl="https://x.org/b.csv")
        for sha in (SHA, "PLACEHOLDER"):
            lying = a_file(contentUrl=server.url("/a"), contentSize="1 B", md5=MD5)
            path = Path("croissant.json")
            document = a_dataset(lying | {"sha256": sha}, good)
            path.write_text(json.dumps(document), encoding="utf-8")
            codes.append(run("new", path, *FROM_URL).code)
    # What is stated whole is not asked for; what is fetched must be what is stated.
    assert codes == [0, 3]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["x" * 5000], "there is no file or folder"),
        (["nul\0"], "there is no file or folder"),
        (["nowhere"], "there is no file or folder 'nowhere'"),
        (["ftp://example.org/x"], "ftp: cannot be described"),
        (["https://exa mple.org/x"], "cannot be asked"),
        (["https://u:secret@example.org/x"], "credentials"),
        (["10.5281/zenodo.1", "--offline"], "cannot be asked with --offline"),
        (["x", "--id", "Not An Id"], "is no id"),
        (["x", "--phase", "largest"], "is no phase of this catalog"),
        ([], "SOURCE"),
        (["a", "b"], "b"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(words: list[str], told: str) -> None:
    done = run("new", *words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert "secret" not in done.err


def test_a_secret_in_a_document_s_address_is_shown_nowhere() -> None:
    with_login = a_file(contentUrl="https://user:hidden@example.org/a.csv")
    signed = a_file(contentUrl="https://example.org/a?token=hidden")
    good = a_file(contentUrl="https://example.org/good.csv")
    path = Path("croissant.json")
    path.write_text(json.dumps(a_dataset(with_login, signed, good)), encoding="utf-8")
    done = run("new", path, "--offline")
    assert (done.code, "hidden" in done.out + done.err) == (1, False)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "null", '{"a": 1}', '"x"', "\x00", '{"resources": 5}']
)
def test_a_json_that_is_no_document_is_described_or_refused(text: str) -> None:
    path = Path("some.json")
    path.write_text(text, encoding="utf-8")
    done = run("new", path)
    assert done.code in {1, 2}
    assert "Traceback" not in done.err


def test_a_document_from_elsewhere_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemm_catalog.harvest.asking.MOST_DOCUMENT", 1000)
    large = a_page(a_dataset(description="x" * 2000))
    with HttpServer({"/c.json": large, "/api/records/1": large}) as server:
        # Too large for a document, it is a file like any other.
        done = run("new", server.url("/c.json"), *FROM_URL)
        assert (done.code, "path: c.json" in done.out) == (1, True)
        done = run("new", server.url("/c.json"), *FROM_URL, "-q")
        assert done.code == 1


def test_a_process_of_its_own_answers_the_same() -> None:
    document = a_document()
    ours, other = run("new", document, "--offline"), spawn("new", document, "--offline")
    assert (other.code, other.out) == (ours.code, ours.out)
