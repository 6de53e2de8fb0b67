"""The front door: quick where a command line is plain, and never different."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lemm_catalog.cli import full
from lemm_catalog.cli.commands import COMMANDS, command
from lemm_catalog.cli.declared import Option
from lemm_catalog.cli.help import TOP
from lemm_catalog.cli.lean import parsed
from lemm_catalog.version import version_line
from tests.cli.running import process_env, run, spawn

HEAVY = (
    *("pydantic", "typer", "rich", "jsonschema", "yaml", "license_expression"),
    *("urllib3", "fsspec", "huggingface_hub", "http.client", "asyncio", "ssl"),
)
VALUES = ["minimal", "150GB", "7", "0", "65", "007", "1_0", "x.json", "text", ""]
ODD = ["-h", "--help", "--", "-qv", "--jso", "--json=1", "--catalog=x", "-x", "-", "é"]


def by_full(name: str, words: list[str]) -> dict[str, Any] | None:
    """Return what the full parser makes of words; None if it refuses or explains."""
    caught: dict[str, Any] = {}

    def perform(given: str, values: dict[str, Any]) -> int:
        caught.update(values)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(full, "perform", perform)
        CliRunner().invoke(full.app, [name, *words], prog_name="lemm-catalog")
    return caught or None


@st.composite
def command_lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    name = draw(st.sampled_from(list(COMMANDS)))
    flags = [
        flag
        for one in command(name).TAKES
        if isinstance(one, Option)
        for flag in one.flags
    ]
    word = st.one_of(
        st.sampled_from(flags),
        st.sampled_from(VALUES),
        st.sampled_from(ODD),
        st.text(max_size=4),
    )
    return name, draw(st.lists(word, max_size=6))


@given(command_lines())
def test_the_quick_parser_agrees_with_the_full_one_or_abstains(
    line: tuple[str, list[str]],
) -> None:
    name, words = line
    quick = parsed(command(name).TAKES, words)
    if quick is not None:
        assert quick == by_full(name, words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plan", ["comprehensive"]),
        ("plan", []),
        ("plan", ["-v", "minimal", "--exclude", "a", "b", "--exclude", "c", "-q"]),
        ("plan", ["--jobs", "3", "--max-storage", "1GB", "--fit", "--out", "p.json"]),
        ("status", ["--json", "--catalog", "x", "--config", "c.yaml"]),
        ("show", ["nsynth"]),
        ("validate", ["--format", "github", "a", "b"]),
    ],
)
def test_what_is_usual_is_understood_at_once(name: str, words: list[str]) -> None:
    quick = parsed(command(name).TAKES, words)
    assert quick is not None
    assert quick == by_full(name, words)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    first = command(name).run.__doc__.split("\n\n")[0]
    assert COMMANDS[name] == " ".join(first.split())


def test_the_options_of_the_full_parser_are_those_help_shows() -> None:
    group: Any = typer.main.get_command(full.app)
    context = group.make_context("lemm-catalog", [], resilient_parsing=True)
    theirs = {
        tuple(sorted(one.opts)): " ".join(one.help.split())
        for one in group.get_params(context)
    }
    assert theirs == {
        tuple(sorted(one.flags)): one.help for one in TOP if isinstance(one, Option)
    }


@pytest.mark.parametrize("words", [["--help"], ["-h"], *([n, "-h"] for n in COMMANDS)])
def test_help_is_the_same_through_both_doors(words: list[str]) -> None:
    assert run(*words).out == spawn(*words, env=process_env() | {"COLUMNS": "100"}).out


def modules_of(*words: str) -> set[str]:
    """Return the modules that a run of the command line has loaded at its end."""
    code = (
        "import sys, atexit\n"
        "names = lambda: open('modules', 'w').write('\\n'.join(sys.modules))\n"
        "atexit.register(names)\n"
        f"sys.argv = ['lemm-catalog', *{list(words)!r}]\n"
        "from lemm_catalog.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=process_env(), capture_output=True
    )
    assert done.returncode in {0, 1}, done.stderr
    return set(Path("modules").read_text().split())


@pytest.mark.parametrize(
    "words", [["plan", "comprehensive"], ["status"], ["list"], ["list", "--json"]]
)
def test_nothing_heavy_is_loaded_where_nothing_changed(words: list[str]) -> None:
    spawn(*words)  # writes the index, unless the catalog was changed just now
    assert modules_of(*words) & set(HEAVY) == set()


def test_nothing_heavy_is_loaded_for_receipts_either() -> None:
    assert spawn("pull", "sample").code == 0
    assert modules_of("status", "sample") & set(HEAVY) == set()
    assert modules_of("plan", "sample") & set(HEAVY) == set()


def test_the_version_loads_next_to_nothing() -> None:
    loaded = modules_of("--version")
    assert {"typing", "re", "dataclasses", *HEAVY} & loaded == set()
    assert version_line() == spawn("--version").out.strip()


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = "import sys, lemm_catalog; print('typing' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=process_env(), capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"


def test_the_index_can_be_moved_and_switched_off(tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    spawn("plan", "sample", env=process_env(LEMM_INDEX=str(moved)))
    assert [path.suffix for path in moved.iterdir()] == [".index"]
    home = tmp_path / "home"
    home.mkdir()
    env = process_env(LEMM_INDEX="off", HOME=str(home))
    assert spawn("list", env=env).code == 0
    assert list(home.iterdir()) == []
    del env["LEMM_INDEX"]
    spawn("list", env=env)
    found = list(home.rglob("*.index"))
    assert [path.parent.name for path in found] == ["lemm-catalog"]


@pytest.mark.skipif(os.name == "nt", reason="completion is a shell's")
def test_completion_is_the_full_parsers() -> None:
    env = process_env(
        _LEMM_CATALOG_COMPLETE="complete_bash",
        COMP_WORDS="lemm-catalog pl",
        COMP_CWORD="1",
    )
    assert "plan" in spawn(env=env).out
