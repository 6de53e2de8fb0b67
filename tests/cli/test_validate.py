"""``validate``: four formats of the same problems."""

import os
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.problems import Problem
from lemm_catalog.render.findings.table import FORMATS
from tests.cli.running import run, write_manifest


@pytest.fixture
def wrong() -> Path:
    """A manifest with two errors."""
    path = write_manifest(Path("mine"), "notes", priority=9)
    path.write_text(path.read_text("utf-8") + "colour: red\n", encoding="utf-8")
    return path


def test_text_has_a_line_a_problem_and_a_count(wrong: Path) -> None:
    done = run("validate", "mine")
    lines = done.out.splitlines()
    assert (done.code, done.err, len(lines)) == (1, "", 3)
    assert all(line.startswith(f"{wrong}:") for line in lines[:2])
    assert lines[2].endswith(": 2 errors")


def test_files_folders_and_catalogs_may_be_named(wrong: Path) -> None:
    paths = (wrong, wrong.parent, "mine")
    problems = [run("validate", path).out.splitlines()[:-1] for path in paths]
    assert problems[0] == problems[1] == problems[2]


def test_the_builtin_catalog_has_no_errors() -> None:
    done = run("validate")
    assert (done.code, ": 0 errors" in done.out) == (0, True)


def test_json_is_the_same_by_both_options(wrong: Path) -> None:
    by_format = run("validate", "mine", "--format", "json")
    assert by_format.json == run("validate", "mine", "--json").json
    assert {p["severity"] for p in by_format.json["problems"]} == {"error"}


def test_github_shows_each_problem_at_its_place(wrong: Path) -> None:
    done = run("validate", "mine", "--format", "github")
    lines = done.out.splitlines()
    assert (done.code, len(lines)) == (1, 2)
    assert lines[0].startswith(f"::error file={wrong.as_posix()},line=")


def test_github_says_nothing_where_nothing_is_wrong() -> None:
    write_manifest(Path("mine"), "notes")
    done = run("validate", "mine", "--format", "github")
    assert (done.code, done.out) == (0, "")


def test_places_below_the_working_folder_are_named_from_there(wrong: Path) -> None:
    assert run("validate", Path("mine").absolute()).out == run("validate", "mine").out


def test_sarif_has_what_code_scanning_asks_for(wrong: Path) -> None:
    log = run("validate", "mine", "--format", "sarif").json
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    [only] = log["runs"]
    assert only["tool"]["driver"]["name"] == "lemm-catalog"
    rules = {rule["id"] for rule in only["tool"]["driver"]["rules"]}
    assert len(only["results"]) == 2
    for result in only["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in {"error", "warning"}
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == wrong.as_posix()
        assert place["region"]["startLine"] >= 1


def rendered(form: str, **keys: Any) -> str:
    problem = Problem(**({"path": "a.yaml", "code": "c", "message": "m"} | keys))
    return FORMATS[form]([problem], 1)


def test_github_escapes_what_would_end_the_command() -> None:
    text = rendered("github", path="a,b:c%.yaml", message="1\n::error::2\r%", line=3)
    assert text == (
        "::error file=a%2Cb%3Ac%25.yaml,line=3,title=c::1%0A::error::2%0D%25"
    )


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("my notes/ü.yaml", "my%20notes/%C3%BC.yaml"),
        ("/etc/a.yaml", "file:///etc/a.yaml"),
        ("C:\\x\\a.yaml", "file:///C%3A/x/a.yaml"),
    ],
)
def test_sarif_names_files_by_uri(path: str, uri: str) -> None:
    assert f'"uri": "{uri}"' in rendered("sarif", path=path)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_no_format_lets_a_terminal_obey(form: str) -> None:
    name = "\x1b[31m\u202e\x7f.yaml" if os.name != "nt" else "\u202e.yaml"
    Path(name).write_text("nonsense: \x1b]0;title\x07", encoding="utf-8")
    out = run("validate", name, "--format", form).out
    assert out
    assert not set(out) & set("\x1b\x07\x7f\u202e")
