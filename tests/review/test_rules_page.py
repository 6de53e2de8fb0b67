"""Every code has a page, and every page a code."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lemm_catalog.codes.table import CHAPTERS, CODES
from lemm_catalog.problems import Problem
from lemm_catalog.render.findings.table import FORMATS
from tests.cli.running import run, write_manifest

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "lemm_catalog"
# Plans have problems of their own, which are no findings in a file.
_OF_PLANS = {"does-not-fit", "nothing-allowed", "refused"}
_TAKES_A_CODE = {
    "problem": 1,
    "unreadable": 1,
    "_wrong": 1,
    "_warning": 1,
    "Suspicion": 1,
}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "tools_rules", CHECKOUT / "tools" / "rules.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def codes_in(tree: ast.AST) -> set[str]:
    """Return the codes that calls in a module name, by keyword or by place."""
    found: list[Any] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        found += [k.value for k in node.keywords if k.arg == "code"]
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if (place := _TAKES_A_CODE.get(name)) is not None:
            found += node.args[place : place + 1]
    return {str(one.value) for one in found if isinstance(one, ast.Constant)}


def test_every_code_in_the_code_has_a_page_and_every_page_a_code() -> None:
    rooms = [*(PACKAGE / "load").glob("*.py"), *(PACKAGE / "rules").rglob("*.py")]
    used = {c for path in rooms for c in codes_in(ast.parse(path.read_text("utf-8")))}
    assert used - _OF_PLANS == set(CODES)


def test_the_page_is_what_the_code_says(tool: ModuleType) -> None:
    page = (CHECKOUT / "docs" / "rules.md").read_text("utf-8")
    assert tool.page() == page, "run tools/rules.py"


def test_every_code_has_one_example_and_only_one(tool: ModuleType) -> None:
    files = tool._examples()
    assert set(files) <= set(CODES)
    assert {name for name, code in CODES.items() if bool(code.example)} == (
        set(CODES) - set(files)
    )


def test_no_code_stands_twice() -> None:
    assert sum(map(len, CHAPTERS.values())) == len(CODES)


@pytest.mark.parametrize("name", CODES)
def test_sarif_links_the_page_of_a_code(name: str) -> None:
    text = FORMATS["sarif"]([Problem(path="a.yaml", code=name, message="m")], 1)
    assert f"/docs/rules.md#{name}" in text
    assert CODES[name].what in text
    page = (CHECKOUT / "docs" / "rules.md").read_text("utf-8")
    assert f"\n### {name}\n" in page


def test_one_url_under_two_ids_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_manifest(Path("mine"), "a")
    write_manifest(Path("mine"), "b")
    found = run("validate", "mine", "--json").json["problems"]
    [only] = [one for one in found if one["code"] == "repeated-url"]
    assert only["path"] == str(Path("mine/datasets/b.yaml"))
    assert "the dataset a has the same URL" in only["message"]


def test_a_replacement_must_be_there_read_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status = {"state": "deprecated", "reason": "old", "replaced_by": "new-notes"}
    path = write_manifest(Path("mine"), "notes", status=status)
    assert "unknown-dataset" in run("validate", path).out
    write_manifest(Path("mine"), "new-notes")
    assert "unknown-dataset" not in run("validate", path).out


def test_two_files_of_one_id_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_manifest(Path("mine"), "notes")
    other = write_manifest(Path("mine"), "copy", id="notes")
    codes = {p["code"] for p in run("validate", "mine", "--json").json["problems"]}
    assert other.exists()
    assert {"duplicate-id", "id-mismatch"} <= codes
