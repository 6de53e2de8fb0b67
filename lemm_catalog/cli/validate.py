"""``lemm-catalog validate``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lemm_catalog.cli.common import AsJson, Run, command
from lemm_catalog.load.catalog import Loaded, load_paths
from lemm_catalog.problems import errors_in
from lemm_catalog.render.findings.table import FORMATS


class Format(StrEnum):
    """How problems are shown."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


@command()
def run(
    run: Run,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...", help="Manifests, folders of them, or catalogs."
        ),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="How problems are shown.")
    ] = Format.TEXT,
    as_json: AsJson = False,
) -> None:
    """Check files against schema and rules; tells every problem with its place."""
    loaded: Loaded = load_paths(paths) if paths else run.load()
    for note in loaded.notes:
        run.console.talk(note)
    chosen = Format.JSON if as_json else form
    run.console.result(FORMATS[chosen](loaded.problems, loaded.files))
    if errors_in(loaded.problems):
        raise typer.Exit(1)
