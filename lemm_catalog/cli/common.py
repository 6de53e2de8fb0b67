"""What makes a function a command: shared options, settings, the error boundary."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.cli.boundary import boundary
from lemm_catalog.cli.console import Console, wants_color
from lemm_catalog.cli.options import config_in_use, planning, settings_of, shared
from lemm_catalog.load.catalog import Loaded, load
from lemm_catalog.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a command: its settings and its console."""

    settings: Settings
    console: Console

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


def command(
    *, plans: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the shared options, and turn its errors into exit codes.

    The command's first parameter is the `Run`; typer sees the others and the shared.
    """
    declared: list[Callable[..., None]] = [planning, shared] if plans else [shared]
    added = [p for one in declared for p in inspect.signature(one).parameters.values()]
    names = {parameter.name for parameter in added}
    common = set(inspect.signature(shared).parameters)

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]

        @functools.wraps(function)
        def run(**arguments: Any) -> None:
            given = {name: arguments.pop(name) for name in names}
            console = Console(
                quiet=given["quiet"],
                verbose=given["verbose"],
                color=wants_color(refused=given["no_color"]),
            )
            with boundary(console, debug=given["debug"]):
                function(_begin(console, given), **arguments)

        parameters = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*own, *added)
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        run.shared = common  # type: ignore[attr-defined]
        return run

    return decorate


def _begin(console: Console, given: dict[str, Any]) -> Run:
    settings = settings_of(given)
    if console.verbose:
        console.talk(f"config   {config_in_use(given['config'])}")
        console.talk(f"catalog  {', '.join(settings.catalog) or 'builtin'}")
        console.talk(f"data     {settings.cache_dir.absolute()}")
    return Run(settings=settings, console=console)
