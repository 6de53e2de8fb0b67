"""Flag over environment over config file over default."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.running import run, write_manifest


def test_the_environment_says_where_data_lies_and_a_flag_says_more() -> None:
    env = {"LEMM_CACHE_DIR": "from-env"}
    run("pull", "sample", env=env)
    assert Path("from-env/sample").is_dir()
    run("pull", "sample", "--cache-dir", "from-flag", env=env)
    assert Path("from-flag/sample").is_dir()


def test_a_config_file_is_read_where_the_guide_has_it() -> None:
    config = Path("config/config.yaml")
    config.parent.mkdir()
    config.write_text(
        "datasets:\n  phase: sample\n  cache_dir: data\n  priorities: {sample: 1}\n",
        encoding="utf-8",
    )
    plan = run("plan", "--json", "-v")
    assert "config   config" in plan.err
    dataset = json.loads(plan.out)["datasets"][0]
    assert (dataset["id"], dataset["priority"]) == ("sample", 1)
    run("pull")
    assert Path("data/sample").is_dir()


def test_the_environment_is_over_the_config_file() -> None:
    Path("my.yaml").write_text("datasets: {phase: comprehensive}\n", encoding="utf-8")
    env = {"LEMM_CONFIG": "my.yaml", "LEMM_DATASET_PHASE": "sample"}
    assert run("plan", "--json", env=env).json["selection"] == ["sample"]


def test_a_wrong_config_file_is_told_with_every_place() -> None:
    Path("my.yaml").write_text(
        "datasets:\n  phas: minimal\n  max_storage_gb: -1\n", encoding="utf-8"
    )
    done = run("plan", "sample", "--config", "my.yaml")
    assert (done.code, done.out) == (1, "")
    lines = done.err.splitlines()
    assert lines[0].startswith("my.yaml:2:3: error: datasets.phas: ")
    assert "did you mean 'phase'?" in lines[0]
    assert lines[1].startswith("my.yaml:3:")
    assert lines[2] == "error: 2 problems in my.yaml"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEMM_OFFLINE", "maybe"),
        ("LEMM_MAX_STORAGE_GB", "much"),
        ("LEMM_MAX_STORAGE_GB", "-1"),
        ("LEMM_CACHE_DIR", "s3://bucket/data"),
        ("LEMM_CONFIG", "none.yaml"),
        ("LEMM_DATASET_PHASE", "minimum"),
    ],
)
def test_a_variable_that_makes_no_sense_is_a_wrong_usage(name: str, value: str) -> None:
    done = run("plan", env={name: value})
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert value in done.err


def test_offline_and_limit_may_come_from_the_environment() -> None:
    env = {"LEMM_OFFLINE": "1", "LEMM_MAX_STORAGE_GB": "0.0001"}
    done = run("plan", "sample", "ljspeech", "--json", env=env)
    assert done.json["limits"]["max_storage_bytes"] == 100_000
    assert {p["code"] for p in done.json["problems"]} >= {"refused"}


def test_a_later_catalog_overrides_an_earlier_one_and_says_so() -> None:
    write_manifest(Path("mine"), "nsynth", title="My Own NSynth")
    done = run("show", "nsynth", "--catalog", "builtin", "--catalog", "mine")
    assert done.out.startswith("My Own NSynth (nsynth)\n")
    assert "nsynth" in done.err
    assert "mine" in done.err
    assert run("list", "-q", "--catalog", "builtin", "--catalog", "mine").err == ""
    roots = os.pathsep.join(["builtin", "mine"])
    assert run("show", "nsynth", env={"LEMM_CATALOG": roots}).out == done.out


def test_a_catalog_in_place_of_the_builtin_one_has_its_phases() -> None:
    write_manifest(Path("mine"), "notes")
    plan = run("plan", "minimal", "--catalog", "mine", "--json").json
    assert [dataset["id"] for dataset in plan["datasets"]] == ["notes"]


def test_a_wrong_manifest_is_told_with_its_place_before_anything_is_done() -> None:
    path = write_manifest(Path("mine"), "notes")
    path.write_text(path.read_text("utf-8") + "colour: red\n", encoding="utf-8")
    done = run("pull", "--catalog", "mine")
    assert (done.code, done.out) == (1, "")
    assert f"{path}:" in done.err
    assert not Path("datasets").exists()


def test_a_catalog_that_is_not_there_is_told() -> None:
    done = run("list", "--catalog", "none")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("none: error: is not a folder")
