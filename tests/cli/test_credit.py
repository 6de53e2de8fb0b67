"""``attribution`` and ``cite``: of a selection, of what is here, and of nothing."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pybtex.database import parse_string

from tests.cli.running import Done, a_plain_file, run, write_manifest

BY = {"expression": "CC-BY-4.0", "attribution": "Notes by A. Author"}
PAPER = "@article{paper, title = {A Paper}, year = 2020}\n"


def put(name: str, **keys: Any) -> None:
    Path("mine/datasets").mkdir(parents=True, exist_ok=True)
    Path("mine/datasets/x.bin").write_bytes(b"x")
    file = a_plain_file("x.bin", b"x", "x.bin")
    write_manifest(Path("mine"), name, **{"license": BY, "files": [file]} | keys)


def mine(*words: str) -> Done:
    return run(*words, "--catalog", "mine")


def bibtex(text: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(parse_string(text, "bibtex").entries)
    return found


def test_every_dataset_of_the_catalog_has_the_credit_its_license_asks_for() -> None:
    every = run("list", "--json").json["datasets"]
    excluded = [one["id"] for one in every if one["status"] == "excluded"]
    done = run("attribution", "*", *excluded)
    assert (done.code, done.err) == (0, "")
    assert "LibriTTS by Zen et al. (Google), CC BY 4.0" in done.out
    assert "[CC-BY-4.0](https://creativecommons.org/licenses/by/4.0/)" in done.out
    assert done.out.count("\n## ") == len(every)


def test_what_is_excluded_is_credited_only_where_it_is_named() -> None:
    assert "MAESTRO" not in run("attribution").out
    assert "MAESTRO" in run("attribution", "maestro").out
    assert "hawthorne" in run("cite", "maestro").out
    done = run("attribution", "maestroo")
    assert (done.code, done.out) == (2, "")
    assert "did you mean maestro" in done.err


def test_a_page_is_written_to_a_file() -> None:
    done = run("attribution", "nsynth", "--format", "html", "--out", "out/c.html")
    assert (done.code, done.out) == (0, "")
    root = ElementTree.fromstring(Path("out/c.html").read_text("utf-8"))
    links = [
        one.get("href") for one in root.iter("a") if "license" in one.get("rel", "")
    ]
    assert links == ["https://creativecommons.org/licenses/by/4.0/"]


def test_a_line_that_is_due_and_missing_is_a_finding() -> None:
    # A catalog with this does not load; a receipt outlives its manifest.
    put("old")
    put("other", license="CC0-1.0")
    mine("pull", "old", "other")
    Path("mine/datasets/old.yaml").unlink()
    done = mine("attribution", "--pulled")
    assert done.code == 1
    assert done.err == "error: old: the catalog no longer knows whom to credit\n"
    assert "MISSING" in done.out
    data = mine("attribution", "--pulled", "--json")
    assert (data.code, data.json["missing"][0]["dataset"]) == (1, "old")
    assert mine("attribution", "other", "--pulled").code == 0


def test_pulled_credits_just_what_is_here() -> None:
    files = [
        a_plain_file(f"{name}.bin", b"x", "x.bin") | {"part": name} for name in "ab"
    ]
    parts = {"a": {"title": "Part A"}, "b": {"license": "CC0-1.0"}}
    put("notes", version="3", files=files, parts=parts)
    put("other")
    assert mine("pull", "notes/a").code == 0
    (found,) = mine("attribution", "--pulled", "--json").json["datasets"]
    assert (found["id"], found["version"]) == ("notes", "3")
    assert found["pulled"][:2] == "20"
    assert [part["expression"] for part in found["parts"]] == ["CC-BY-4.0"]
    assert "Only these parts are taken: Part A." in found["changes"]
    assert mine("pull", "notes").code == 0
    (whole,) = mine("attribution", "--pulled", "--json").json["datasets"]
    assert [part["parts"] for part in whole["parts"]] == [["a"], ["b"]]
    (one,) = mine("attribution", "notes/b", "--pulled", "--json").json["datasets"]
    assert [part["expression"] for part in one["parts"]] == ["CC0-1.0"]


def test_terms_that_were_agreed_to_are_told() -> None:
    accept = {"terms": "For research only.", "url": "https://e.org/terms"}
    put("notes", license=BY | {"accept": accept})
    mine("pull", "notes", "--accept", "notes")
    line = "to: For research only. <https://e.org/terms>"
    assert line in mine("attribution", "--pulled").out


@pytest.mark.parametrize("form", ["markdown", "html", "text"])
def test_with_nothing_here_the_file_says_so_and_that_is_no_failure(form: str) -> None:
    done = run("attribution", "--pulled", "--format", form)
    assert (done.code, done.err) == (0, "nothing of it is in datasets\n")
    assert "There are no datasets here" in done.out
    assert not Path("datasets").exists()


def test_two_formats_are_one_too_many() -> None:
    done = run("attribution", "sample", "--json", "--format", "html")
    assert (done.code, done.out) == (2, "")
    assert "two formats" in done.err


def test_cite_gives_each_paper_once() -> None:
    found = bibtex(run("cite", "fma-small", "fma-large", "nsynth").out)
    assert len(found) == 2
    (shared,) = (
        one
        for one in run("cite", "fma-*", "--json").json["citations"]
        if one["key"] == "fma_dataset"
    )
    assert shared["datasets"] == ["fma-large", "fma-small"]


def test_the_whole_catalog_is_one_file_that_another_reader_takes() -> None:
    done = run("cite", "--out", "all.bib")
    assert (done.code, done.out, done.err) == (0, "", "")
    keys = [one["key"] for one in run("cite", "--json").json["citations"]]
    assert list(bibtex(Path("all.bib").read_text("utf-8"))) == keys


def test_a_dataset_without_a_citation_is_cited_by_what_is_known() -> None:
    put("notes", version="2_1", homepage="https://e.org/", title="A & {B")
    (entry,) = bibtex(mine("cite", "notes").out).values()
    assert entry.type == "misc"
    assert dict(entry.fields) == {
        "title": r"{A \& \textbraceleft{}B}",
        "version": r"2\_1",
        "url": "https://e.org/",
        "note": "Notes by A. Author. License: CC-BY-4.0",
    }
    mine("pull", "notes")
    (pulled,) = bibtex(mine("cite", "--pulled").out).values()
    receipt = json.loads(Path("datasets/.lemm/receipts/notes.json").read_text("utf-8"))
    assert pulled.fields["urldate"] == receipt["completed"][:10]


def test_keys_of_different_papers_stay_apart() -> None:
    put("a", citation=PAPER)
    put("b", citation=PAPER.replace("A Paper", "Another"))
    put("c", citation=PAPER)
    assert list(bibtex(mine("cite").out)) == ["paper", "paper-b"]
    assert mine("cite").out == mine("cite").out


def test_with_nothing_here_there_is_nothing_to_cite() -> None:
    done = run("cite", "--pulled", "--out", "none.bib")
    assert (done.code, done.out) == (0, "")
    assert done.err == "nothing of it is in datasets\n"
    assert Path("none.bib").read_bytes() == b""


def test_what_the_catalog_no_longer_knows_is_cited_by_its_receipt() -> None:
    put("old", version="1")
    put("other")
    mine("pull", "old")
    Path("mine/datasets/old.yaml").unlink()
    (entry,) = bibtex(mine("cite", "--pulled").out).values()
    assert dict(entry.fields) == {
        "title": "{Example Notes}",
        "version": "1",
        "note": "License: CC-BY-4.0",
    }


def test_a_citation_that_no_program_reads_is_a_problem_of_its_manifest() -> None:
    put("notes", citation="@misc{notes, title = {Notes}")
    done = mine("validate")
    assert done.code == 1
    assert "citation: is no well-formed BibTeX: notes ends where a comma" in done.out
    assert "[bad-citation]" in done.out
