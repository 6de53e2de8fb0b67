"""``logs/lemm_<date>.log``: bounded, a line each, and without secrets."""

from pathlib import Path

import pytest

from lemm_catalog.cli import logs
from lemm_catalog.cli.logs import logged, without_secrets
from lemm_catalog.progress import SilentObserver


def files(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "logs").glob("*"))


def test_nothing_to_say_leaves_no_file(tmp_path: Path) -> None:
    with logged(SilentObserver(), tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_long_log_goes_on_in_another_file_and_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 1000)
    monkeypatch.setattr(logs, "MOST_FILES", 4)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "lemm_2020-01-01.log").write_text("old")
    (folder / "mine.txt").write_text("not a log of ours")
    for start in (0, 50):  # the second run goes on where the first one stopped
        with logged(SilentObserver(), tmp_path) as observer:
            for number in range(start, start + 50):
                observer.noted(f"note {number} {'x' * 60}")
    held = [folder / name for name in files(tmp_path) if name != "mine.txt"]
    assert (folder / "mine.txt").exists()
    assert len(held) == 4
    assert all(path.name.startswith("lemm_") for path in held)
    assert all(path.stat().st_size <= 1000 + 120 for path in held)
    newest = max(held, key=lambda path: path.stat().st_mtime_ns)
    assert "note 99 " in newest.read_text()


def test_a_note_is_one_line_whatever_is_in_it(tmp_path: Path) -> None:
    with logged(SilentObserver(), tmp_path) as observer:
        observer.noted("one\n2026-01-01T00:00:00Z ERROR forged \x1b[31m")
    [line] = (tmp_path / "logs" / files(tmp_path)[0]).read_text().splitlines()
    assert "\x1b" not in line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.example/x?token=hush&b=1: 403", "https://a.example/x?…"),
        ("https://me:hush@a.example/x: 403", "https://a.example/x: 403"),
        ("https://hush@a.example/x", "https://a.example/x"),
        ("mail me@a.example", "mail me@a.example"),
        ("what? no", "what? no"),
    ],
)
def test_urls_lose_what_may_be_a_secret(text: str, shown: str) -> None:
    assert without_secrets(text).startswith(shown)
    assert "hush" not in without_secrets(text)


def test_a_disk_that_takes_no_log_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with logged(SilentObserver(), tmp_path) as observer:
        observer.noted("anything")
    assert (tmp_path / "logs").read_text().startswith("a file")
