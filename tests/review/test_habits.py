"""The files that code hosts and editors read are valid by their own schemas."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lemm_catalog.cli.commands import COMMANDS

CHECKOUT = Path(__file__).resolve().parents[2]
SCHEMAS = CHECKOUT / "schemas"
DATASETS = sorted((CHECKOUT / "catalog" / "datasets").glob("*.yaml"))
INVALID = CHECKOUT / "tests" / "examples" / "invalid"
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
FORMS = [
    path
    for path in sorted((CHECKOUT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    if path.name != "config.yml"
]
# What a schema can say, and an editor therefore marks while one types.
SHAPE = {"missing-key", "unknown-key", "wrong-value", "wrong-type"}
# Readers of other libraries have their own ideas: 1_000 is a number to them, and
# whether a day exists is for a format checker.
_BEYOND = {"size-underscores"}


def checked(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "check_jsonschema", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True)


def test_every_manifest_is_valid_to_an_independent_checker() -> None:
    schema = SCHEMAS / "manifest.v1.schema.json"
    done = checked("--schemafile", schema, *DATASETS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_independent_checker_refuses_what_a_schema_can_refuse() -> None:
    wrong = [
        path
        for path in sorted(INVALID.glob("*.yaml"))
        if (found := re.match(rb"[^#]*# expect: (\S+)", path.read_bytes()))
        and found[1].decode() in SHAPE
        and path.stem not in _BEYOND
    ]
    assert len(wrong) > 30
    schema = SCHEMAS / "manifest.v1.schema.json"
    done = checked("--schemafile", schema, "-o", "json", *wrong)
    told = {
        Path(name).stem for name in re.findall(r'"filename": "([^"]+)"', done.stdout)
    }
    assert {path.stem for path in wrong} - told == set()


def keys_of(node: Any, name: str) -> list[tuple[str, Any]]:
    """Return the keys a schema declares; conditions only repeat them."""
    if not isinstance(node, dict):
        return []
    found = [(f"{name}.{key}", one) for key, one in node.get("properties", {}).items()]
    for word, inner in node.items():
        if word in {"if", "then", "else", "not", "allOf", "anyOf", "oneOf"}:
            continue
        below = inner if word in {"properties", "$defs"} else {word: inner}
        if isinstance(below, dict):
            for key, one in below.items():
                found += keys_of(one, f"{name}.{key}")
    return found


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda p: p.name)
def test_an_editor_has_words_and_examples_for_every_key(path: Path) -> None:
    keys = keys_of(yaml.safe_load(path.read_text("utf-8")), "")
    assert keys
    bare = [k for k, one in keys if not one.get("description")]
    assert bare == []
    assert [k for k, one in keys if not (one.get("examples") or "enum" in one)] == []


def test_schemas_are_schemas() -> None:
    done = checked("--check-metaschema", *sorted(SCHEMAS.glob("*.json")))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", [CHECKOUT / "action.yml"]),
        ("vendor.github-issue-forms", FORMS),
        (
            "vendor.github-issue-config",
            [CHECKOUT / ".github" / "ISSUE_TEMPLATE" / "config.yml"],
        ),
    ],
)
def test_what_the_code_host_reads_is_valid(schema: str, paths: list[Path]) -> None:
    assert paths
    done = checked("--builtin-schema", schema, *paths)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_little_and_takes_nothing_of_a_stranger(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"]["contents"] == "read"
    # `on` is a truth value to this reader.
    assert "pull_request_target" not in workflow[True]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            # An expression in a script is pasted in before the shell reads it.
            assert "${{" not in step.get("run", "")
            assert re.fullmatch(
                r"\./|[\w./-]+@(v\d+|release/v\d+)", step.get("uses", "./")
            )


def test_the_action_pastes_nothing_into_its_scripts() -> None:
    action = yaml.safe_load((CHECKOUT / "action.yml").read_text("utf-8"))
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert [one for one in scripts if "${{" in one] == []
    used = set(re.findall(r"lemm-catalog ([a-z-]+) ", "\n".join(scripts)))
    assert used == {"validate", "diff"}
    assert used <= set(COMMANDS)


def test_hooks_are_valid_to_the_program_that_runs_them(tmp_path: Path) -> None:
    home = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path)}
    hooks = CHECKOUT / ".pre-commit-hooks.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(hooks)],
        capture_output=True,
        env=home,
    )
    assert done.returncode == 0, done.stdout


def test_hooks_name_commands_and_files_there_are() -> None:
    hooks = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for hook in hooks] == [
        "lemm-catalog-validate",
        "lemm-catalog-fix",
    ]
    for hook in hooks:
        assert hook["entry"].split()[1] in COMMANDS
        assert re.search(hook["files"], "catalog/datasets/nsynth.yaml")
        assert not re.search(hook["files"], "catalog/licenses/cc0.yaml")
    assert shutil.which("git")
