"""``lemm-catalog licenses``."""

import os
from datetime import UTC, datetime

from lemm_catalog.api.explaining import explain
from lemm_catalog.api.licensing import DEFAULT_POLICY, facts_and_policy
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.options import EXCLUDE, JSON, SHARED, format_chosen, formats
from lemm_catalog.errors import UsageError
from lemm_catalog.render.audits.base import Page
from lemm_catalog.render.audits.table import FORMATS
from lemm_catalog.render.explained import explained_json, explained_text

TAKES: Takes = (
    Argument(
        name="selection",
        metavar="SELECTION",
        help="Phases, dataset ids, id/part, or globs; none: all that is not excluded.",
    ),
    EXCLUDE,
    Option(
        name="commercial",
        flags=("--commercial",),
        help="Judge commercial use, which is the default.",
    ),
    Option(
        name="policy",
        flags=("--policy",),
        kind="text",
        metavar="NAME|FILE",
        help="Judge by another policy of the catalog, or by a file of your own.",
    ),
    formats(FORMATS, f"How the audit is shown: {', '.join(FORMATS)}; default: text."),
    JSON,
    Option(
        name="explain",
        flags=("--explain",),
        kind="text",
        metavar="TEXT",
        help="Judge a license text, id or URL in place of datasets.",
    ),
    *SHARED,
)


def run(
    run: Run,
    *,
    selection: tuple[str, ...],
    form: str | None,
    as_json: bool,
    explain: str | None,
) -> int:
    """Judge licenses under a policy, with reasons, duties and evidence.

    Each dataset, and each part whose license differs, is allowed, denied, or for a
    person to review. An excluded dataset is judged if it is named. Fails with 1
    unless every verdict is allowed. An aid, and no legal advice.

        lemm-catalog licenses comprehensive --commercial
        lemm-catalog licenses maestro --policy research
        lemm-catalog licenses --policy ./my.yaml --format csv
    """
    chosen = format_chosen(form, as_json=as_json)
    if explain is not None:
        if selection or run.settings.exclude:
            raise UsageError("--explain judges a text, and no SELECTION")
        return _explain(run, explain, chosen)
    page = Page(width=min(run.console.width, 100), created=_created())
    audit = run.catalog().licenses(*selection, settings=run.settings)
    run.console.result(FORMATS[chosen](audit, page))
    return 0 if audit.passes else 1


def _explain(run: Run, text: str, form: str) -> int:
    if form not in {"text", "json"}:
        raise UsageError(f"--explain is shown as text or json, and not as {form}")
    settings = run.settings
    policy = settings.policy or DEFAULT_POLICY
    facts, judged_by = facts_and_policy(settings.catalog, policy)
    explained = explain(text, facts, judged_by)
    if form == "json":
        run.console.result(explained_json(explained))
    else:
        width = run.console.width
        run.console.result(explained_text(explained, judged_by.id, width))
    return 0 if explained.verdict == "allowed" else 1


def _created() -> str:
    """Return the time an audit is made; what builds the same twice says which it is.

    Raises:
        UsageError: if SOURCE_DATE_EPOCH is no count of seconds.

    """
    said = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        now = datetime.fromtimestamp(int(said), UTC) if said else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        message = f"SOURCE_DATE_EPOCH is {said!r}, and must be a number of seconds"
        raise UsageError(message) from error
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"
