"""``lemm-catalog status``."""

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson, Words
from lemm_catalog.render.data import to_json
from lemm_catalog.render.standings import status_text


@command()
def run(run: Run, selection: Words = None, as_json: AsJson = False) -> None:
    """Say what is here: present, partial, missing, damaged or outdated.

    Reads receipts, not the data: `verify` does that.
    """
    standings = run.catalog().status(*selection or (), settings=run.settings)
    if as_json:
        run.console.result(to_json("status", {"datasets": standings}))
    else:
        run.console.result(status_text(standings, run.console.table_width))
