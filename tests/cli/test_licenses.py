"""Audits from the command line: verdicts, policies, gates and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_claim, a_file
from tests.cli.running import Done, run, write_manifest

MY_POLICY = """\
schema_version: 1
id: my-mirror
title: Mine
summary: Keep copies.
permits: [redistribution]
"""


def verdicts(done: Done) -> dict[str, str]:
    return {
        one["id"] if one["part"] is None else f"{one['id']}/{one['part']}": one[
            "verdict"
        ]
        for one in done.json["datasets"]
    }


def a_policy_file(text: str = MY_POLICY) -> str:
    Path("my.yaml").write_text(text, encoding="utf-8")
    return "my.yaml"


def test_the_guides_datasets_get_the_verdicts_they_deserve() -> None:
    done = run("licenses", "comprehensive", "--commercial", "--json")
    found = verdicts(done)
    assert {name for name, one in found.items() if one == "allowed"} == {
        *("nsynth", "ljspeech", "libritts", "musicnet")
    }
    assert found["urmp"] == "review"
    assert {found["fma-small"], found["fma-large"], found["lakh-midi"]} <= {
        *("denied", "review")
    }
    assert done.json["counts"] == {
        name: list(found.values()).count(name)
        for name in ("allowed", "denied", "review")
    }
    assert all(one["reasons"] for one in done.json["datasets"])
    assert done.code == 1


def test_the_keys_of_json_are_those_of_the_contract() -> None:
    done = run("licenses", "musicnet", "--json")
    assert list(done.json) == ["schema", "policy", "datasets", "counts"]
    assert done.json["schema"] == "lemm-catalog/licenses@1"
    (one,) = done.json["datasets"]
    keys = ["id", "part", "expression", "verdict", "reasons", "duties", "claims"]
    assert list(one)[:7] == keys
    assert (one["duties"], one["note"][:14]) == (["attribution"], "The recordings")
    assert one["claims"][0]["url"] == "https://zenodo.org/records/5120004"
    assert (done.code, run("licenses", "musicnet").code) == (0, 0)


def test_what_is_excluded_is_judged_if_it_is_named() -> None:
    done = run("licenses", "maestro", "musdb18", "--commercial", "--json")
    assert (done.code, verdicts(done)) == (
        1,
        {"maestro": "denied", "musdb18": "denied"},
    )
    assert verdicts(run("licenses", "maestro/midi", "--json")) == {
        "maestro/midi": "denied"
    }
    everything = verdicts(run("licenses", "--json"))
    assert "nsynth" in everything
    assert "maestro" not in everything
    assert run("pull", "maestro").code == 2


def test_parts_that_are_alike_share_a_verdict_and_others_do_not() -> None:
    (one,) = run("licenses", "libritts", "--json").json["datasets"]
    assert (one["part"], len(one["parts"])) == (None, 7)
    assert one["bytes"] == sum(one["parts"].values())
    both = verdicts(run("licenses", "fma-small", "--json"))
    assert both == {"fma-small": "denied", "fma-small/metadata": "allowed"}


def test_a_policy_of_ones_own_is_judged_over_the_facts_of_the_catalog_in_use() -> None:
    done = run("licenses", "nsynth", "fma-small", "--policy", a_policy_file(), "--json")
    assert done.json["policy"] == "my-mirror"
    assert (done.code, verdicts(done)["nsynth"]) == (1, "allowed")
    assert verdicts(done)["fma-small"] == "review"
    write_manifest(Path("mine"), "one", license="LicenseRef-Mine")
    own = Path("mine/licenses/mine.yaml")
    own.parent.mkdir()
    own.write_text(
        "schema_version: 1\nids: [LicenseRef-Mine]\ntitle: Mine\n"
        "permits: [redistribution]\n",
        encoding="utf-8",
    )
    words = ("--catalog", "mine", "--policy", "my.yaml")
    assert run("licenses", *words).code == 0
    own.write_text(own.read_text("utf-8").replace("permits", "forbids"), "utf-8")
    assert verdicts(run("licenses", *words, "--json")) == {"one": "denied"}


def test_a_wrong_policy_file_is_told_with_its_places() -> None:
    name = a_policy_file(MY_POLICY.replace("redistribution", "everything"))
    done = run("licenses", "--policy", name)
    assert (done.code, done.out) == (1, "")
    assert "my.yaml:5:11: error: permits[0]: 'everything' is not one of" in done.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--policy", "nix"], "there is no policy 'nix'"),
        (["--policy", "./nix.yaml"], "there is no policy file nix.yaml"),
        (["--commercial", "--policy", "research"], "are two policies; give one"),
        (["--json", "--format", "csv"], "are two formats; give one"),
        (["nsinth"], "did you mean nsynth"),
        (["--explain", "MIT", "nsynth"], "--explain judges a text, and no SELECTION"),
    ],
)
def test_a_slip_is_a_wrong_usage(words: list[str], sentence: str) -> None:
    done = run("licenses", *words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err


def test_a_policy_named_twice_is_one() -> None:
    done = run("licenses", "nsynth", "--commercial", "--policy", "commercial")
    assert done.code == 0


def test_text_ends_with_what_to_do_and_fits() -> None:
    done = run("licenses", "comprehensive", env={"COLUMNS": "80"})
    lines = done.out.splitlines()
    assert lines[0] == "policy commercial: 2 denied, 2 review, 4 allowed"
    assert "to do: leave out fma-small and fma-large; have a lawyer look at" in done.out
    too_long = [line for line in lines if len(line) > 80 and "://" not in line]
    assert too_long == []


def test_a_time_comes_from_the_environment_or_is_refused() -> None:
    env = {"SOURCE_DATE_EPOCH": "0"}
    first, again = (run("licenses", "--format", "spdx", env=env) for _ in range(2))
    assert first.out == again.out
    assert '"created": "1970-01-01T00:00:00Z"' in first.out
    done = run("licenses", "--format", "spdx", env={"SOURCE_DATE_EPOCH": "now"})
    assert (done.code, done.out) == (2, "")


def mixed() -> tuple[str, ...]:
    """Write a catalog with a free dataset and a barred one."""
    for name, expression in (("free", "CC0-1.0"), ("barred", "CC-BY-NC-4.0")):
        told: Any = {"expression": expression, "attribution": "By A."}
        told["claims"] = [a_claim(expression)]
        source = Path("mine/datasets", f"{name}.bin")
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(b"")
        file: Any = a_file(path=f"{name}.bin", source=f"{name}.bin")
        write_manifest(Path("mine"), name, license=told, files=[file])
    return ("--catalog", "mine")


@pytest.mark.parametrize("gate", [["--commercial"], ["--policy", "commercial"]])
def test_a_plan_says_what_a_policy_leaves_out(gate: list[str]) -> None:
    done = run("plan", *mixed(), *gate)
    assert "left out   1 dataset: barred" in done.out
    assert "denied under the policy commercial: CC-BY-NC-4.0 forbids" in done.out
    assert done.code == 0


def test_a_policy_file_is_a_gate_too() -> None:
    text = MY_POLICY.replace("redistribution", "commercial-use")
    words = (*mixed(), "--policy", a_policy_file(text))
    done = run("plan", *words, "--json")
    actions = {d["id"]: d["actions"][0]["action"] for d in done.json["datasets"]}
    assert actions == {"free": "fetch", "barred": "skip"}


def test_where_nothing_is_left_plan_and_pull_say_so_and_fail() -> None:
    words = ("barred", *mixed(), "--commercial")
    planned, pulled = run("plan", *words), run("pull", *words)
    sentence = "all that is selected is left out: denied under the policy commercial"
    assert (planned.code, pulled.code) == (1, 1)
    assert sentence in " ".join(planned.out.split())
    assert (pulled.out, sentence in pulled.err) == ("", True)
    assert not Path("datasets/barred").exists()
    told = json.loads(run("plan", *words, "--json").out)["problems"]
    assert [problem["code"] for problem in told] == ["nothing-allowed"]
