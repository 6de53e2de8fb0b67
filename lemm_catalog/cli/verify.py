"""``lemm-catalog verify``."""

from typing import Annotated

import typer

from lemm_catalog.api import Catalog
from lemm_catalog.cli.common import AsJson, Run, Words, command
from lemm_catalog.cli.outcomes import tell
from lemm_catalog.cli.progress import logged, observing
from lemm_catalog.render.data import to_json
from lemm_catalog.render.standings import verify_text
from lemm_catalog.store.receipts import Verification


@command()
def run(
    run: Run,
    selection: Words = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Compare sizes and times only.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Fetch anew what is damaged.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read everything that is here and compare it with its checksums."""
    catalog, words = run.catalog(), selection or ()
    with observing(run.console) as observer:
        found = catalog.verify(
            *words, settings=run.settings, observer=observer, quick=quick
        )
    missing = [
        standing.id
        for standing in catalog.status(*words, settings=run.settings)
        if standing.id not in found and words
    ]
    damaged = [name for name, finding in found.items() if finding.damaged]
    _tell(run, found, missing, as_json)
    if damaged and repair:
        _repair(run, catalog, damaged)
    elif damaged or missing:
        raise typer.Exit(1)


def _tell(
    run: Run, found: dict[str, Verification], missing: list[str], as_json: bool
) -> None:
    if as_json:
        datasets = [
            {"id": name, "whole": not finding.damaged, **finding.model_dump()}
            for name, finding in found.items()
        ]
        content = {"datasets": datasets, "missing": missing}
        run.console.result(to_json("verify", content))
    else:
        damaged = {name: finding.damaged for name, finding in found.items()}
        run.console.result(verify_text(damaged, missing, run.console.width))


def _repair(run: Run, catalog: Catalog, damaged: list[str]) -> None:
    with (
        observing(run.console) as shown,
        logged(shown, run.settings.cache_dir) as observer,
    ):
        outcome = catalog.repair(damaged, run.settings, observer)
    tell(run.console, "repair", outcome, as_json=False)
