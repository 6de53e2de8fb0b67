"""``lemm-catalog pull``."""

from pathlib import Path
from typing import Annotated

import typer

from lemm_catalog.api import read_plan
from lemm_catalog.cli.common import AsJson, Run, Words, command
from lemm_catalog.cli.outcomes import tell
from lemm_catalog.cli.progress import logged, observing
from lemm_catalog.errors import UsageError


@command(plans=True)
def run(
    run: Run,
    selection: Words = None,
    as_json: AsJson = False,
    plan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Carry out a saved plan.")
    ] = None,
) -> None:
    """Fetch, verify, unpack and publish; run again, it goes on or does nothing."""
    if plan and selection:
        raise UsageError("a saved plan has its own selection", mend="give one of them")
    saved = read_plan(plan) if plan else None
    catalog = run.catalog()
    with (
        observing(run.console) as shown,
        logged(shown, run.settings.cache_dir) as observer,
    ):
        if saved:
            outcome = catalog.pull_saved(saved, run.settings, observer)
        else:
            words = selection or ()
            outcome = catalog.pull(*words, settings=run.settings, observer=observer)
    tell(run.console, "pull", outcome, as_json=as_json)
