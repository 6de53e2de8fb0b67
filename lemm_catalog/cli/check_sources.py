"""``lemm-catalog check-sources``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Option, Takes
from lemm_catalog.cli.options import (
    EXCLUDE,
    JSON,
    SHARED,
    WORDS,
    format_chosen,
    formats,
)
from lemm_catalog.model.probe import FINDINGS, REACHED
from lemm_catalog.render.probes.table import FORMATS

TAKES: Takes = (
    WORDS,
    EXCLUDE,
    formats(
        FORMATS, "How it is shown; default: text. issue: Markdown with boxes to tick."
    ),
    JSON,
    Option(
        name="update",
        flags=("--update",),
        help="Note in the locks what sources that are fine say of their version.",
    ),
    Option(
        name="allow_private",
        flags=("--allow-private",),
        help="Ask hosts on private and local addresses, too.",
    ),
    *SHARED,
)


def run(
    run: Run,
    *,
    selection: tuple[str, ...],
    form: str | None,
    as_json: bool,
    update: bool,
    allow_private: bool,
) -> int:
    """Ask every source, without downloading, whether it still has the same bytes.

    One byte is asked for, two at a time of a host. Size, ETag and date are compared
    with the manifest and with what the lock has seen. Fails with 1 if a source has
    changed, is gone or does not answer, with 3 if none answers. One that refuses, or
    asks to come back later, is there.

        lemm-catalog check-sources
        lemm-catalog check-sources nsynth --format issue
    """
    from lemm_catalog.api.checking import check_sources

    chosen = format_chosen(form, as_json=as_json)
    probes = check_sources(
        run.catalog(),
        selection,
        run.settings,
        allow_private=allow_private,
        update=update,
    )
    run.console.result(FORMATS[chosen](probes, run.console.table_width))
    asked = [one.state for one in probes if one.state not in {"unasked", "private"}]
    if asked and not REACHED.intersection(asked):
        return 3
    return 1 if FINDINGS.intersection(asked) else 0
