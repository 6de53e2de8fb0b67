"""Planning touches nothing; a saved plan is a stranger's until it is proven."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import a_plain_file, run, snapshot, write_manifest


def ids(done: Any) -> list[str]:
    return [dataset["id"] for dataset in done.json["datasets"]]


def taken(done: Any) -> list[str]:
    return [
        dataset["id"]
        for dataset in done.json["datasets"]
        if {a["action"] for a in dataset["actions"]} != {"skip"}
    ]


def test_a_plan_opens_no_socket_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a plan opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    assert run("plan", "comprehensive", "sample").out
    assert snapshot(tmp_path) == {}


def test_without_a_selection_the_configured_phase_is_planned() -> None:
    assert run("plan", "--json").json["selection"] == ["minimal"]
    done = run("plan", "--json", env={"LEMM_DATASET_PHASE": "sample"})
    assert ids(done) == ["sample"]


def test_an_unknown_word_gets_a_did_you_mean() -> None:
    done = run("plan", "nsinth")
    assert (done.code, done.out) == (2, "")
    assert "error: there is no dataset or phase 'nsinth'\n" in done.err
    assert "did you mean nsynth" in done.err


def test_exclude_leaves_out_datasets_and_parts() -> None:
    done = run("plan", "balanced", "--exclude", "nsynth", "--exclude", "fma-*")
    assert "nsynth" not in done.out
    assert "fma-small" not in done.out
    parts = run("plan", "libritts", "--exclude", "libritts/train-*", "--json").json
    assert len({a["path"] for a in parts["datasets"][0]["actions"]}) == 4


def test_commercial_leaves_out_what_is_denied() -> None:
    everything = run("plan", "comprehensive", "--json")
    free = run("plan", "comprehensive", "--commercial", "--json")
    assert "lakh-midi" in taken(everything)
    assert "lakh-midi" not in taken(free)
    assert "ljspeech" in taken(free)
    reasons = [
        action["reason"]
        for dataset in free.json["datasets"]
        for action in dataset["actions"]
        if action["action"] == "skip"
    ]
    assert reasons
    assert all(reasons)


def test_commercial_takes_of_fma_what_its_table_allows() -> None:
    (fma,) = run("plan", "fma-large", "--commercial", "--json").json["datasets"]
    assert fma["commercial"] == "denied"
    assert [(a["action"], a["path"]) for a in fma["actions"]] == [
        *(("fetch", "fma_metadata.zip"), ("unpack", "fma_metadata.zip")),
        *(("fetch", "fma_large.zip"), ("unpack", "fma_large.zip")),
    ]
    first, *_, last = (action["reason"] for action in fma["actions"])
    assert first == "it says which items commercial allows"
    assert last == "at most: only what commercial allows by fma_metadata.zip"


def test_max_storage_is_a_limit_and_fit_takes_by_priority() -> None:
    words = ("plan", "ljspeech", "fma-small", "--max-storage", "8GB")
    over = run(*words)
    assert over.code == 1
    assert "fits       no" in over.out
    assert "what helps --fit takes ljspeech" in over.out
    fitting = run(*words, "--fit", "--json")
    assert (fitting.code, taken(fitting)) == (0, ["ljspeech"])


def test_offline_plans_only_what_is_on_this_machine() -> None:
    done = run("plan", "sample", "ljspeech", "--offline", "--json")
    actions = {d["id"]: d["actions"][0]["action"] for d in done.json["datasets"]}
    assert (done.code, actions) == (1, {"sample": "fetch", "ljspeech": "refuse"})
    assert run("pull", "sample", "--offline").code == 0


def test_keep_archives_keeps_them() -> None:
    run("pull", "sample", "--keep-archives")
    assert Path("datasets/sample/sample.tar.gz").is_file()


def test_a_saved_plan_is_carried_out() -> None:
    done = run("plan", "sample", "--out", "plan.json")
    assert done.err == "saved; lemm-catalog pull --plan plan.json carries it out\n"
    assert json.loads(Path("plan.json").read_text("utf-8"))["selection"] == ["sample"]
    assert run("pull", "--plan", "plan.json").out.startswith("sample  pulled")
    assert run("pull", "--plan", "plan.json").out == "sample  present\n"


def test_a_plan_of_one_file_brings_one_file() -> None:
    for name in ("a", "b"):
        file = Path("mine/datasets", f"{name}.bin")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    files = [
        a_plain_file(f"{name}.bin", name.encode(), f"{name}.bin") | {"part": name}
        for name in ("a", "b")
    ]
    write_manifest(Path("mine"), "two", files=files, parts={"a": {}, "b": {}})
    done = run("plan", "two/b", "--catalog", "mine", "--out", "plan.json")
    assert done.code == 0, done.err
    assert run("pull", "--plan", "plan.json", "--catalog", "mine").code == 0
    assert [path.name for path in Path("datasets/two").iterdir()] == ["b.bin"]


@pytest.mark.parametrize(
    "more", [["sample"], ["--exclude", "sample"], ["--commercial"]]
)
def test_a_saved_plan_and_a_selection_are_one_too_many(more: list[str]) -> None:
    run("plan", "sample", "--out", "plan.json")
    done = run("pull", "--plan", "plan.json", *more)
    assert (done.code, done.out) == (2, "")
    assert "a saved plan has its own selection" in done.err


def tampered(**changes: Any) -> str:
    run("plan", "sample", "--out", "plan.json")
    plan = json.loads(Path("plan.json").read_text("utf-8"))
    for action in plan["datasets"][0]["actions"]:
        action.update(changes)
    return json.dumps(plan)


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "C:\\x", "a\nb", ""])
def test_a_saved_plan_with_a_path_that_escapes_is_refused(path: str) -> None:
    Path("bad.json").write_text(tampered(path=path), encoding="utf-8")
    done = run("pull", "--plan", "bad.json")
    assert (done.code, done.out) == (2, "")
    assert "bad.json: is no saved plan: datasets.0.actions.0.path" in done.err
    assert not Path("datasets").exists()


def test_a_saved_plan_with_another_digest_is_refused() -> None:
    changed = tampered(digest=f"sha256:{'0' * 64}")
    Path("bad.json").write_text(changed, encoding="utf-8")
    done = run("pull", "--plan", "bad.json")
    assert (done.code, done.out) == (1, "")
    assert "the catalog no longer pins the bytes of sample.tar.gz" in done.err
    assert "plan again" in done.err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '{"schema": "lemm-catalog/plan@2"}',
        '{"schema": "lemm-catalog/status@1", "datasets": []}',
        '{"schema": "lemm-catalog/plan@1", "selection": [], "datasets": 3}',
    ],
)
def test_what_is_no_plan_is_refused_in_words(text: str) -> None:
    Path("bad.json").write_text(text, encoding="utf-8")
    done = run("pull", "--plan", "bad.json")
    assert (done.code, done.out) == (2, "")
    assert "error: bad.json: is no saved plan: " in done.err


def test_a_plan_that_is_not_there_is_a_wrong_usage() -> None:
    done = run("pull", "--plan", "none.json")
    assert done.code == 2
    assert "none.json: cannot be read: No such file" in done.err
