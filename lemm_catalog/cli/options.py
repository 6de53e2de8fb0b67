"""The options and arguments that commands share, declared once."""

import os
import urllib.request
from pathlib import Path
from typing import Annotated, Any

import typer

from lemm_catalog.errors import UsageError
from lemm_catalog.settings import DEFAULT_CONFIG, Settings, folder, settings_from
from lemm_catalog.sizes import parse_size

_SELECTION = "Phases, dataset ids, id/part, or globs"
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="SELECTION", help=f"{_SELECTION}; none: all datasets."),
]
PhaseWords = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SELECTION", help=f"{_SELECTION}; none: the configured phase."
    ),
]
Ids = Annotated[
    list[str], typer.Argument(metavar="ID", help="Datasets, as `list` names them.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def shared(
    catalog: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR",
            help="Use this catalog in place of the builtin one; repeatable, later "
            "ones override (--catalog builtin --catalog mine).",
        ),
    ] = None,
    cache_dir: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Where the data lies; default: datasets."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Read this file in place of config/config.yaml."
        ),
    ] = None,
    offline: Annotated[
        bool | None, typer.Option("--offline", help="Do not use the network.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but results and errors.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Say which settings are in use, and each request."
        ),
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Use no color.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an error arose.")
    ] = False,
) -> None:
    """Declare the options that every command has."""


def planning(
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="SELECTION", help="Leave these out; repeatable."),
    ] = None,
    commercial: Annotated[
        bool, typer.Option("--commercial", help="Only what may be used commercially.")
    ] = False,
    max_storage: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="The most the data may take, as 150GB."),
    ] = None,
    fit: Annotated[
        bool | None, typer.Option("--fit", help="Take by priority what fits.")
    ] = None,
    keep_archives: Annotated[
        bool | None,
        typer.Option("--keep-archives", help="Keep archives after unpacking."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="Datasets at once; default: 1."),
    ] = None,
    connections: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=64, help="Connections for one file; default: 4."
        ),
    ] = None,
) -> None:
    """Declare the options of commands that plan."""


def settings_of(given: dict[str, Any]) -> Settings:
    """Return the settings of this process, with the options that were given.

    Raises:
        UsageError: if an option or a variable cannot be understood.
        CatalogError: if the config file is wrong.

    """
    base = settings_from(os.environ, given["config"], urllib.request.getproxies())
    cache_dir, limit = given["cache_dir"], given.get("max_storage")
    return base.having(
        catalog=tuple(given["catalog"]) if given["catalog"] else None,
        cache_dir=None if cache_dir is None else folder(cache_dir),
        offline=given["offline"],
        exclude=tuple(given.get("exclude") or ()),
        policy="commercial" if given.get("commercial") else None,
        max_storage=None if limit is None else _size(limit),
        fit=given.get("fit"),
        keep_archives=given.get("keep_archives"),
        jobs=given.get("jobs"),
        connections=given.get("connections"),
    )


def config_in_use(given: Path | None) -> str:
    """Return the config file that is read, in words."""
    named = given or os.environ.get("LEMM_CONFIG")
    if named is None and not DEFAULT_CONFIG.is_file():
        return f"none ({DEFAULT_CONFIG} is not there)"
    return str(named or DEFAULT_CONFIG)


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise UsageError(f"--max-storage: {error}") from error
