"""Keeps README.md and docs/commands.md true: what they show is what the tool prints.

::

    .venv/bin/python tools/readme.py           # write both anew
    .venv/bin/python tools/readme.py --check   # 1 if that would change anything

In README.md, what stands between ``<!-- output: lemm-catalog … -->`` and
``<!-- end -->`` is replaced by what that command writes to stdout. So that every
machine writes the same, the commands run in an empty folder, on a disk with 500 GB
free, in a terminal of 88 columns, and every day is the same day.
docs/commands.md holds the help page of every command. The table of speeds, between
``<!-- speed -->`` and ``<!-- end -->``, has the figures of docs/speed.json,
written by `python -m benchmarks --size full --json docs/speed.json`.
"""

import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from typer.testing import CliRunner

from lemm_catalog.cli.full import app

CHECKOUT = Path(__file__).resolve().parents[1]
README = CHECKOUT / "README.md"
COMMANDS = CHECKOUT / "docs" / "commands.md"
_OUTPUT = re.compile(
    r"(<!-- output: lemm-catalog (.+?) -->\n\n)(.+?)(\n\n<!-- end -->)", re.S
)
_SPEED = re.compile(r"(<!-- speed -->\n\n)(.*?)(\n\n<!-- end -->)", re.S)
SPEED = CHECKOUT / "docs" / "speed.json"
_DAY = "2026-11-22"
_ENVIRON = ("LEMM_", "HF_", "NO_COLOR", "COLUMNS")
_INTRODUCTION = """\
# Commands

The help page of every command, written by `tools/readme.py`. What the commands are for,
exit codes and settings are in the [README](../README.md).
"""


def readme_of(text: str) -> str:
    """Return the README with the outputs of its commands, run in their order."""
    speed = speed_table(json.loads(SPEED.read_text("utf-8")))
    text = _SPEED.sub(lambda found: found[1] + speed + found[3], text)
    with _same_everywhere():
        return _OUTPUT.sub(_refreshed, text)


def speed_table(result: dict[str, Any]) -> str:
    """Return what was measured against others, a line for each of them."""
    machine = result["machine"]
    lines = [
        "| work | ours | against | theirs | ratio | goal | |",
        "|---|---:|---|---:|---:|---:|---|",
    ]
    for row in result["rows"]:
        for peer in row["peers"]:
            if peer["ratio"] is None:
                continue
            goal = peer["target"]
            met = {"met": "met", "missed": "not yet"}.get(peer["verdict"], "")
            cells = (
                row["title"],
                f"{row['ours']['seconds']:.2f} s",
                f"`{peer['name']}`" if not peer["is_floor"] else peer["name"],
                f"{peer['seconds']:.2f} s",
                f"{peer['ratio']:.2f}",
                "" if goal is None else f"{goal:.2f}",
                met,
            )
            lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    facts = (
        f"Medians of {result['rounds']} interleaved rounds on {result['when'][:10]}:"
        f" {machine['cores']} shared cores, Python {machine['python']}."
    )
    return "\n".join([*lines, "", facts])


def commands_page() -> str:
    """Return docs/commands.md."""
    names = [str(command.name) for command in app.registered_commands]
    pages = [_INTRODUCTION, _page("lemm-catalog", help_page())]
    pages += [_page(f"lemm-catalog {name}", help_page(name)) for name in names]
    return "\n".join(pages)


def help_page(*command: str) -> str:
    """Return a help page at 80 columns."""
    return _stdout([*command, "--help"], columns=80)


def _page(title: str, text: str) -> str:
    return f"## `{title}`\n\n```text\n{text.rstrip()}\n```\n"


def _refreshed(match: re.Match[str]) -> str:
    before, words, block, after = match.groups()
    text = _stdout(shlex.split(words), columns=88).rstrip()
    text = text.replace(f"{datetime.now(UTC):%Y-%m-%d}", _DAY)
    if block.startswith("```"):
        text = f"```text\n{text}\n```"
    return f"{before}{text}{after}"


def _stdout(words: list[str], *, columns: int) -> str:
    result = CliRunner().invoke(
        app, words, env={"COLUMNS": str(columns)}, prog_name="lemm-catalog"
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


@contextmanager
def _same_everywhere() -> Iterator[None]:
    disk = SimpleNamespace(total=10**12, used=5 * 10**11, free=5 * 10**11)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_ENVIRON)}
    before = Path.cwd()
    with (
        tempfile.TemporaryDirectory() as folder,
        patch("shutil.disk_usage", return_value=disk),
        patch.dict(os.environ, {**kept, "LEMM_INDEX": "off"}, clear=True),
    ):
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def main(arguments: list[str]) -> int:
    """Write both files, or only look whether they are true."""
    wanted = {
        README: readme_of(README.read_text("utf-8")),
        COMMANDS: commands_page(),
    }
    stale = [
        path
        for path, text in wanted.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(CHECKOUT)} is not what the tool prints")
    if "--check" in arguments:
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8", newline="\n")
        print(f"{path.relative_to(CHECKOUT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
