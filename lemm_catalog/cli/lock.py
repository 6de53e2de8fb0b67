"""``lemm-catalog lock``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.logs import requests_told
from lemm_catalog.cli.options import JSON, PLANNING, SHARED
from lemm_catalog.cli.progress import observing

TAKES: Takes = (
    Argument(
        name="datasets",
        metavar="ID",
        help="Datasets, as `list` names them; none: all that are offered.",
    ),
    Option(
        name="check",
        flags=("--check",),
        help="Write nothing; fail with 1 if a pin would change.",
    ),
    Option(
        name="fetch",
        flags=("--fetch",),
        help="Fetch what no source tells a checksum of, and make one.",
    ),
    JSON,
    *(one for one in PLANNING if one.name in {"connections", "limit_rate"}),
    *SHARED,
)


def run(
    run: Run, *, datasets: tuple[str, ...], check: bool, fetch: bool, as_json: bool
) -> int:
    """Ask unpinned sources once and pin the answer; show what changed.

    What the manifest pins by size and checksum is not asked for. The answer goes to
    locks/ID.json beside the manifests, to be reviewed: lists of files, sizes,
    checksums, and the commits that branches and tags of the Hub stood for. Fails with
    1 if something stays open, and with 3 if a source fails.

        lemm-catalog lock
        lemm-catalog lock my-notes --fetch --catalog mine
        lemm-catalog lock --check
    """
    from lemm_catalog.api.locking import lock
    from lemm_catalog.render.locks import report_json, report_text

    with requests_told(run.console), observing(run.console) as seen:
        report = lock(datasets, run.settings, seen, fetches=fetch, checks=check)
    shown = report_json(report) if as_json else report_text(report, run.console.width)
    run.console.result(shown)
    return report.exit_code
