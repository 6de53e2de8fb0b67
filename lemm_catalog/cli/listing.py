"""``lemm-catalog list``."""

from lemm_catalog import garbage
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Option, Takes
from lemm_catalog.cli.options import JSON, SHARED, WORDS, size_of
from lemm_catalog.model.listing import Sieve
from lemm_catalog.render.data import to_json
from lemm_catalog.render.listings import list_markdown, list_text
from lemm_catalog.rules.listing import sifted


def _filter(name: str, flag: str, metavar: str, help_: str) -> Option:
    return Option(name=name, flags=(flag,), kind="texts", metavar=metavar, help=help_)


TAKES: Takes = (
    WORDS,
    JSON,
    Option(name="markdown", flags=("--markdown",), help="Print a Markdown table."),
    _filter("task", "--task", "TASK", "Only what is for this task; repeatable."),
    _filter(
        "media",
        "--media",
        "TYPE",
        "Only what holds this, as audio/flac or midi; repeatable.",
    ),
    _filter(
        "language",
        "--language",
        "TAG",
        "Only what speaks this, as es or es-CL; repeatable.",
    ),
    _filter(
        "phase",
        "--phase",
        "PHASE",
        "Only what first appears in this phase; repeatable.",
    ),
    _filter(
        "verdict",
        "--verdict",
        "VERDICT",
        "Only what is allowed, denied or to review for commercial use; repeatable.",
    ),
    Option(
        name="max_size",
        flags=("--max-size",),
        kind="text",
        metavar="SIZE",
        help="Only downloads up to this, as 5GB.",
    ),
    *SHARED,
)


def run(
    run: Run,
    *,
    selection: tuple[str, ...],
    as_json: bool,
    markdown: bool,
    task: tuple[str, ...],
    media: tuple[str, ...],
    language: tuple[str, ...],
    phase: tuple[str, ...],
    verdict: tuple[str, ...],
    max_size: str | None,
) -> int:
    """List datasets: size, phase, license verdict, and whether they are here.

    With no SELECTION, those that are excluded too. Of an option that is repeated one
    value must fit, of different options each.

        lemm-catalog list
        lemm-catalog list balanced
        lemm-catalog list --language es --verdict allowed --max-size 2GB
        lemm-catalog list scores --media midi --media vnd.abc
    """
    sieve = Sieve(
        tasks=task,
        media=media,
        languages=language,
        phases=phase,
        verdicts=verdict,
        max_bytes=None if max_size is None else size_of("--max-size", max_size),
    )
    is_whole = sieve == Sieve()
    catalog = run.catalog()
    with garbage.for_good():
        found = catalog.listed(*selection, settings=run.settings)
        listed = sifted(found, sieve, catalog)
    if as_json:
        run.console.result(to_json("list", {"datasets": listed}))
    elif markdown:
        run.console.result(list_markdown(listed))
    elif listed or is_whole:
        run.console.result(list_text(listed, run.console.table_width))
    if listed or is_whole:
        return 0
    run.console.talk("no dataset fits")
    return 1
