"""The command line: one file a command, registered here."""

import sys
from typing import Annotated

import typer

from lemm_catalog.cli import (
    gc,
    listing,
    path,
    plan,
    pull,
    refresh,
    remove,
    search,
    show,
    status,
    validate,
    verify,
)
from lemm_catalog.cli.console import speak_any_language
from lemm_catalog.cli.help import HelpfulCommand, HelpfulGroup
from lemm_catalog.version import __version__

app = typer.Typer(
    name="lemm-catalog",
    cls=HelpfulGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in {
    "list": listing.run,
    "show": show.run,
    "search": search.run,
    "path": path.run,
    "plan": plan.run,
    "pull": pull.run,
    "status": status.run,
    "verify": verify.run,
    "remove": remove.run,
    "refresh": refresh.run,
    "gc": gc.run,
    "validate": validate.run,
}.items():
    app.command(_name, cls=HelpfulCommand)(_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        python = ".".join(map(str, sys.version_info[:3]))
        typer.echo(f"lemm-catalog {__version__} (manifest schema 1, Python {python})")
        raise typer.Exit


@app.callback()
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
    """Plan, fetch, verify and audit music and speech datasets.

    For a start:

        lemm-catalog plan comprehensive
        lemm-catalog pull sample
    """


def main() -> None:
    """Run the command line."""
    speak_any_language()
    app(prog_name="lemm-catalog")
