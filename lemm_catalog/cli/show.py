"""``lemm-catalog show``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson
from lemm_catalog.render.catalogs import show_text
from lemm_catalog.render.data import to_json


@command()
def run(
    run: Run,
    dataset: Annotated[str, typer.Argument(metavar="ID", help="The dataset.")],
    as_json: AsJson = False,
) -> None:
    """Show all that is known of one dataset, be it excluded.

    Sizes, files with every source and checksum, license with its claims, layout,
    notes, citation.
    """
    catalog = run.catalog()
    manifest = catalog.manifest(dataset)
    listed = catalog.listed_one(manifest.id, run.settings)
    if as_json:
        content = {"manifest": manifest, "summary": listed}
        run.console.result(to_json("show", content))
    else:
        run.console.result(show_text(manifest, listed, run.console.width))
