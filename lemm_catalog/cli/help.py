"""Help pages, laid out here: the same with every version of typer, and unabridged."""

import inspect
import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

_MAX_WIDTH = 80
_MIN_WIDTH = 40


class HelpfulCommand(TyperCommand):
    """A command whose help tells its own options from those it shares."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line that says how to write the command."""
        arguments = [_written(p) for p in self.params if _is_argument(p)]
        return " ".join(["Usage:", ctx.command_path, "[OPTIONS]", *arguments])

    def get_help(self, ctx: Any) -> str:
        """Return the whole page."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            heading = _heading(param, self.callback)
            groups.setdefault(heading, []).append(_entry(param))
        order = sorted(groups, key=lambda heading: heading == "Shared options")
        sections = [_section(heading, groups[heading]) for heading in order]
        return "\n\n".join([self.get_usage(ctx), *_prose(self.help or ""), *sections])


class HelpfulGroup(TyperGroup):
    """The command line as a whole: its help lists every command in full."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line that says how to write a command."""
        return f"Usage: {ctx.command_path} COMMAND [OPTIONS] [ARGUMENTS]"

    def get_help(self, ctx: Any) -> str:
        """Return the whole page."""
        commands = [
            (name, (command.help or "").split("\n\n")[0].replace("\n", " "))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name))
        ]
        options = [_entry(param) for param in self.get_params(ctx)]
        return "\n\n".join(
            [
                self.get_usage(ctx),
                *_prose(self.help or ""),
                _section("Commands", commands),
                _section("Options", options),
                f"Help on a command: {ctx.command_path} COMMAND --help",
            ]
        )


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _written(param: Any) -> str:
    """Return an argument as the usage line shows it: ``ID``, ``[SELECTION...]``."""
    many = "..." if param.nargs != 1 else ""
    name = f"{param.metavar}{many}"
    return name if param.required else f"[{name}]"


def _heading(param: Any, callback: Callable[..., Any] | None) -> str:
    if _is_argument(param):
        return "Arguments"
    shared: Iterable[str] = getattr(callback, "shared", ())
    return "Shared options" if param.name in {*shared, "help"} else "Options"


def _entry(param: Any) -> tuple[str, str]:
    if _is_argument(param):
        return _written(param), param.help or ""
    # Short names first, as everywhere: -q, --quiet.
    names = ", ".join(sorted(param.opts, key=len))
    metavar = "" if param.is_flag else f" {param.metavar}"
    return f"{names}{metavar}", param.help or ""


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
