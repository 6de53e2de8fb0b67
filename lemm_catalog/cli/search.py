"""``lemm-catalog search``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson
from lemm_catalog.render.data import to_json
from lemm_catalog.render.listings import list_text


@command()
def run(
    run: Run,
    words: Annotated[
        list[str], typer.Argument(metavar="WORD", help="All of them must occur.")
    ],
    as_json: AsJson = False,
) -> None:
    """Find datasets by words in their name, summary, tasks, format and notes.

    Upper and lower case are the same; datasets that are excluded are found too.

        lemm-catalog search midi
        lemm-catalog search midi classical
    """
    found = run.catalog().search(words, run.settings)
    if as_json:
        run.console.result(to_json("search", {"words": words, "datasets": found}))
    elif found:
        run.console.result(list_text(found, run.console.table_width))
    if not found:
        run.console.talk(f"no dataset has all of: {' '.join(words)}")
        raise typer.Exit(1)
