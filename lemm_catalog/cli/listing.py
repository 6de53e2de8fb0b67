"""``lemm-catalog list``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson, Words
from lemm_catalog.render.data import to_json
from lemm_catalog.render.listings import list_markdown, list_text


@command()
def run(
    run: Run,
    selection: Words = None,
    as_json: AsJson = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a Markdown table.")
    ] = False,
) -> None:
    """List datasets: size, phase, license verdict, and whether they are here.

    With no SELECTION, those that are excluded too.

        lemm-catalog list
        lemm-catalog list balanced
    """
    listed = run.catalog().listed(*selection or (), settings=run.settings)
    if as_json:
        run.console.result(to_json("list", {"datasets": listed}))
    elif markdown:
        run.console.result(list_markdown(listed))
    else:
        run.console.result(list_text(listed, run.console.table_width))
