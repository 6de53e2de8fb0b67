"""``lemm-catalog diff``."""

from lemm_catalog.api.differing import difference
from lemm_catalog.api.licensing import DEFAULT_POLICY
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.options import JSON, SHARED, format_chosen, formats
from lemm_catalog.errors import UsageError
from lemm_catalog.render.differences.base import SAME_URL
from lemm_catalog.render.differences.table import FORMATS

TAKES: Takes = (
    Argument(
        name="sides",
        metavar="OLD NEW",
        help="Two catalogs: folders, revisions of git, or revision:folder.",
        required=True,
    ),
    Option(
        name="policy",
        flags=("--policy",),
        kind="text",
        metavar="NAME",
        help="Whose verdicts are compared; default: commercial.",
    ),
    formats(FORMATS, "How it is shown; default: text."),
    JSON,
    *SHARED,
)


def run(
    run: Run,
    *,
    sides: tuple[str, ...],
    form: str | None,
    as_json: bool,
) -> int:
    """Compare two catalogs or git revisions: bytes, verdicts, digests.

    In a revision the catalog is the folder `catalog`, or the one that --catalog names.
    Fails with 1 if a dataset has other bytes under the same version: that is an error.
    Other differences are none, and a URL that gives other bytes is a warning.

        lemm-catalog diff main catalog
        lemm-catalog diff v1.0 v1.1 --format markdown
    """
    chosen = format_chosen(form, as_json=as_json)
    if len(sides) != 2:
        raise UsageError("two catalogs are compared", mend="lemm-catalog diff OLD NEW")
    roots = run.settings.catalog
    found = difference(
        *sides,
        folder=roots[0] if len(roots) == 1 else "catalog",
        policy=run.settings.policy or DEFAULT_POLICY,
    )
    run.console.result(FORMATS[chosen](found), red=SAME_URL)
    return 0 if found.passes else 1
