"""How a command that pulls runs, and how it tells its end."""

from collections.abc import Callable

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.logs import logged, requests_told
from lemm_catalog.cli.progress import observing
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.progress import Observer
from lemm_catalog.render.data import to_json
from lemm_catalog.render.lines import counted
from lemm_catalog.render.outcomes import outcome_data, outcome_text


def carry_out(run: Run, action: Callable[[Observer], Outcome]) -> Outcome:
    """Do what pulls, with progress shown and a log written; return its outcome."""
    with (
        requests_told(run.console),
        observing(run.console) as shown,
        logged(shown, run.settings.cache_dir) as observer,
    ):
        outcome = action(observer)
        observer.concluded(outcome)
    return outcome


def tell(run: Run, command: str, outcome: Outcome, *, as_json: bool) -> int:
    """Print an outcome, and return its exit code."""
    if as_json:
        run.console.result(to_json(command, outcome_data(outcome)))
    else:
        run.console.result(outcome_text(outcome, run.console.width))
    return code_of(run, outcome)


def code_of(run: Run, outcome: Outcome) -> int:
    """Return the exit code of an outcome, and say what failed if it is not 0."""
    failed = [dataset.id for dataset in outcome.datasets if dataset.exit_code]
    if failed:
        count = counted(len(failed), "dataset")
        run.console.failure(f"{count} not brought: {', '.join(failed)}")
        return outcome.exit_code
    return 0
