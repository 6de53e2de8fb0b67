"""Pipes, terminals, colors, narrow windows, and what strangers write."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.cli.console import Console, safe
from lemm_catalog.cli.logs import requests_told
from lemm_catalog.cli.progress import LineObserver
from lemm_catalog.progress import Step
from lemm_catalog.render.lines import columns, wrapped
from tests.cli.running import (
    COMMAND,
    a_plain_file,
    process_env,
    run,
    spawn,
    started,
    write_manifest,
)
from tests.servers.http import HttpServer

HAS_TERMINALS = pytest.mark.skipif(
    sys.platform == "win32", reason="has no pseudo-terminals"
)


def on_a_terminal(*arguments: str, width: int = 80, **env: str) -> str:
    """Run a command on a terminal of its own, and return all it showed."""
    import fcntl
    import pty
    import struct
    import termios

    pid, terminal = pty.fork()
    if pid == 0:
        size = struct.pack("HHHH", 24, width, 0, 0)
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        whole = process_env(**({"TERM": "xterm-256color"} | env))
        os.execve(COMMAND[0], [*COMMAND, *arguments], whole)
    shown = b""
    try:
        while data := os.read(terminal, 4096):
            shown += data
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(terminal)
    os.waitpid(pid, 0)
    return shown.decode("utf-8").replace("\r\n", "\n")


def test_a_pipe_gets_no_escape_codes() -> None:
    done = spawn("pull", "sample")
    assert done.code == 0
    assert "\x1b" not in done.out + done.err
    assert spawn("plan", "nsinth").err.startswith("error: there is no")


def test_whoever_stops_reading_is_told_nothing_more() -> None:
    with started("plan", "comprehensive") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=100) == 141


@pytest.mark.skipif(sys.platform == "win32", reason="has no such shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_does_no_harm(closed: str) -> None:
    command = " ".join([*COMMAND, "pull", "sample", closed])
    done = subprocess.run(["/bin/sh", "-c", command], env=process_env(), check=False)
    assert done.returncode == 0
    assert Path("datasets/sample").is_dir()


def test_letters_a_stream_cannot_hold_are_shown_by_number() -> None:
    env = process_env(PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    done = spawn("plan", "sample", env=env)
    assert done.code == 0
    assert r"LEMM Sample \xb7 sample" in done.out


@HAS_TERMINALS
@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_table_fits_the_terminal(width: int) -> None:
    for command in ("list", "status"):
        shown = on_a_terminal(command, width=width)
        assert max(map(len, shown.splitlines())) <= width
        assert "sample" in shown


@HAS_TERMINALS
def test_bars_are_drawn_and_the_cursor_comes_back() -> None:
    shown = on_a_terminal("pull", "sample")
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert "fetching sample/sample.tar.gz: done  166.54 kB\n" in shown
    assert "/?" not in shown  # where nobody counts bytes, none are told
    assert "sample  pulled, " in shown


@HAS_TERMINALS
def test_a_dumb_terminal_gets_lines() -> None:
    shown = on_a_terminal("pull", "sample", TERM="dumb")
    assert "\x1b" not in shown
    assert "fetching sample/sample.tar.gz of 166.54 kB\n" in shown


@HAS_TERMINALS
def test_colors_go_where_they_are_not_wanted() -> None:
    assert "\x1b[31merror:\x1b[0m" in on_a_terminal("plan", "nsinth")
    assert "\x1b" not in on_a_terminal("plan", "nsinth", "--no-color")
    assert "\x1b" not in on_a_terminal("plan", "nsinth", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("plan", "nsinth", TERM="dumb")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("Größe 音楽 \u00a0", "Größe 音楽 \u00a0"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("\udce9", r"\udce9"),
        ("a\rb\x08", r"a\rb\x08"),
        ("\x7f", r"\x7f"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_word_of_the_user_comes_back_without_its_escapes() -> None:
    err = run("plan", "\x1b[2J\u202e").err
    assert "\x1b" not in err
    assert "\u202e" not in err


def test_lines_of_progress_come_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("lemm_catalog.cli.progress.time.monotonic", lambda: now)
    observer = LineObserver(Console())
    known: dict[str, Any] = {"dataset": "notes", "path": "a.bin"}
    sized = Step(verb="fetch", total=1000, **known)
    unsized = Step(verb="unpack", total=None, **known)
    observer.started(sized, 500)
    observer.started(unsized, 0)
    for _ in range(10):
        now += 10.0
        observer.advanced(sized, 50)
        observer.advanced(unsized, 1_000_000)
    observer.ended(sized, None)
    observer.ended(unsized, "broken")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "fetching notes/a.bin of 1.00 kB, 500 B here already"
    assert lines[1] == "unpacking notes/a.bin"
    assert [line for line in lines if "%" in line] == [
        f"fetching notes/a.bin: {percent} %" for percent in (60, 70, 80, 90, 100)
    ]
    assert "unpacking notes/a.bin: 3.00 MB" in lines
    assert lines[-1] == "fetching notes/a.bin: done"


def test_verbose_tells_every_request_without_its_signature(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = logging.getLogger("lemm_catalog.http")
    for verbose in (False, True):
        with requests_told(Console(verbose=verbose)):
            logger.debug("GET %s: %d", "https://a/b?sig=SECRET", 206)
    logger.debug("afterwards")
    err = capsys.readouterr().err
    assert err == "  GET https://a/b?… 206\n"


def test_a_verbose_pull_tells_its_requests() -> None:
    data = b"notes" * 100
    with HttpServer({"/a.bin": data}) as server:
        files = [a_plain_file("a.bin", data, server.url("/a.bin"))]
        write_manifest(Path("mine"), "notes", files=files)
        done = run("pull", "-v", "--catalog", "mine")
    assert done.code == 0
    assert re.search(r"^  GET http://\S+/a.bin: 20[06]$", done.err, re.M)


def test_columns_go_one_by_one_where_they_do_not_fit() -> None:
    rows = [("a" * 20, "b" * 20, "c" * 30)]
    heads = ("one", "two", "three")
    whole = columns(rows, heads, spare=(1,), width=None)
    assert "c" * 30 in whole
    cut = columns(rows, heads, spare=(1,), width=70)
    assert re.search(r"b{20}  c+…$", cut)
    assert "b" not in columns(rows, heads, spare=(1,), width=45)


def test_wrapped_text_keeps_urls_whole() -> None:
    url = "https://example.org/" + "x" * 60
    assert url in wrapped(f"from {url} or so", 40)
