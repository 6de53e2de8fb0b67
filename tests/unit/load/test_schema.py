"""Sentences about wrong values: the true fault, its place, and the mend."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.load.check import check
from lemm_catalog.load.document import read_yaml
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.problems import Problem
from tests.builders import a_file, manifest_data
from tests.unit.load.writing import written


def problems(folder: Path, **keys: Any) -> list[Problem]:
    return found_in(folder, json.dumps(manifest_data(**keys), indent=1))


def found_in(folder: Path, text: str) -> list[Problem]:
    value, found = check(read_yaml(written(folder, text)), "manifest", Manifest)
    assert (value is None) == bool(found)
    return list(found)


def told(problem: Problem) -> str:
    return f"{problem.code} {problem.key}: {problem.message} ({problem.hint})"


FILE = "files[0]"
SET = "a path that ends in / is a set of files, which has none of its own"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"titel": "x"}, "unknown-key titel: 'titel' is not a key here (did you mean "
            "'title'?)"),
        ({"lisence": "x"}, "unknown-key lisence: 'lisence' is not a key here (did you "
            "mean 'license'?)"),
        ({"title": None}, "missing-key title: 'title' is missing (for example "
            '"Example Notes")'),
        ({"version": 2.1}, "wrong-type version: must be text, not the number 2.1 "
            '(write "2.1", in quotes)'),
        ({"priority": 7}, "wrong-value priority: must be at most 5, not the number 7 "
            "(for example 5)"),
        ({"priority": True}, "wrong-type priority: must be a whole number, not the "
            "truth value true ()"),
        ({"priority": "5"}, "wrong-type priority: must be a whole number, not '5' "
            "(write plain digits, without quotes, units or separators)"),
        ({"license": 4}, "wrong-type license: must be a mapping or text, not the "
            'number 4 (write "4", in quotes)'),
        ({"license": {}}, "missing-key license.expression: 'expression' is missing "
            '(for example "CC-BY-4.0")'),
        ({"tasks": []}, 'wrong-value tasks: must not be empty (for example '
            '["music-synthesis"])'),
        ({"title": "a\x1b[0m"}, r"wrong-value title: 'a\x1b[0m' is not text on one "
            'line, without control characters ()'),
        ({"files": [a_file(size="2 GB")]}, f"wrong-type {FILE}.size: must be a whole "
            "number or a mapping, not '2 GB' (write plain digits, without quotes, "
            "units or separators)"),
        ({"files": [a_file(source=12)]}, f"wrong-type {FILE}.source: must be a mapping,"
            ' text or a list, not the number 12 (write "12", in quotes)'),
        ({"files": [a_file(source={"ulr": "https://a.example/"})]},
            f"missing-key {FILE}.source.url: 'url' is missing (for example "
            '"https://example.org/notes.tar.gz")'),
        ({"files": [a_file(path="data/")]}, f"wrong-value {FILE}.size: does not go "
            f"with the other keys here ({SET})"),
        ({"files": [a_file(include=["*"])]}, f"wrong-value {FILE}.include: does not go "
            "with the other keys here (it chooses among the files of a folder: a path "
            "that ends in /)"),
        ({"files": [a_file(path="../x")]}, f"wrong-value {FILE}.path: '../x' is not a "
            "path that stays below its folder (no '.' or '..') ()"),
        ({"files": [a_file(checksums={"sha256": "ab"})]},
            f"wrong-value {FILE}.checksums.sha256: 'ab' is not 64 lower-case "
            "hexadecimal digits (for example "
            '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")'),
        ({"files": [a_file(path="x" * 1001)]}, f"wrong-value {FILE}.path: is 1001 "
            "characters long; at most 1000 fit ()"),
        ({"schema_version": 2}, "wrong-value schema_version: must be 1, not the number "
            "2 (for example 1)"),
        ({"status": {"state": "gone"}}, "wrong-value status.state: 'gone' is not one "
            'of active, excluded, deprecated, withdrawn (for example "excluded")'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_in_a_whole_sentence(
    keys: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    assert expected in map(told, problems(tmp_path, **keys))


def test_text_in_the_place_of_a_list_is_shown_as_one(tmp_path: Path) -> None:
    text = json.dumps(manifest_data()).replace('["music-synthesis"]', "speech")
    (problem,) = found_in(tmp_path, text)
    assert (problem.message, problem.hint) == (
        "must be a list, not 'speech'",
        "write [speech]",
    )


def test_every_unknown_key_is_a_problem_of_its_own_at_its_place(tmp_path: Path) -> None:
    data = {"file": 1, "prio": 2, "x-mine": 3, "license": "CC0-1.0"}
    found = problems(tmp_path, **data)
    assert [problem.key for problem in found] == ["file", "prio"]
    assert [problem.line for problem in found] == [27, 28]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, priority=9, title=3, files=[a_file(path="/x", size=-1)])
    keys = {problem.key for problem in found}
    assert keys == {"priority", "title", "files[0].path", "files[0].size"}


def test_a_password_in_a_url_is_not_repeated(tmp_path: Path) -> None:
    url = "https://me:hunter2@example.org/x"
    (problem,) = problems(tmp_path, files=[a_file(source=url)])
    assert problem.message == (
        "'https://...@example.org/x' is not a URL without credentials (use token_env)"
    )


@pytest.mark.parametrize(
    "url", ["https://me:pw@example.org/x?sig=hunter2", "https://a.org/x y?hunter2#z"]
)
def test_a_query_which_may_be_a_signature_is_not_repeated(
    url: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, files=[a_file(source=url)])
    assert "hunter2" not in f"{problem.message} {problem.hint}"
    assert "?..." in problem.message


def test_what_only_the_model_sees_has_its_place_too(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, files=[a_file(path="é" * 200)])
    expected = ("files[0].path", "a name is longer than 255 bytes")
    assert expected == (problem.key, problem.message)


@pytest.mark.parametrize(
    "text", ["." * 400_000 + "b", "a. " * 150_000, "/" * 450_000, "a:" * 200_000]
)
def test_a_hostile_text_costs_no_time(text: str, tmp_path: Path) -> None:
    start = time.process_time()
    assert problems(tmp_path, files=[a_file(path=text, source=text)])
    assert time.process_time() - start < 2


def test_a_thousand_faults_cost_no_time(tmp_path: Path) -> None:
    files = [a_file(path=f"/{index}", size=-1, sorce=1) for index in range(1000)]
    start = time.process_time()
    assert len(problems(tmp_path, files=files)) == 3000
    assert time.process_time() - start < 2
