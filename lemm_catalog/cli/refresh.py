"""``lemm-catalog refresh``."""

from typing import Annotated

import typer

from lemm_catalog.cli.common import AsJson, Run, command
from lemm_catalog.cli.outcomes import tell
from lemm_catalog.cli.progress import logged, observing


@command(plans=True)
def run(
    run: Run,
    datasets: Annotated[list[str], typer.Argument(metavar="ID...", help="Datasets.")],
    as_json: AsJson = False,
) -> None:
    """Fetch datasets anew; what is here stays until the new is in place."""
    catalog = run.catalog()
    with (
        observing(run.console) as shown,
        logged(shown, run.settings.cache_dir) as observer,
    ):
        outcome = catalog.refresh(*datasets, settings=run.settings, observer=observer)
    tell(run.console, "refresh", outcome, as_json=as_json)
