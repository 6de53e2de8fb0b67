"""``lemm-catalog attribution``."""

from pathlib import Path

from lemm_catalog.api.crediting import Credits
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Takes
from lemm_catalog.cli.options import (
    JSON,
    OUT,
    PULLED,
    SHARED,
    WORDS,
    format_chosen,
    formats,
)
from lemm_catalog.render.credits import data
from lemm_catalog.render.credits.table import FORMATS

TAKES: Takes = (
    WORDS,
    formats(FORMATS, "How credits are written; default: markdown."),
    PULLED,
    OUT,
    JSON,
    *SHARED,
)


def run(
    run: Run,
    *,
    selection: tuple[str, ...],
    form: str | None,
    pulled: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Write the credits that licenses ask for: who, what, where from, which terms.

    Of each dataset, and of each part that differs: title, line of credit, source,
    license with a link to its text, its conditions, and what was done to the data. An
    excluded dataset may be named. Where there is nothing to credit, the file says
    so. Fails with 1 if a license asks for credit that the catalog cannot give.

        lemm-catalog attribution balanced --out CREDITS.md
        lemm-catalog attribution --pulled --format html --out credits.html
    """
    chosen = format_chosen(form, as_json=as_json, default="markdown")
    due = Credits(run.catalog(), selection, run.settings, pulled=pulled)
    if as_json:
        pieces = data.render(selection, due, due.missing, pulled=pulled)
    else:
        pieces = FORMATS[chosen](due)
    run.write(pieces, out)
    if not due:
        run.console.talk(run.nothing(pulled=pulled))
    for one in due.missing():
        run.console.failure(f"{one.dataset}: {one.message}")
    return 1 if due.missing() else 0
