"""What is selected, where it is written, and what is said of what is left out."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.builders import COMMIT
from tests.cli.running import a_plain_file, run
from tests.export.catalogs import exported, put

FORMS = ("croissant", "datapackage", "aria2", "metalink", "urls")
ALL = pytest.mark.parametrize("form", FORMS)
HUB = f"hf://datasets/owner/name@{COMMIT}/a%20b/x.bin"
RESOLVED = f"https://huggingface.co/datasets/owner/name/resolve/{COMMIT}/a%20b/x.bin"


def a_file(path: str = "x.bin", source: Any = "https://e.org/x.bin") -> dict[str, Any]:
    return {**a_plain_file(path, b"x", "https://e.org/x"), "source": source}


@ALL
def test_a_file_of_the_hub_has_the_url_that_every_program_knows(form: str) -> None:
    put("notes", a_file(source=HUB))
    done = exported(form, "notes")
    assert (done.code, RESOLVED in done.out, "hf://" in done.out) == (0, True, False)


@ALL
def test_a_token_is_named_and_never_written(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "hunter2")
    put("notes", a_file(source={"url": "https://e.org/x", "token_env": "MY_TOKEN"}))
    done = exported(form, "notes")
    assert done.code == 0
    assert "hunter2" not in done.out + done.err
    assert "notes/x.bin: e.org wants a token, which MY_TOKEN has" in done.err
    assert ("MY_TOKEN" in done.out) == (form != "urls")


@ALL
def test_what_comes_by_hand_is_told_in_words(form: str) -> None:
    source = {"manual": "Fill in the form.", "url": "https://e.org/form"}
    put("notes", a_file("y.bin", source=source), a_file())
    done = exported(form, "notes")
    assert done.code == 0
    told = "notes/y.bin comes by hand: Fill in the form. (https://e.org/form)\n"
    assert done.err == told
    assert ("Fill in the form." in done.out) == (form not in {"metalink", "urls"})
    for line in done.out.splitlines():
        assert not line.startswith("https://e.org/form")


@ALL
def test_what_is_not_pinned_is_left_out_and_named(form: str) -> None:
    put("notes", a_file("y.bin") | {"size": {"about": "1 GB"}}, a_file())
    done = exported(form, "notes")
    assert (done.code, "y.bin" in done.out, "x.bin" in done.out) == (1, False, True)
    assert done.err == ("error: notes/y.bin is left out: its exact size is not known\n")


@pytest.mark.parametrize("form", ["aria2", "metalink", "urls"])
def test_a_file_beside_its_manifest_has_no_url(form: str) -> None:
    put("notes", a_file(source="x.bin"))
    Path("mine/datasets/x.bin").write_bytes(b"x")
    done = exported(form, "notes")
    assert (done.code, "where no URL leads" in done.err) == (1, True)


@ALL
def test_terms_that_ask_for_consent_are_told(form: str) -> None:
    accept = {"terms": "Do not sing along.", "url": "https://e.org/terms"}
    put("notes", a_file(), license={"expression": "CC0-1.0", "accept": accept})
    done = exported(form, "notes")
    terms = "Do not sing along. (https://e.org/terms)"
    told = f"notes is for those only who agree: {terms}\n"
    assert (done.code, done.err) == (0, told)
    assert (terms in done.out) == (form not in {"metalink", "urls"})


def test_a_name_that_stdout_would_change_is_written_to_files_only() -> None:
    name = "\U0001f469\u200d\U0001f3a4.bin"
    put("notes", a_file(name))
    for form in ("aria2", "metalink"):
        done = exported(form, "notes")
        assert (done.code, done.out) == (2, "")
        assert "with --out FILE" in done.err
        assert exported(form, "notes", "--out", "list").code == 0
        assert name in Path("list").read_text("utf-8")


def test_no_file_is_written_where_there_is_nothing_to_say() -> None:
    put("notes", a_file() | {"checksums": {"sha1": "0" * 40}})
    done = exported("croissant", "notes", "--out", "c.json")
    assert (done.code, Path("c.json").exists()) == (1, False)
    assert "only its sha1 is known, and Croissant has none of that" in done.err


@pytest.mark.parametrize("form", ["croissant", "datapackage"])
def test_a_dataset_all_by_hand_has_no_document(form: str) -> None:
    put("notes", a_file(source={"manual": "Ask the author."}))
    done = exported(form, "notes", "--out", "out")
    assert (done.code, Path("out").exists()) == (1, False)
    assert "error: notes is left out: it comes by hand alone" in done.err


def test_a_document_per_dataset_wants_a_folder() -> None:
    put("one", a_file())
    put("two", a_file())
    done = exported("croissant")
    assert (done.code, done.out) == (2, "")
    assert "these are 2" in done.err
    assert exported("croissant", "--out", "both.json").code == 2
    assert exported("croissant", "--out", "both").code == 0
    assert exported("datapackage", "--out", "both").code == 0
    written = sorted(path.as_posix() for path in Path("both").rglob("*.json"))
    names = ("croissant.json", "datapackage.json")
    assert written == [f"both/{one}/{name}" for one in ("one", "two") for name in names]
    assert exported("croissant", "one", "--out", "both").code == 0


def test_json_has_all_documents_and_what_is_left_out() -> None:
    put("one", a_file())
    put("two", a_file() | {"size": {"about": "1 GB"}})
    done = exported("croissant", "--json")
    assert done.code == 1
    found = done.json
    assert (found["schema"], found["format"]) == ("lemm-catalog/export@1", "croissant")
    assert [one["name"] for one in found["documents"]] == ["one/croissant.json"]
    assert [one["dataset"] for one in found["left_out"]] == ["two"]
    (single,) = exported("urls", "one", "--json").json["documents"]
    assert single["text"] == exported("urls", "one").out.removesuffix("\n")


def test_urls_are_one_on_a_line_or_a_table() -> None:
    several = ["https://e.org/x?a=1", "https://f.org/x", "s3://bucket/x"]
    put("notes", a_file(source=several), a_file("a b.bin", HUB))
    assert exported("urls", "notes").out == f"{several[0]}\n{RESOLVED}\n"
    table = exported("urls", "notes", "--tsv").out.splitlines()
    first, second = csv.DictReader(table, delimiter="\t")
    assert first["url"] == several[0]
    assert first["mirrors"].split(" ") == several[1:]
    assert (second["path"], second["size"]) == ("notes/a b.bin", "1")
    assert second["digest"].startswith("sha256:")


def test_the_best_digest_of_a_format_comes_first() -> None:
    sums = {"blake2b": "0" * 128, "md5": "0" * 32, "sha256": "1" * 64}
    put("notes", a_file() | {"checksums": sums})
    assert f"checksum=sha-256={'1' * 64}" in exported("aria2", "notes").out
    assert f"sha256:{'1' * 64}" in exported("urls", "notes", "--tsv").out


def test_what_cannot_stand_in_a_url_is_quoted() -> None:
    put("notes", {"path": "data/", "source": "https://e.org/data"})
    path = Path("mine/locks/notes.json")
    path.parent.mkdir()
    path.write_text(
        '{"schema": "lemm-catalog/lock@1", "id": "notes", "locked": '
        '"2026-11-22T13:00:00Z", "files": {"data/": [{"path": "data/ü x.bin", '
        f'"size": 1, "checksums": {{"sha256": "{"0" * 64}"}}}}]}}}}',
        encoding="utf-8",
    )
    assert exported("urls", "notes").out == "https://e.org/data/%C3%BC%20x.bin\n"


def test_wrong_usage_is_told() -> None:
    put("notes", a_file())
    done = exported("croisant", "notes")
    assert (done.code, "known: croissant, datapackage" in done.err) == (2, True)
    assert exported("aria2", "notes", "--tsv").code == 2
    assert exported("aria2", "nothing").code == 2


def test_what_is_excluded_has_to_be_named_and_can_be_left_out() -> None:
    assert "maestro" not in run("export", "urls").out
    assert "maestro-v3.0.0.zip" in run("export", "urls", "maestro").out
    everything = run("export", "urls", "*", "--exclude", "nsynth").out
    assert "ljspeech" in everything.lower()
    assert "nsynth" not in everything


@ALL
def test_every_run_writes_the_same(form: str) -> None:
    run("export", form, "balanced", "--out", "first")
    run("export", form, "balanced", "--out", "second")
    first, second = (
        [p.read_bytes() for p in sorted(Path(root).rglob("*.json"))]
        if Path(root).is_dir()
        else [Path(root).read_bytes()]
        for root in ("first", "second")
    )
    assert first == second
    assert first
