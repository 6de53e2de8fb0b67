"""``lemm-catalog plan``."""

from pathlib import Path
from typing import Annotated

import typer

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson, PhaseWords
from lemm_catalog.render.data import value_json
from lemm_catalog.render.plans import Origins, plan_text
from lemm_catalog.store.files import write_atomically


@command(plans=True)
def run(
    run: Run,
    selection: PhaseWords = None,
    as_json: AsJson = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save the plan, for `pull --plan FILE`."),
    ] = None,
) -> None:
    """Say what a pull would do: needs no network, writes nothing.

    Each action comes with its reason, bytes and source; then the totals, the most
    disk the pull needs at any moment, and whether that fits. With -v, each file's
    mirrors and checksums too. Fails with 1 if something is refused or does not fit.

        lemm-catalog plan comprehensive
        lemm-catalog plan balanced --max-storage 150GB --fit
        lemm-catalog plan minimal libritts/dev-clean --out plan.json
    """
    catalog = run.catalog()
    plan = catalog.plan(*selection or (), settings=run.settings)
    if out:
        write_atomically(out, value_json(plan) + "\n")
    if as_json:
        run.console.result(value_json(plan))
    else:
        origins: Origins = {}
        if run.console.verbose and plan.datasets:
            ids = [dataset.id for dataset in plan.datasets]
            items = catalog.items(ids, run.settings)
            origins = {(i.id, a.path): a for i in items for a in i.artifacts}
        run.console.result(plan_text(plan, run.console.width, origins))
    if out:
        run.console.talk(f"saved; lemm-catalog pull --plan {out} carries it out")
    if plan.problems:
        raise typer.Exit(1)
