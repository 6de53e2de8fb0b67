"""The README and the pages beside it cannot lie."""

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from lemm_catalog.cli.full import app
from lemm_catalog.errors import LemmError

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = (
    CHECKOUT / "README.md",
    CHECKOUT / "CHANGELOG.md",
    CHECKOUT / "CONTRIBUTING.md",
    *sorted((CHECKOUT / "docs").rglob("*.md")),
)
NAMES = [str(command.name) for command in app.registered_commands]
MAIN_JOB = (
    "python3 tools/up.py && { .venv/bin/lemm-catalog plan comprehensive; "
    ".venv/bin/lemm-catalog pull sample; }"
)
TEST_LINE = "python3 tools/up.py --tests && .venv/bin/python -m pytest"


@cache
def _tool() -> ModuleType:
    place = CHECKOUT / "tools" / "readme.py"
    spec = importlib.util.spec_from_file_location("tools_readme", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def readme() -> str:
    return (CHECKOUT / "README.md").read_text("utf-8")


def fenced(language: str, text: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words), prog_name="lemm-catalog")


def test_the_readme_has_both_lines_word_for_word() -> None:
    blocks = fenced("sh", readme())
    assert f"{MAIN_JOB}\n" in blocks
    assert f"{TEST_LINE}\n" in blocks


def test_outputs_and_the_table_are_what_the_tool_prints() -> None:
    assert _tool().readme_of(readme()) == readme(), "run tools/readme.py"


def test_help_pages_are_what_the_tool_prints() -> None:
    page = (CHECKOUT / "docs" / "commands.md").read_text("utf-8")
    assert _tool().commands_page() == page, "run tools/readme.py"


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_names_every_command(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", readme(), re.M)


@pytest.mark.parametrize("name", NAMES)
def test_options_the_readme_speaks_of_exist(name: str) -> None:
    row = re.search(rf"^\| `{name}\b.*", readme(), re.M)
    assert row is not None
    page = _tool().help_page(name)
    for option in re.findall(r"`(--?[a-z-]+)", row[0]):
        assert option in page


def test_every_option_of_a_plan_that_selects_is_told_of_in_the_readme() -> None:
    for option in ("--exclude", "--commercial", "--max-storage", "--fit"):
        assert f"`{option}`" in readme() or f"{option} " in readme()


def test_every_exit_code_of_an_error_is_in_the_readme() -> None:
    def codes(error: type[LemmError]) -> set[int]:
        below = [codes(one) for one in error.__subclasses__()]
        return {error.exit_code}.union(*below)

    table = {int(code) for code in re.findall(r"^\| (\d+) \|", readme(), re.M)}
    assert codes(LemmError) <= table


def test_every_variable_in_the_code_is_in_the_readme() -> None:
    code = (CHECKOUT / "lemm_catalog" / "settings.py").read_text("utf-8")
    names = set(re.findall(r'"((?:LEMM|HF)_[A-Z_]+)"', code))
    assert names
    assert [name for name in sorted(names) if f"`{name}`" not in readme()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    local = [t.partition("#")[0] for t in targets if "://" not in t and t[0] != "#"]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_example_manifest_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [example] = fenced("yaml", readme())
    path = Path("mine/datasets/example-notes.yaml")
    path.parent.mkdir(parents=True)
    path.write_text(example, encoding="utf-8")
    done = run("validate", str(path))
    assert (done.exit_code, "warning" in done.stdout) == (0, False), done.stdout
    both = ["--catalog", "builtin", "--catalog", "mine"]
    assert "example-notes" in run("plan", "balanced", *both).stdout


def test_python_examples_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = fenced("python", readme())
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out.splitlines()[-1] == "0"
    assert (tmp_path / "data" / "sample").is_dir()


def test_commands_in_shell_examples_exist() -> None:
    lines = [line for block in fenced("sh", readme()) for line in block.splitlines()]
    used = re.findall(r"lemm-catalog ([a-z]+)", "\n".join(lines))
    assert used
    assert set(used) <= set(NAMES)


def test_examples_in_help_pages_stand_on_lines_of_their_own() -> None:
    for name in ("list", "plan", "pull", "search", "validate", "verify"):
        page = _tool().help_page(name)
        assert re.search(rf"^  lemm-catalog {name}( |$)", page, re.M)
    assert "\n  lemm-catalog pull sample\n" in _tool().help_page()
