"""Help pages, laid out here: the same with every version of typer, and unabridged."""

import inspect
import shutil
import textwrap
from collections.abc import Iterator, Sequence

from lemm_catalog.cli.commands import COMMANDS, command
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.options import SHARED

ABOUT = """Plan, fetch, verify and audit music and speech datasets.

For a start:

    lemm-catalog plan comprehensive
    lemm-catalog pull sample
"""
_PROGRAM = "lemm-catalog"
_MAX_WIDTH = 80
_MIN_WIDTH = 40
# What typer itself takes; a test holds the texts to be its own.
_HELP = Option(name="help", flags=("-h", "--help"), help="Show this message and exit.")
TOP: Takes = (
    Option(name="version", flags=("--version",), help="Show the version."),
    Option(
        name="install_completion",
        flags=("--install-completion",),
        help="Install completion for the current shell.",
    ),
    Option(
        name="show_completion",
        flags=("--show-completion",),
        help="Show completion for the current shell, to copy it or customize the "
        "installation.",
    ),
    _HELP,
)


def usage(name: str = "", takes: Takes = ()) -> str:
    """Return the line that says how to write a command, or any of them."""
    if not name:
        return f"Usage: {_PROGRAM} COMMAND [OPTIONS] [ARGUMENTS]"
    arguments = [one.written for one in takes if isinstance(one, Argument)]
    return " ".join(["Usage:", _PROGRAM, name, "[OPTIONS]", *arguments])


def top_page() -> str:
    """Return the help of the command line as a whole, with every command in full."""
    return "\n\n".join(
        [
            usage(),
            *_prose(ABOUT),
            _section("Commands", list(COMMANDS.items())),
            _section("Options", [_entry(one) for one in TOP]),
            f"Help on a command: {_PROGRAM} COMMAND --help",
        ]
    )


def command_page(name: str) -> str:
    """Return the help of a command, its own options apart from those it shares."""
    module = command(name)
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in (*module.TAKES, _HELP):
        groups.setdefault(_heading(one), []).append(_entry(one))
    order = sorted(groups, key=lambda heading: heading == "Shared options")
    sections = [_section(heading, groups[heading]) for heading in order]
    return "\n\n".join(
        [usage(name, module.TAKES), *_prose(module.run.__doc__ or ""), *sections]
    )


def _heading(one: Option | Argument) -> str:
    if isinstance(one, Argument):
        return "Arguments"
    return "Shared options" if one in (*SHARED, _HELP) else "Options"


def _entry(one: Option | Argument) -> tuple[str, str]:
    if isinstance(one, Argument):
        return one.written, one.help
    # Short names first, as everywhere: -q, --quiet.
    names = ", ".join(sorted(one.flags, key=len))
    return f"{names} {one.metavar}".rstrip(), one.help


def _width() -> int:
    columns = shutil.get_terminal_size((_MAX_WIDTH, 24)).columns
    return max(_MIN_WIDTH, min(columns, _MAX_WIDTH)) - 1


def _prose(text: str) -> Iterator[str]:
    """Give paragraphs, wrapped; lines that are indented stay as they are."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith(" "):
            yield textwrap.indent(textwrap.dedent(paragraph), "  ")
        else:
            yield textwrap.fill(" ".join(paragraph.split()), _width())


def _section(heading: str, entries: Sequence[tuple[str, str]]) -> str:
    room = min(max(len(name) for name, _ in entries), _width() // 2 - 4)
    lines = [f"{heading}:"]
    for name, text in entries:
        first = f"  {name:<{room}}  "
        if len(name) > room:
            lines.append(f"  {name}")
            first = " " * (room + 4)
        lines.append(
            textwrap.fill(
                text,
                _width(),
                initial_indent=first,
                subsequent_indent=" " * (room + 4),
                break_on_hyphens=False,
            )
        )
    return "\n".join(lines)
