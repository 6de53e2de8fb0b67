"""What commands share: the options of a selection, and the boundary for errors."""

import functools
import inspect
import os
import signal
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer

from lemm_catalog.api import Catalog
from lemm_catalog.cli.console import Console, wants_color
from lemm_catalog.errors import LemmError, UsageError
from lemm_catalog.load.catalog import Loaded, load
from lemm_catalog.settings import Settings, folder, settings_from
from lemm_catalog.sizes import parse_size

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SELECTION]...", help="Phases, dataset ids, id/part, or globs."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a command: its settings and its console."""

    settings: Settings
    console: Console
    debug: bool

    def load(self) -> Loaded:
        """Read the catalog, with all its problems."""
        return load(self.settings.catalog)

    def catalog(self) -> Catalog:
        """Return the catalog, once its remarks are told.

        Raises:
            CatalogError: if a file of it is wrong.

        """
        loaded = self.load()
        for note in loaded.notes:
            self.console.talk(note)
        return Catalog.of(loaded)


def _shared(
    catalog: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR", help="Use this catalog; repeatable, later ones override."
        ),
    ] = None,
    cache_dir: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where the data lies.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read this configuration.")
    ] = None,
    offline: Annotated[
        bool | None, typer.Option("--offline", help="Do not use the network.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but results and errors.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Use no color.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an error arose.")
    ] = False,
) -> None:
    """Declare the options that every command has."""


def _planning(
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="SELECTION", help="Leave these out; repeatable."),
    ] = None,
    commercial: Annotated[
        bool, typer.Option("--commercial", help="Only what may be used commercially.")
    ] = False,
    max_storage: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="The most the cache may take, as 150GB."),
    ] = None,
    fit: Annotated[
        bool | None, typer.Option("--fit", help="Take by priority what fits.")
    ] = None,
    keep_archives: Annotated[
        bool | None,
        typer.Option("--keep-archives", help="Keep archives after unpacking."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=64, help="Datasets at once.")
    ] = None,
    connections: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="Connections for one file."),
    ] = None,
) -> None:
    """Declare the options of commands that plan."""


def command(
    *, plans: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the shared options, and turn its errors into exit codes.

    The command's first parameter is the `Run`; typer sees the others and the shared.
    """
    extras: list[Callable[..., None]] = [_shared, _planning] if plans else [_shared]

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]
        added = [
            p for extra in extras for p in inspect.signature(extra).parameters.values()
        ]
        names = {parameter.name for parameter in added}

        @functools.wraps(function)
        def run(**arguments: Any) -> None:
            shared = {name: arguments.pop(name) for name in names}
            _within_boundary(function, shared, arguments)

        parameters = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*own, *added)
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return run

    return decorate


def _within_boundary(
    function: Callable[..., None], shared: dict[str, Any], arguments: dict[str, Any]
) -> None:
    """Run a command; every expected error ends in words and its exit code."""
    console = Console(
        quiet=shared["quiet"],
        verbose=shared["verbose"],
        color=wants_color(refused=shared["no_color"]),
    )
    _die_in_words_on_sigterm()
    try:
        run = Run(settings=_settings(shared), console=console, debug=shared["debug"])
        function(run, **arguments)
        sys.stdout.flush()
    except LemmError as error:
        if shared["debug"]:
            raise
        console.error(error)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        console.talk("interrupted; what is here stays, run it again to go on")
        _leave(130)
    except _TerminatedError:
        console.talk("terminated; what is here stays, run it again to go on")
        _leave(143)
    except BrokenPipeError:
        # Whoever read our output has seen enough; say nothing more to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(141)


def _leave(code: int) -> NoReturn:
    """End at once: threads that wait for a network must not hold us up."""
    sys.stderr.flush()
    os._exit(code)


class _TerminatedError(BaseException):
    """The process was asked to end."""


def _die_in_words_on_sigterm() -> None:
    def end(_: int, __: FrameType | None) -> None:
        raise _TerminatedError

    signal.signal(signal.SIGTERM, end)


def _settings(shared: dict[str, Any]) -> Settings:
    proxies = urllib.request.getproxies()
    base = settings_from(os.environ, shared["config"], proxies)
    cache_dir, limit = shared["cache_dir"], shared.get("max_storage")
    return base.having(
        catalog=tuple(shared["catalog"]) if shared["catalog"] else None,
        cache_dir=None if cache_dir is None else folder(cache_dir),
        offline=shared["offline"],
        exclude=tuple(shared.get("exclude") or ()),
        policy="commercial" if shared.get("commercial") else None,
        max_storage=None if limit is None else _size(limit),
        fit=shared.get("fit"),
        keep_archives=shared.get("keep_archives"),
        jobs=shared.get("jobs"),
        connections=shared.get("connections"),
    )


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise UsageError(f"--max-storage: {error}") from error
