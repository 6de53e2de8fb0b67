"""The smallest benchmarks from end to end; how long they take does not matter here."""

import json
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.workloads.table import WORKLOADS
from tests.servers.nginx import require_nginx

CHECKOUT = Path(__file__).resolve().parents[1]


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*words: str) -> tuple[int, str, str]:
    process = start(*words)
    out, err = process.communicate(timeout=110)
    return process.returncode, out, err


def test_two_small_workloads_give_all_reports_and_leave_only_inputs(
    tmp_path: Path,
) -> None:
    require_nginx()
    work, forms = tmp_path / "work", ("json", "markdown", "chart")
    options = [word for form in forms for word in (f"--{form}", str(tmp_path / form))]
    wanted = ("download-http", "tar-gz-tiny", "--rounds", "1", "--dir", str(work))
    code, out, err = run(*wanted, *options)
    assert code == 0, err
    assert "download-http: 64 MiB, http, sha256" in out
    document = json.loads((tmp_path / "json").read_text("utf-8"))
    rows = document["rows"]
    assert [row["ours"]["reason"] for row in rows] == [None, None, None]
    titles = [row["title"].partition(",")[0] for row in rows]
    assert titles == ["64 MiB", "3", "3"]
    for row in rows:
        for peer in row["peers"]:
            is_absent = peer["reason"] is not None
            assert is_absent == (peer["ratio"] is None), peer
    assert (tmp_path / "markdown").read_text("utf-8").count("\n| ") >= 4
    ET.parse(tmp_path / "chart")
    assert [path.name for path in work.iterdir()] == ["inputs"]


def test_an_interrupted_run_takes_everything_away(tmp_path: Path) -> None:
    process = start("tar-gz-tiny", "--rounds", "1000", "--dir", str(tmp_path))
    assert process.stderr is not None
    for line in process.stderr:
        if "unpack only" in line:
            break
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["inputs"], out


def test_the_list_names_every_workload() -> None:
    code, out, _ = run("--list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        workload.name for workload in WORKLOADS
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [(["nonsense"], "no workload nonsense"), (["--rounds", "0"], "must be 1 or more")],
)
def test_wrong_words_are_refused(words: list[str], said: str) -> None:
    code, _, err = run(*words)
    assert (code, said in err) == (2, True)
