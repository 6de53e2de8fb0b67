"""``lemm-catalog path``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import AsJson, Run, command
from lemm_catalog.render.data import to_json


@command()
def run(
    run: Run,
    dataset: Annotated[str, typer.Argument(metavar="ID", help="The dataset.")],
    as_json: AsJson = False,
) -> None:
    """Print the folder of a dataset, for scripts; fails unless all of it is here."""
    standing = run.catalog().status(dataset, settings=run.settings)[0]
    path = run.settings.cache_dir.absolute() / standing.id
    if as_json:
        content = {"id": standing.id, "path": str(path), "state": standing.state}
        run.console.result(to_json("path", content))
    elif standing.path:
        run.console.result(str(path))
    if standing.state != "present":
        run.console.talk(
            f"{standing.id} is {standing.state}: {standing.reason} "
            f"(lemm-catalog pull {standing.id})"
        )
        raise typer.Exit(1)
