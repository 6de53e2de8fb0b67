"""``lemm-catalog search``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Argument, Takes
from lemm_catalog.cli.options import JSON, SHARED
from lemm_catalog.render.data import to_json
from lemm_catalog.render.listings import list_text

TAKES: Takes = (
    Argument(
        name="words", metavar="WORD", help="All of them must occur.", required=True
    ),
    JSON,
    *SHARED,
)


def run(run: Run, *, words: tuple[str, ...], as_json: bool) -> int:
    """Find datasets by words in their name, summary, tasks, format and notes.

    Upper and lower case are the same; datasets that are excluded are found too.

        lemm-catalog search midi
        lemm-catalog search midi classical
    """
    found = run.catalog().search(words, run.settings)
    if as_json:
        run.console.result(to_json("search", {"words": words, "datasets": found}))
    elif found:
        run.console.result(list_text(found, run.console.table_width))
    if not found:
        run.console.talk(f"no dataset has all of: {' '.join(words)}")
    return 0 if found else 1
