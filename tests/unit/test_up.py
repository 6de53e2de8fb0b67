import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "up.py"


def load_script() -> ModuleType:
    """tools/ is no package, because its files run alone, before anything is there."""
    spec = importlib.util.spec_from_file_location("up", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


up = load_script()
WANTED = up.Stamp(True, "/checkout", "3.12", "abc", ("test",))


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 8, 18), (3, 10, 99)])
def test_a_python_before_3_11_is_too_old(version: tuple[int, ...]) -> None:
    assert up.is_too_old(version)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_python_3_11_and_later_will_do(version: tuple[int, ...]) -> None:
    assert not up.is_too_old(version)


def test_what_pyproject_asks_for_is_what_the_script_asks_for() -> None:
    needed = ".".join(map(str, up.NEEDED))
    pyproject = SCRIPT.parents[1] / "pyproject.toml"
    assert f'requires-python = ">={needed}"' in pyproject.read_text("utf-8")


def test_nothing_is_done_when_nothing_has_changed() -> None:
    assert up.decide(True, WANTED, WANTED).do == "keep"


def test_fewer_extras_than_are_there_change_nothing() -> None:
    assert up.decide(True, WANTED, WANTED._replace(extras=())).do == "keep"


@pytest.mark.parametrize(
    ("runs", "found", "step"),
    [
        (False, None, ("build", "there is none with a working Python yet")),
        (False, WANTED, ("build", "there is none with a working Python yet")),
        (True, None, ("install", "it was made by other means")),
        (True, up.Stamp(), ("build", "the last run was cut short")),
        (
            True,
            WANTED._replace(checkout="/elsewhere"),
            ("build", "it was made for /elsewhere"),
        ),
        (
            True,
            WANTED._replace(python="3.11"),
            ("build", "it was made with Python 3.11"),
        ),
        (
            True,
            WANTED._replace(pyproject="old"),
            ("install", "pyproject.toml has changed"),
        ),
        (True, WANTED._replace(extras=()), ("install", "it lacks the extras test")),
    ],
)
def test_every_other_state_says_what_it_needs_and_why(
    runs: bool, found: object, step: tuple[str, str]
) -> None:
    assert up.decide(runs, found, WANTED) == step


def test_pip_is_taken_from_python_then_outside_then_the_wheel_and_then_uv() -> None:
    assert up.ways(True, True, True, True) == ["ensurepip", "pip", "wheel", "uv"]


def test_on_a_bare_debian_the_bundled_wheel_is_the_only_way() -> None:
    assert up.ways(False, False, True, False) == ["wheel"]


def test_without_any_way_none_is_offered() -> None:
    assert up.ways(False, False, False, False) == []


def test_a_stamp_is_read_as_it_was_written(tmp_path: Path) -> None:
    up.write_stamp(tmp_path / "stamp.json", WANTED)
    assert up.read_stamp(tmp_path / "stamp.json") == WANTED
    assert [path.name for path in tmp_path.iterdir()] == ["stamp.json"]


def test_no_stamp_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    assert up.read_stamp(tmp_path / "stamp.json") is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"extras": 7}', '{"extras": [], "more": 1}']
)
def test_a_broken_stamp_means_an_unfinished_environment(
    tmp_path: Path, text: str
) -> None:
    stamp = tmp_path / "stamp.json"
    stamp.write_text(text)
    assert up.read_stamp(stamp) == up.Stamp(complete=False)


def test_a_wheel_with_one_other_byte_is_not_genuine(tmp_path: Path) -> None:
    wheel = tmp_path / up.WHEEL.name
    assert not up.is_genuine(wheel)
    wheel.write_bytes(up.WHEEL.read_bytes() + b"!")
    assert not up.is_genuine(wheel)
    wheel.write_bytes(up.WHEEL.read_bytes())
    assert up.is_genuine(wheel)


def test_where_pip_downloads_from_is_left_alone_but_where_it_installs_is_not() -> None:
    ours = {"PIP_INDEX_URL": "https://registry.example/simple", "PIP_CERT": "ca.pem"}
    astray = {"PIP_TARGET": "/t", "PIP_PYTHON": "/p", "PYTHONPATH": "/q"}
    kept = up.environment({**ours, **astray, "PIP_USER": "1"})
    assert {name: kept.get(name) for name in ours} == ours
    assert astray.keys().isdisjoint(kept)
    assert kept["PIP_USER"] == "0"


def test_a_half_made_environment_is_emptied_and_marked_before_it_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = up.Environment(tmp_path)
    (place.folder / "lib").mkdir(parents=True)
    (place.folder / "left-over").touch()
    seen = []

    def run(*command: str) -> None:
        seen.append(sorted(path.name for path in place.folder.iterdir()))

    monkeypatch.setattr(place, "_run", run)
    place.build()
    assert seen == [[place.stamp.name]]
    assert json.loads(place.stamp.read_text("utf-8"))["complete"] is False


def test_without_pip_and_with_an_altered_wheel_the_mend_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = up.Environment(tmp_path)
    monkeypatch.setattr(place, "_run", lambda *command: "no")
    monkeypatch.setattr(up, "is_genuine", lambda wheel: False)
    monkeypatch.setattr(up.shutil, "which", lambda name: None)
    with pytest.raises(up.UpError, match="mend: restore that file") as caught:
        place.installer()
    assert caught.value.code == 4


def test_uv_is_taken_when_there_is_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = up.Environment(tmp_path)
    monkeypatch.setattr(place, "_run", lambda *command: "no")
    monkeypatch.setattr(up, "is_genuine", lambda wheel: False)
    monkeypatch.setattr(up.shutil, "which", lambda name: f"/bin/{name}")
    expected = ["/bin/uv", "pip", "install", "--python", place.python]
    assert place.installer() == expected


def test_an_old_python_hands_over_to_a_newer_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    newer = tmp_path / "up.py"
    newer.write_text("import sys; sys.exit(len(sys.argv[1:]) + 40)")
    monkeypatch.setattr(up, "__file__", str(newer))
    monkeypatch.setattr(up, "is_too_old", lambda version: True)
    monkeypatch.setattr(up, "successors", lambda: iter([[sys.executable]]))
    assert up.main(["--tests"]) == 41
    assert "is too old; going on with" in capfd.readouterr().err


def test_an_old_python_alone_ends_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(up, "is_too_old", lambda version: True)
    monkeypatch.setattr(up, "successors", lambda: iter([["/no/such", "python"]]))
    monkeypatch.setattr(up.subprocess, "run", _fails)
    assert up.main([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("up: needs Python 3.11 or newer, found 3.")
    assert "mend: install Python 3.11 or newer" in said


def _fails(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.CompletedProcess(command, 127)


def test_a_folder_that_cannot_be_written_ends_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, os.strerror(13), "/checkout/.venv")

    monkeypatch.setattr(up, "set_up", refuse)
    assert up.main([]) == 4
    assert "mend: make" in capsys.readouterr().err
