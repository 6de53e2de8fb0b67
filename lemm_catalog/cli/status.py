"""``lemm-catalog status``."""

from lemm_catalog import garbage
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Takes
from lemm_catalog.cli.options import JSON, SHARED, WORDS
from lemm_catalog.render.data import to_json
from lemm_catalog.render.standings import status_text

TAKES: Takes = (WORDS, JSON, *SHARED)


def run(run: Run, *, selection: tuple[str, ...], as_json: bool) -> int:
    """Say what is here: present, partial, missing, damaged or outdated.

    Reads receipts, not the data: `verify` does that.
    """
    catalog = run.catalog()
    with garbage.for_good():
        standings = catalog.status(*selection, settings=run.settings)
    if as_json:
        run.console.result(to_json("status", {"datasets": standings}))
    else:
        run.console.result(status_text(standings, run.console.table_width))
    return 0
