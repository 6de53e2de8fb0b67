"""``python -m lemm_catalog.dataset_manager``: the guide's command, its exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Done, process_env
from tests.guide.managers import a_shelf
from tests.replicas import Replica
from tests.servers.http import HttpServer


def command(*words: str | Path, **env: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "lemm_catalog.dataset_manager", *map(str, words)],
        env=process_env(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def test_it_downloads_lists_and_tells(
    server: HttpServer, replicas: dict[str, Replica]
) -> None:
    done = command("--phase", "minimal")
    assert done.code == 0, done.err
    assert [line.split()[0] for line in done.out.splitlines()] == [
        *("ljspeech", "nsynth", "fma-small", "urmp")
    ]
    assert "  Downloaded: 4 of 8\n" in command("--status").out
    listed = command("--list").out
    assert "  [DOWNLOADED] NSynth (nsynth)\n" in listed
    assert "  [NOT_DOWNLOADED] LibriTTS (libritts)\n" in listed
    server.forget()
    assert command("--phase", "minimal").code == 0
    assert server.requests == []


def test_the_phase_may_be_any_rung_and_the_folder_any_folder(tmp_path: Path) -> None:
    cache = tmp_path / "elsewhere"
    done = command("--phase", "sample", "--cache-dir", cache)
    assert (done.code, done.out.split()[:2]) == (0, ["sample", "pulled,"]), done.err
    assert (cache / "sample").is_dir()
    # A path that is long has a line of its own.
    status = command("--status", "--cache-dir", cache).out.split()
    at = status.index("sample:")
    assert status[at + 1] == f"{cache}/sample"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of the arguments --list --status --phase is required"),
        (("--phase",), "expected one argument"),
        (("--list", "--status"), "not allowed with argument"),
        (("--pha", "minimal"), "is required"),
        (("--phase", "tiny"), "there is no phase 'tiny'"),
        (("--status", "--cache-dir", "s3://b/c"), "is a URL, and must be a folder"),
    ],
)
def test_wrong_usage_is_2(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_plan_that_does_not_fit_is_1_and_says_what_would_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a_shelf(tmp_path / "catalog", "one")
    env = {"LEMM_CATALOG": "catalog", "LEMM_MAX_STORAGE_GB": "0.000001"}
    done = command("--phase", "minimal", **env)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: needs 3.00 kB")
    assert "raise --max-storage (max_storage_gb) to 3.00 kB" in done.err


def test_a_source_that_fails_is_3_and_the_others_are_brought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = a_shelf(tmp_path / "catalog", "one", "two")
    for file in (root / "datasets" / "bytes").iterdir():
        if file.read_bytes().startswith(b"two"):
            file.write_bytes(b"x" * 3000)
    done = command("--phase", "minimal", LEMM_CATALOG="catalog")
    assert done.code == 3
    assert "one  pulled" in done.out
    assert "two  failed" in done.out
    assert "error: Failed to download dataset two: " in done.err
    status = command("--status", LEMM_CATALOG="catalog").out
    assert "  Downloaded: 1 of 2\n" in status
    assert "  Failed: 1\n" in status


def test_a_disk_that_does_not_let_it_is_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a_shelf(tmp_path / "catalog", "one")
    Path("datasets").write_text("a file")
    done = command("--phase", "minimal", LEMM_CATALOG="catalog")
    assert done.code == 4, done


def test_a_catalog_that_is_wrong_is_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a_shelf(tmp_path / "catalog", "one")
    (tmp_path / "catalog" / "datasets" / "one.yaml").write_text("id: one")
    done = command("--list", LEMM_CATALOG="catalog")
    assert (done.code, done.out) == (1, "")
    assert "one.yaml" in done.err


def test_the_configured_phase_is_the_environments_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a_shelf(tmp_path / "catalog", "one")
    code = (
        "from lemm_catalog import DatasetManager;"
        "print(DatasetManager().download_phase())"
    )
    Path("config").mkdir()
    Path("config/config.yaml").write_text("datasets: {phase: nothing-such}")
    for env, answer in (({}, "(0, 0)"), ({"LEMM_DATASET_PHASE": "minimal"}, "(1, 0)")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=process_env(LEMM_CATALOG="catalog", **env),
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == answer
