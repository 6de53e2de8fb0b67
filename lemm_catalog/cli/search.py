"""``lemm-catalog search``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import AsJson, Run, command
from lemm_catalog.render.catalogs import list_text
from lemm_catalog.render.data import to_json


@command()
def run(
    run: Run,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="All of them.")],
    as_json: AsJson = False,
) -> None:
    """Find datasets by words in their name, summary, tasks, format and notes."""
    found = run.catalog().search(words, run.settings)
    if as_json:
        run.console.result(to_json("search", {"words": words, "datasets": found}))
    elif found:
        run.console.result(list_text(found, run.console.width))
    if not found:
        run.console.talk(f"no dataset has all of: {' '.join(words)}")
        raise typer.Exit(1)
