"""``lemm-catalog remove``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import AsJson, Run, command
from lemm_catalog.render.data import to_json
from lemm_catalog.sizes import format_size


@command()
def run(
    run: Run,
    datasets: Annotated[list[str], typer.Argument(metavar="ID...", help="Datasets.")],
    as_json: AsJson = False,
) -> None:
    """Take datasets away, with all that is staged of them."""
    freed = run.catalog().remove(*datasets, settings=run.settings)
    if as_json:
        run.console.result(to_json("remove", {"freed_bytes": freed}))
        return
    for name, count in freed.items():
        text = f"removed, {format_size(count)} freed" if count else "was not here"
        run.console.result(f"{name}  {text}")
