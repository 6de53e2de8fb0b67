"""``lemm-catalog pull``."""

from pathlib import Path

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Option, Takes
from lemm_catalog.cli.options import JSON, PHASE_WORDS, PLANNING, SHARED
from lemm_catalog.cli.outcomes import carry_out, tell
from lemm_catalog.errors import UsageError

TAKES: Takes = (
    PHASE_WORDS,
    JSON,
    Option(
        name="plan",
        flags=("--plan",),
        kind="path",
        metavar="FILE",
        help="Carry out a saved plan.",
    ),
    *PLANNING,
    *SHARED,
)


def run(
    run: Run, *, selection: tuple[str, ...], as_json: bool, plan: Path | None
) -> int:
    """Fetch, verify, unpack and publish what a plan says.

    Interrupted and run again, it goes on where it was; run once more, it does
    nothing. One dataset's failure does not stop the others.

        lemm-catalog pull sample
        lemm-catalog pull minimal --exclude urmp
        lemm-catalog pull --plan plan.json
    """
    settings, words = run.settings, selection
    if plan is None:
        catalog = run.catalog()
        outcome = carry_out(
            run, lambda seen: catalog.pull(*words, settings=settings, observer=seen)
        )
    else:
        if words or settings.exclude or settings.policy:
            raise UsageError(
                "a saved plan has its own selection",
                mend="give --plan without SELECTION, --exclude and a policy",
            )
        from lemm_catalog.api.saved import read_plan

        saved, catalog = read_plan(plan), run.catalog()
        outcome = carry_out(run, lambda seen: catalog.pull_saved(saved, settings, seen))
    return tell(run, "pull", outcome, as_json=as_json)
