"""``lemm-catalog plan``."""

from pathlib import Path
from typing import Annotated

import typer

from lemm_catalog.cli.common import AsJson, Run, Words, command
from lemm_catalog.render.data import value_json
from lemm_catalog.render.plans import plan_text
from lemm_catalog.store.files import write_atomically


@command(plans=True)
def run(
    run: Run,
    selection: Words = None,
    as_json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the plan for a pull.")
    ] = None,
) -> None:
    """Say what a pull would do: needs no network, writes nothing."""
    plan = run.catalog().plan(*selection or (), settings=run.settings)
    if out:
        write_atomically(out, value_json(plan) + "\n")
    if as_json:
        run.console.result(value_json(plan))
    else:
        run.console.result(plan_text(plan, run.console.width))
    if plan.problems:
        raise typer.Exit(1)
