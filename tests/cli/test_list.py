"""``list`` in a terminal, its filters and what they print."""

import pytest

from lemm_catalog.cli.console import Console
from tests.cli.running import run


def ids(*words: str) -> list[str]:
    done = run("list", "--json", *words)
    assert done.code == 0
    return [one["id"] for one in done.json["datasets"]]


def test_filters_narrow_a_list_and_json_has_the_same() -> None:
    words = ("--language", "es", "--verdict", "allowed", "--max-size", "1.5GB")
    text = run("list", *words).out.splitlines()
    assert [line.split()[0] for line in text[1:]] == ids(*words)
    assert ids(*words) == [
        "openslr-71-chilean-spanish",
        "openslr-74-puerto-rico-spanish",
        "openslr-75-venezuelan-spanish",
    ]


def test_a_filter_may_be_repeated_and_goes_with_a_selection() -> None:
    found = ids("scores", "--media", "midi", "--media", "text/vnd.abc")
    assert {"pop909", "essen-esac-abc", "irishman"} <= set(found)
    assert "bach-370-chorales" not in found
    assert "groove-midi" not in found


def test_json_says_what_filters_ask_for() -> None:
    (one,) = run("list", "vctk", "--json").json["datasets"]
    assert one["media"] == ["audio/flac"]
    assert one["languages"] == ["en"]
    assert "voice-conversion" in one["tasks"]


def test_a_list_that_keeps_nothing_says_so_and_fails() -> None:
    done = run("list", "--task", "source-separation", "--max-size", "1kB")
    assert (done.code, done.out, done.err) == (1, "", "no dataset fits\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--task", "transcripton"], "error: there is no task 'transcripton'\n"),
        (["--media", "wave"], "error: there is no media type 'wave'\n"),
        (["--language", "xx"], "error: there is no language 'xx'\n"),
        (["--phase", "spech"], "error: there is no phase 'spech'\n"),
        (["--verdict", "maybe"], "error: there is no verdict 'maybe'\n"),
        (["--max-size", "lots"], "error: --max-size: 'lots' is not a size"),
    ],
)
def test_a_slip_is_a_wrong_usage(words: list[str], sentence: str) -> None:
    done = run("list", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)


def test_a_terminal_of_80_columns_shows_phases_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Console, "table_width", 80)
    lines = run("list").out.splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line.split(":")[0] for line in lines if ": " in line]
    assert heads == [
        *("sample", "minimal", "balanced", "comprehensive"),
        *("speech", "music", "scores", "sound", "excluded"),
    ]
    at = lines.index("minimal: 4 datasets, 48.16 GB")
    assert lines[at - 1] == ""
    assert [line.split()[0] for line in lines[at + 1 : at + 5]] == [
        *("ljspeech", "nsynth", "fma-small", "urmp"),
    ]
    assert len(lines) == 1 + 104 + 2 * len(heads)
    assert all("…" not in line for line in lines)


def test_one_phase_alone_is_a_plain_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "table_width", 80)
    lines = run("list", "minimal").out.splitlines()
    assert (len(lines), lines[1].split()[1]) == (5, "minimal")
