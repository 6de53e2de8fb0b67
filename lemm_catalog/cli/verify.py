"""``lemm-catalog verify``."""

from collections.abc import Sequence
from typing import Any

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Option, Takes
from lemm_catalog.cli.logs import requests_told
from lemm_catalog.cli.options import JSON, SHARED, WORDS
from lemm_catalog.cli.outcomes import carry_out, code_of
from lemm_catalog.cli.progress import observing
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.model.plain import plain
from lemm_catalog.model.standing import Standing
from lemm_catalog.render.data import to_json
from lemm_catalog.render.outcomes import outcome_data, outcome_text
from lemm_catalog.render.standings import verify_text
from lemm_catalog.store.receipts import Verification

TAKES: Takes = (
    WORDS,
    Option(name="quick", flags=("--quick",), help="Compare sizes and times only."),
    Option(name="repair", flags=("--repair",), help="Mend what is damaged."),
    JSON,
    *SHARED,
)


def run(
    run: Run, *, selection: tuple[str, ...], quick: bool, repair: bool, as_json: bool
) -> int:
    """Read everything that is here and compare it with its checksums.

    Fails with 1 if something is damaged and was not repaired, or if something you
    named is not here.

        lemm-catalog verify
        lemm-catalog verify nsynth --repair
    """
    catalog, words, settings = run.catalog(), selection, run.settings
    with requests_told(run.console), observing(run.console) as seen:
        found = catalog.verify(*words, settings=settings, observer=seen, quick=quick)
    standings = catalog.status(*words, settings=settings) if words else ()
    lacking = [one for one in standings if one.state in {"missing", "partial"}]
    if not as_json:
        damaged_files = {name: finding.damaged for name, finding in found.items()}
        run.console.result(verify_text(damaged_files, lacking, run.console.width))
    damaged = [name for name, finding in found.items() if finding.damaged]
    outcome = None
    if damaged and repair:
        outcome = carry_out(run, lambda seen: catalog.repair(damaged, settings, seen))
    if as_json:
        run.console.result(to_json("verify", _data(found, lacking, outcome)))
    elif outcome:
        run.console.result(outcome_text(outcome, run.console.width))
    code = code_of(run, outcome) if outcome else 0
    return code or (1 if lacking or (damaged and not outcome) else 0)


def _data(
    found: dict[str, Verification],
    lacking: Sequence[Standing],
    outcome: Outcome | None,
) -> dict[str, Any]:
    """Return what was found before the repair, and how the repair ended."""
    return {
        "datasets": [
            {"id": name, "whole": not finding.damaged, **plain(finding)}
            for name, finding in found.items()
        ],
        "missing": [one.id for one in lacking if one.state == "missing"],
        "partial": [one.id for one in lacking if one.state == "partial"],
        "repair": outcome and outcome_data(outcome),
    }
