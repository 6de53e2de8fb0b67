"""The command as a process: it serves first, whatever is wrong behind it."""

import http.client
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.space import autostart
from tests.cli.running import a_plain_file, process_env, spawn, write_manifest
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.space.running import Running, a_space


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def serves_but_is_not_ready(space: Running) -> Any:
    status = space.serves().settled()
    assert [space.ask(path).status for path in ("/", "/healthz", "/readyz")] == [
        200,
        200,
        503,
    ]
    return status


def test_the_sample_comes_and_the_page_says_so(home: Path) -> None:
    with a_space("sample", home=home) as space:
        assert space.serves().ask("/", "HEAD").status == 200
        assert space.settled()["state"] == "ready"
        assert "All that is wanted is here" in space.ask().text
        assert space.ask("/readyz").status == 200
        assert space.ask("/events").headers["content-type"].startswith("text/event")
        code, took = space.terminate()
    assert (code, took < 5) == (143, True)
    assert (home / "datasets" / "sample").is_dir()
    assert "terminated" in space.lines[-1]
    assert "Traceback" not in space.log


def test_it_answers_before_the_catalog_is_loaded() -> None:
    code = (
        "import sys; import lemm_catalog.cli.space, lemm_catalog.space.server\n"
        "from lemm_catalog.space import autostart\n"
        "print([m for m in ('yaml', 'pydantic', 'jsonschema', 'http.client', 'ssl',"
        " 'typer', 'rich', 'huggingface_hub', 'asyncio') if m in sys.modules])\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=process_env(), capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_importing_the_door_for_apps_loads_no_catalog() -> None:
    code = (
        "import sys; from lemm_catalog.space import autostart\n"
        "print([m for m in sys.modules if m.startswith('lemm_catalog.')"
        " and m.split('.')[1] in ('load', 'api', 'store', 'transfer', 'cli')])\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=process_env(), capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_phase_that_is_none_is_said_with_its_mend(home: Path) -> None:
    with a_space(home=home, environ={"LEMM_DATASET_PHASE": "minmal"}) as space:
        status = serves_but_is_not_ready(space)
        assert status["state"] == "halted"
        assert "minmal" in status["message"]
        assert "minimal" in status["mend"]
        page = space.ask().text
        assert "minmal" in page
        assert "needs you" in page
    assert "halted: the configured phase is wrong" in space.log
    assert status["starts"] == 1


def test_a_broken_config_is_said_with_every_place(home: Path) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.yaml").write_text("datasets: {phase: 7, colour: red}\n")
    with a_space(home=home) as space:
        status = serves_but_is_not_ready(space)
    assert status["state"] == "halted"
    assert len(status["details"]) == 2
    assert all("config.yaml:1:" in line for line in status["details"])


def test_a_variable_that_makes_no_sense_is_said(home: Path) -> None:
    with a_space(home=home, environ={"LEMM_MAX_STORAGE_GB": "much"}) as space:
        assert "LEMM_MAX_STORAGE_GB" in serves_but_is_not_ready(space)["message"]


@pytest.mark.parametrize("how", ["phase", "config"])
def test_off_serves_and_pulls_nothing(home: Path, how: str) -> None:
    environ = {"LEMM_DATASET_PHASE": "off"} if how == "phase" else {}
    if how == "config":
        (home / "config").mkdir()
        (home / "config" / "config.yaml").write_text(
            "datasets: {auto_download: false}\n"
        )
    with a_space(home=home, environ=environ) as space:
        status = serves_but_is_not_ready(space)
        assert status["state"] == "off"
        assert "nothing is pulled" in space.ask().text.lower()
    assert not (home / "datasets").exists()


def test_offline_asks_nobody_and_says_so(home: Path) -> None:
    with a_space(home=home, environ={"LEMM_OFFLINE": "1"}) as space:
        status = serves_but_is_not_ready(space)
    assert status["state"] == "settled"
    assert {row["state"] for row in status["datasets"]} == {"refused"}
    assert "offline" in status["datasets"][0]["reason"]


def test_a_port_that_makes_no_sense_is_replaced(home: Path) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 7860)) == 0:
            pytest.fail("something listens on 7860 here")
    with a_space("sample", home=home, environ={"PORT": "many"}) as space:
        assert space.serves().port == 7860
        assert "PORT is 'many'" in space.settled()["remarks"][0]


def test_a_port_that_is_taken_ends_in_words() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        done = spawn("space", "--host", "127.0.0.1", "--port", port)
    assert done.code == 4
    assert f"cannot listen on 127.0.0.1:{port}" in done.err


def test_events_are_the_whole_state_as_json(home: Path) -> None:
    with a_space("sample", home=home) as space:
        connection = http.client.HTTPConnection(
            "127.0.0.1", space.serves().port, timeout=20
        )
        connection.request("GET", "/events")
        reply = connection.getresponse()
        state = ""
        while state != "ready":
            line = reply.readline()
            if line.startswith(b"data: "):
                said = json.loads(line[6:])
                assert said["schema"] == "lemm-catalog/space@1"
                state = said["state"]
        connection.close()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to find the child")
def test_a_child_goes_when_its_parent_is_killed(home: Path) -> None:
    data = bytes(3_000_000)
    slow = {"*": [Rate(per_second=100_000)]}
    with HttpServer({"/a.bin": data}, slow) as server:
        files = [a_plain_file("a.bin", data, server.url("/a.bin"))]
        write_manifest(home / "catalog", "tones", files=files)
        with a_space("tones", "--catalog", home / "catalog", home=home) as space:
            space.serves().until(lambda s: s["totals"]["done_bytes"] > 0)
            child = space.child()
            space.process.kill()
            end = time.monotonic() + 10
            while _is_running(child):
                assert time.monotonic() < end
                time.sleep(0.05)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


def test_an_app_gets_a_handle_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    began = time.monotonic()
    handle = autostart("sample", cache_dir=tmp_path / "data")
    assert time.monotonic() - began < 1
    assert handle.status()["schema"] == "lemm-catalog/space@1"
    assert handle.wait(60)
    assert handle.ready, handle.status()
    assert (tmp_path / "data" / "sample").is_dir()
    handle.stop()
    assert handle.ready


def test_an_app_is_told_what_is_wrong_and_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    handle = autostart("no-such-thing", max_storage="1GB")
    assert handle.wait(60)
    assert not handle.ready
    assert handle.status()["state"] == "halted"
    assert "no-such-thing" in handle.status()["message"]
