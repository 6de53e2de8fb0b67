"""``lemm-catalog path``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson
from lemm_catalog.render.data import to_json


@command()
def run(
    run: Run,
    dataset: Annotated[
        str, typer.Argument(metavar="ID", help="The dataset, or id/part.")
    ],
    as_json: AsJson = False,
) -> None:
    """Print the folder of a dataset, for scripts.

    Fails with 1 unless all of the dataset is here; prints the folder if some is.

        cd "$(lemm-catalog path sample)"
    """
    catalog = run.catalog()
    catalog.manifest(dataset.partition("/")[0])  # one dataset, no phase and no glob
    standing = catalog.status(dataset, settings=run.settings)[0]
    path = run.settings.cache_dir.absolute() / standing.id
    if as_json:
        content = {"id": standing.id, "path": str(path), "state": standing.state}
        run.console.result(to_json("path", content))
    elif standing.path:
        run.console.result(str(path))
    if standing.state != "present":
        run.console.failure(f"{standing.id} is {standing.state}: {standing.reason}")
        run.console.talk(f"  lemm-catalog pull {dataset}")
        raise typer.Exit(1)
