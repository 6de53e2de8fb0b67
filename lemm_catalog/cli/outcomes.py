"""How a command that pulls tells its end."""

import typer

from lemm_catalog.cli.console import Console
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.render.data import outcome_json
from lemm_catalog.render.plans import outcome_text


def tell(console: Console, command: str, outcome: Outcome, *, as_json: bool) -> None:
    """Print an outcome, and leave with its exit code if it is not 0."""
    if as_json:
        console.result(outcome_json(command, outcome))
    else:
        console.result(outcome_text(outcome, console.width))
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)
