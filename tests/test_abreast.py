"""How the suite is spread over processes."""

import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import abreast

SOURCES = pytest.Config.ArgsSource


def config(source: object, **options: Any) -> Any:
    given = SimpleNamespace(**({"capture": "fd", "usepdb": False} | options))
    return SimpleNamespace(args_source=source, option=given)


@pytest.mark.parametrize(("cores", "expected"), [(1, 0), (2, 2), (64, 8)])
def test_all_of_it_takes_a_process_for_each_core(
    cores: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(abreast, "cores", lambda: cores)
    assert abreast.count(config(SOURCES.TESTPATHS)) == expected


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (SOURCES.ARGS, {}),
        (SOURCES.TESTPATHS, {"usepdb": True}),
        (SOURCES.TESTPATHS, {"capture": "no"}),
    ],
)
def test_what_is_named_or_looked_into_takes_this_process(
    source: object, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(abreast, "cores", lambda: 4)
    assert abreast.count(config(source, **options)) == 0


def test_each_file_that_measures_is_there() -> None:
    root = Path(__file__).parent.parent
    assert [name for name in abreast.MEASURES if not (root / name).is_file()] == []


def test_ctrl_c_is_heard_however_the_run_was_started() -> None:
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
