"""``lemm-catalog list``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Option, Takes
from lemm_catalog.cli.options import JSON, SHARED, WORDS
from lemm_catalog.render.data import to_json
from lemm_catalog.render.listings import list_markdown, list_text

TAKES: Takes = (
    WORDS,
    JSON,
    Option(name="markdown", flags=("--markdown",), help="Print a Markdown table."),
    *SHARED,
)


def run(run: Run, *, selection: tuple[str, ...], as_json: bool, markdown: bool) -> int:
    """List datasets: size, phase, license verdict, and whether they are here.

    With no SELECTION, those that are excluded too.

        lemm-catalog list
        lemm-catalog list balanced
    """
    listed = run.catalog().listed(*selection, settings=run.settings)
    if as_json:
        run.console.result(to_json("list", {"datasets": listed}))
    elif markdown:
        run.console.result(list_markdown(listed))
    else:
        run.console.result(list_text(listed, run.console.table_width))
    return 0
