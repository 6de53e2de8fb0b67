"""``lemm-catalog validate``."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson
from lemm_catalog.errors import UsageError
from lemm_catalog.load.catalog import Loaded, load_paths
from lemm_catalog.problems import Problem, errors_in
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
            metavar="PATH",
            help="Manifests, folders of them, or catalogs; none: the catalog in use.",
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            metavar="text|json|github|sarif",
            help="How problems are shown; default: text.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check files against schema and rules.

    Tells every problem of every file at once: file:line:column, what is wrong and
    how to mend it. Fails with 1 if there is an error; warnings do not count.

        lemm-catalog validate catalog/datasets/nsynth.yaml
        lemm-catalog validate --format github catalog
    """
    if as_json and form not in {None, Format.JSON}:
        raise UsageError(f"--json and --format {form} are two formats; give one")
    loaded: Loaded = load_paths(paths) if paths else run.load()
    for note in loaded.notes:
        run.console.talk(note)
    chosen = Format.JSON if as_json else form or Format.TEXT
    here = Path.cwd()
    problems = [_seen_from(here, problem) for problem in loaded.problems]
    run.console.result(FORMATS[chosen](problems, loaded.files))
    if errors_in(problems):
        raise typer.Exit(1)


def _seen_from(here: Path, problem: Problem) -> Problem:
    """Name a file below here as from here: code hosts show only such places."""
    path = Path(problem.path)
    if path.is_absolute() and path.is_relative_to(here):
        return replace(problem, path=path.relative_to(here).as_posix())
    return problem
