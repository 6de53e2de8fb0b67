"""``lemm-catalog show``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Argument, Takes
from lemm_catalog.cli.options import JSON, SHARED
from lemm_catalog.render.catalogs import show_text
from lemm_catalog.render.data import to_json
from lemm_catalog.rules.consenting import asked_of

TAKES: Takes = (
    Argument(
        name="dataset", metavar="ID", help="The dataset.", many=False, required=True
    ),
    JSON,
    *SHARED,
)


def run(run: Run, *, dataset: str, as_json: bool) -> int:
    """Show all that is known of one dataset, be it excluded.

    Sizes, files with every source and checksum, license with its claims, layout,
    notes, citation.
    """
    catalog = run.catalog()
    manifest = catalog.manifest(dataset)
    listed = catalog.listed_one(manifest.id, run.settings)
    asks = asked_of(manifest.id, catalog.dossiers[manifest.id])
    if as_json:
        content = {"manifest": manifest.model_dump(mode="json"), "summary": listed}
        run.console.result(to_json("show", content | {"asks": asks}))
    else:
        run.console.result(show_text(manifest, listed, run.console.width, asks))
    return 0
