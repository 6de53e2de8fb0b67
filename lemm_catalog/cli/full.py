"""The full parser: typer, with its errors, its completion and every odd spelling.

It is made of the same data as the quick one.
"""

import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from lemm_catalog.cli.commands import COMMANDS, command
from lemm_catalog.cli.common import perform
from lemm_catalog.cli.declared import Argument, Option
from lemm_catalog.cli.help import ABOUT, command_page, top_page, usage
from lemm_catalog.version import version_line

_TYPES: dict[str, Any] = {
    "flag": bool,
    "text": str | None,
    "texts": list[str] | None,
    "count": int | None,
    "path": Path | None,
}


class _Command(TyperCommand):
    """A command whose pages are laid out by us."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line that says how to write the command."""
        return usage(str(self.name), command(str(self.name)).TAKES)

    def get_help(self, ctx: Any) -> str:
        """Return the whole page."""
        return command_page(str(self.name))


class _Group(TyperGroup):
    """The command line as a whole."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line that says how to write a command."""
        return usage()

    def get_help(self, ctx: Any) -> str:
        """Return the whole page."""
        return top_page()


app = typer.Typer(
    name="lemm-catalog",
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version_line())
        raise typer.Exit


@app.callback(help=ABOUT)
def _top(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version.",
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def _signature(name: str) -> inspect.Signature:
    return inspect.Signature(
        [
            inspect.Parameter(
                one.name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=_annotation(one),
                default=_default(one),
            )
            for one in command(name).TAKES
        ]
    )


def _annotation(one: Option | Argument) -> Any:
    if isinstance(one, Argument):
        kind = Path if one.kind == "path" else str
        many: Any = list[kind] if one.required else list[kind] | None  # type: ignore[valid-type]
        declared: Any = typer.Argument(metavar=one.metavar, help=one.help)
        return Annotated[many if one.many else kind, declared]
    told: dict[str, Any] = {"help": one.help, "metavar": one.metavar or None}
    if one.kind == "count":
        told |= {"min": one.least, "max": one.most}
    if one.kind == "choice":
        members = {name.upper(): name for name in one.choices}
        chosen: Any = StrEnum("Choice", members)  # type: ignore[misc]  # known by data
        return Annotated[chosen | None, typer.Option(*one.flags, **told)]
    return Annotated[_TYPES[one.kind], typer.Option(*one.flags, **told)]


def _default(one: Option | Argument) -> Any:
    if isinstance(one, Argument):
        return inspect.Parameter.empty if one.required else None
    return False if one.kind == "flag" else None


def values_of(name: str, parsed: dict[str, Any]) -> dict[str, Any]:
    """Return what typer parsed in the form that commands take."""
    values = dict(parsed)
    for one in command(name).TAKES:
        value = values[one.name]
        many = one.kind == "texts" if isinstance(one, Option) else one.many
        if many:
            values[one.name] = tuple(value or ())
        elif isinstance(value, StrEnum):
            values[one.name] = str(value)
    return values


def _callback(name: str) -> Callable[..., None]:
    def run(**parsed: Any) -> None:
        if code := perform(name, values_of(name, parsed)):
            raise typer.Exit(code)

    signature = _signature(name)
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return run


for _name, _summary in COMMANDS.items():
    app.command(_name, cls=_Command, help=_summary)(_callback(_name))
