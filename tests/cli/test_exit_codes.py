"""Each exit code, provoked for real; one failure does not stop the others."""

import signal
import sys
from pathlib import Path

import pytest

from lemm_catalog.cli import boundary
from tests.cli.running import a_plain_file, run, spawn, started, write_manifest
from tests.servers.faults import Stall
from tests.servers.http import HttpServer

DATA = bytes(range(256)) * 64


def a_catalog(server: HttpServer, **datasets: str) -> Path:
    """Write a catalog with a dataset of one file for each path at the server."""
    catalog = Path("mine")
    for name, path in datasets.items():
        write_manifest(
            catalog, name, files=[a_plain_file("a.bin", DATA, server.url(path))]
        )
    return catalog


def test_0_when_there_is_nothing_to_do() -> None:
    assert run("pull", "sample").code == run("pull", "sample").code == 0


def test_1_when_something_is_refused() -> None:
    done = run("pull", "sample", "ljspeech", "--exclude", "sample", "--offline")
    assert done.code == 1
    assert "ljspeech  refused: " in done.out
    assert "error: 1 dataset not brought: ljspeech\n" in done.err


def test_1_when_it_does_not_fit_and_nothing_is_written(tmp_path: Path) -> None:
    done = run("pull", "sample", "--max-storage", "100kB")
    assert (done.code, done.out) == (1, "")
    assert "error: needs 360.00 kB" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "fly",
        "plan --fly",
        "plan --jobs 0",
        "plan --max-storage much",
        "plan --catalog",
        "plan nothing-of-this-name",
        "show",
        "show minimal",
        "list libritts/nope",
        "remove minimal",
        "plan --cache-dir s3://bucket/x",
        "plan --config none.yaml",
        "validate --format xml",
        "validate --json --format sarif",
        "pull maestro",
    ],
)
def test_2_and_stderr_when_the_usage_is_wrong(line: str) -> None:
    done = run(*line.split())
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert "Traceback" not in done.err


def test_a_wrong_command_gets_a_did_you_mean() -> None:
    assert "Did you mean 'pull'?" in run("pul").err


def test_3_when_a_source_fails_and_the_others_are_brought() -> None:
    with HttpServer({"/good.bin": DATA}) as server:
        catalog = a_catalog(server, good="/good.bin", gone="/gone.bin")
        done = run("pull", "minimal", "--catalog", catalog)
        assert done.code == 3
        assert "good  pulled" in done.out
        assert "gone  failed: " in done.out
        assert "error: 1 dataset not brought: gone\n" in done.err
        log = next(Path("datasets/logs").iterdir()).read_text("utf-8")
        assert "ERROR gone: failed: " in log


def test_3_when_the_bytes_are_wrong() -> None:
    with HttpServer({"/a.bin": DATA[::-1]}) as server:
        catalog = a_catalog(server, odd="/a.bin")
        assert run("pull", "odd", "--catalog", catalog).code == 3
    assert not Path("datasets/odd").exists()


def test_4_when_this_machine_does_not_let_it() -> None:
    Path("datasets").write_text("a file where the folder should be", encoding="utf-8")
    done = run("pull", "sample")
    assert done.code == 4
    assert "Traceback" not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="has no /dev/full")
def test_4_when_the_result_cannot_be_written() -> None:
    with Path("/dev/full").open("w") as full:
        done = spawn("list", "--json", stdout=full)
    assert done.code == 4
    assert done.err.startswith("error: the result cannot be written: ")
    assert "Traceback" not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
@pytest.mark.parametrize(
    ("sent", "code", "word"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (getattr(signal, "SIGHUP", None), 129, "terminated"),
    ],
)
def test_130_and_143_when_interrupted_and_a_second_pull_goes_on(
    sent: signal.Signals, code: int, word: str
) -> None:
    faults = {"/a.bin": [Stall(1000, seconds=300, times=1)]}
    with HttpServer({"/a.bin": DATA}, faults) as server:
        catalog = a_catalog(server, slow="/a.bin")
        with started("pull", "slow", "--catalog", catalog) as process:
            server.wait_until(lambda it: it.sent() >= 1000, seconds=60)
            process.send_signal(sent)
            out, err = process.communicate(timeout=100)
        assert (process.returncode, out) == (code, "")
        assert err.startswith("fetching slow/a.bin of ")
        assert f"{word}; what is here stays; run it again to go on\n" in err
        assert not Path("datasets/slow").exists()
        assert run("pull", "slow", "--catalog", catalog).code == 0
    assert Path("datasets/slow/a.bin").read_bytes() == DATA


def test_debug_shows_the_code_and_keeps_the_exit_code() -> None:
    done = run("plan", "nsinth", "--debug")
    assert done.code == 2
    assert done.err.startswith("Traceback (most recent call last):\n")
    assert done.err.splitlines()[-2] == ("error: there is no dataset or phase 'nsinth'")


def test_out_to_a_folder_is_told_in_words() -> None:
    Path("folder").mkdir()
    done = run("plan", "sample", "--out", "folder")
    assert (done.code, done.out) == (4, "")
    assert "a folder stands where a file is needed" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_what_is_ignored_below_nohup_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with boundary._signals_raise():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
