"""What every command gets: settings, a console, and the error boundary around it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lemm_catalog import garbage
from lemm_catalog.api.catalog import Catalog
from lemm_catalog.cli.boundary import guarded
from lemm_catalog.cli.commands import command
from lemm_catalog.cli.console import Console, wants_color
from lemm_catalog.cli.options import PLANNING, SHARED, config_in_use, settings_of
from lemm_catalog.load.shelf import open_shelf
from lemm_catalog.rules.consenting import unknown_to
from lemm_catalog.settings import Settings


class Run(NamedTuple):
    """One run of a command: its settings and its console."""

    settings: Settings
    console: Console

    def catalog(self) -> Catalog:
        """Return the catalog, once its remarks are told.

        Raises:
            CatalogError: if a file of it is wrong.

        """
        with garbage.for_good():
            opened = open_shelf(self.settings.catalog, self.settings.index_dir)
        for note in opened.notes:
            self.console.talk(note)
        if self.console.verbose:
            for name in unknown_to(opened.shelf, self.settings.accept_environment):
                said = f"LEMM_ACCEPT_LICENSES: {name} is unknown here"
                self.console.talk(f"{said}, and means nothing")
        return Catalog.of(opened.shelf)

    def write(self, pieces: Iterable[str], out: Path | None) -> None:
        """Print what was asked for, or write it to a file, as it comes.

        Raises:
            LocalError: if the disk or stdout does not take it.

        """
        if out is None:
            for piece in pieces:
                self.console.result(piece)
            return
        from lemm_catalog.store.files import write_atomically

        write_atomically(out, (f"{piece}\n" for piece in pieces))

    def nothing(self, *, pulled: bool) -> str:
        """Return what is said where a selection comes to nothing."""
        if pulled:
            return f"nothing of it is in {self.settings.cache_dir}"
        return "the catalog has no datasets to select"


def perform(name: str, values: Mapping[str, Any]) -> int:
    """Run a command with the values of its options; return its exit code.

    What commands share becomes the `Run`; the rest goes to the command's function.
    """
    common = {option.name for option in (*PLANNING, *SHARED)}
    given = {key: value for key, value in values.items() if key in common}
    own = {key: value for key, value in values.items() if key not in common}
    console = Console(
        quiet=given["quiet"],
        verbose=given["verbose"],
        color=wants_color(refused=given["no_color"]),
    )

    def act() -> int:
        chosen = command(name)
        # One that must run whatever the settings are reads them itself.
        begin = getattr(chosen, "begin", _begin)
        code: int = chosen.run(begin(console, given), **own)
        return code

    return guarded(console, act, debug=given["debug"])


def _begin(console: Console, given: Mapping[str, Any]) -> Run:
    settings = settings_of(given)
    if console.verbose:
        console.talk(f"config   {config_in_use(given['config'])}")
        console.talk(f"catalog  {', '.join(settings.catalog) or 'builtin'}")
        console.talk(f"data     {settings.cache_dir.absolute()}")
    return Run(settings=settings, console=console)
