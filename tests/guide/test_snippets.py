"""Every snippet of the guide runs, as does every one of the guide of today.

What the guide calls ``src.utils.dataset_manager`` is ``lemm_catalog.dataset_manager``
here; nothing else is changed but absolute folders, which are not ours to write.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from lemm_catalog import Catalog, DatasetManager
from lemm_catalog.load.config import read_config
from lemm_catalog.settings import settings_from
from tests.cli.running import CHECKOUT, process_env
from tests.replicas import Replica
from tests.servers.http import HttpServer

PHASES = {"minimal": 4, "balanced": 6, "comprehensive": 8}
OLD, NEW = "src.utils.dataset_manager", "lemm_catalog.dataset_manager"


class Snippet(NamedTuple):
    page: str
    number: int
    heading: str
    language: str
    text: str

    @property
    def kind(self) -> str:
        if re.fullmatch(r"(#.*\n|\w+=.*\n|\n)+", self.text):
            return "environment"
        return self.language


def snippets(page: Path) -> list[Snippet]:
    text = page.read_text("utf-8")
    found = re.finditer(r"^##+ ([^\n]*)|^```(\w+)\n(.*?)^```$", text, re.M | re.S)
    heading = ""
    all_of_it: list[Snippet] = []
    for match in found:
        heading = match[1] or heading
        if match[2]:
            of = (page.name, len(all_of_it), heading, match[2], match[3])
            all_of_it.append(Snippet(*of))
    return all_of_it


OF_THE_GUIDE = snippets(Path(__file__).parent / "snippets.md")
OF_TODAY = snippets(CHECKOUT / "docs" / "guide.md")
ALL = [*OF_THE_GUIDE, *OF_TODAY]


def of(kind: str) -> list[Snippet]:
    return [one for one in ALL if one.kind == kind]


def named(snippet: Snippet) -> str:
    return f"{snippet.page}-{snippet.number}"


def process(*words: str, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env={**process_env(), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    return done.stdout


def variables(text: str, home: Path) -> dict[str, str]:
    """Return what a snippet sets, folders of the machine below one of ours."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    pairs = dict(line.split("=", 1) for line in lines if line)
    return {
        name: f"{home}{value}" if value.startswith("/") else value
        for name, value in pairs.items()
    }


def test_the_copy_holds_all_snippets_of_the_guide() -> None:
    kinds = [one.kind for one in OF_THE_GUIDE]
    assert kinds == [
        *("environment", "bash", "python", "yaml", "environment", "python")
    ]
    assert {one.kind for one in ALL} <= {"environment", "bash", "python", "yaml"}


@pytest.mark.parametrize("snippet", of("bash"), ids=named)
def test_commands_answer_and_end_well(
    snippet: Snippet, server: HttpServer, replicas: dict[str, Replica]
) -> None:
    lines = [line.partition("#")[0].strip() for line in snippet.text.splitlines()]
    commands = [shlex.split(line) for line in lines if line]
    assert commands
    for words in commands:
        assert words[0] in {"python", "lemm-catalog"}, words
        if words[0] == "lemm-catalog":
            process("-m", "lemm_catalog", *words[1:])
            continue
        out = process(*(word.replace(OLD, NEW) for word in words[1:]))
        if words[-1] == "--list":
            assert all(f"({id_})" in out for id_ in replicas)
        elif words[-1] == "--status":
            assert "Downloaded: " in out
        elif "--phase" in words:
            assert out.count("\n") >= PHASES[words[-1]]
            here = DatasetManager().get_status_summary()["downloaded"]
            assert here == PHASES[words[-1]]


@pytest.mark.parametrize("snippet", of("python"), ids=named)
def test_python_snippets_run_and_do_what_they_say(
    snippet: Snippet, server: HttpServer
) -> None:
    if "del manager.status" in snippet.text:
        assert DatasetManager().download_dataset("nsynth")
    server.forget()
    code = snippet.text.replace(OLD, NEW)
    out = process("-c", code)
    manager = DatasetManager(cache_dir="datasets")
    assert "nsynth" in manager.status["downloaded"]
    asked = [one.path for one in server.requests]
    assert any("nsynth-train" in path for path in asked), "nothing was fetched"
    if "download_phase" in snippet.text:
        assert out.startswith("Downloaded: 4 datasets\nTotal size: 0.0")
        assert "NSynth: downloaded\n" in out
        assert "LibriTTS: not_downloaded\n" in out


@pytest.mark.parametrize("snippet", of("environment"), ids=named)
def test_variables_have_their_effect(
    snippet: Snippet, server: HttpServer, tmp_path: Path
) -> None:
    env = variables(snippet.text, tmp_path)
    assert env
    words = ("-m", "lemm_catalog", "plan", "--json")
    assert f'"{env["LEMM_DATASET_PHASE"]}"' in process(*words, env=env)


@pytest.mark.parametrize("snippet", of("yaml"), ids=named)
def test_the_configuration_is_read_and_has_its_effect(
    snippet: Snippet, server: HttpServer
) -> None:
    config = Path("config/config.yaml")
    config.parent.mkdir()
    config.write_text(snippet.text, "utf-8")
    declared = yaml.safe_load(snippet.text)["datasets"]

    read = read_config(config)
    assert {key: getattr(read, key) for key in declared} == declared
    settings = settings_from(dict(os.environ), None, {})
    assert settings.max_storage == declared["max_storage_gb"] * 10**9
    assert settings.priorities == declared["priorities"]
    manager = DatasetManager()
    assert manager.cache_dir == Path(declared["cache_dir"])
    assert manager.download_phase() == (PHASES[declared["phase"]], 0)
    listed = {one["key"]: one["priority"] for one in manager.list_available_datasets()}
    assert {key: listed[key] for key in declared["priorities"]} == (
        declared["priorities"]
    )


def test_the_ids_of_the_guide_are_known_in_both_spellings() -> None:
    catalog = Catalog.load()
    for id_ in ("fma_small", "fma-small", "lakh_midi", "fma_large", "nsynth"):
        assert catalog.items([id_])[0].id == id_.replace("_", "-")
