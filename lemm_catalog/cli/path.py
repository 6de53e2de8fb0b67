"""``lemm-catalog path``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Argument, Takes
from lemm_catalog.cli.options import JSON, SHARED
from lemm_catalog.render.data import to_json
from lemm_catalog.rules.selection import find

TAKES: Takes = (
    Argument(
        name="dataset",
        metavar="ID",
        help="The dataset, or id/part.",
        many=False,
        required=True,
    ),
    JSON,
    *SHARED,
)


def run(run: Run, *, dataset: str, as_json: bool) -> int:
    """Print the folder of a dataset, for scripts.

    Fails with 1 unless all of the dataset is here; prints the folder if some is.

        cd "$(lemm-catalog path sample)"
    """
    catalog = run.catalog()
    find(catalog, dataset.partition("/")[0])  # one dataset, no phase and no glob
    standing = catalog.status(dataset, settings=run.settings)[0]
    path = run.settings.cache_dir.absolute() / standing.id
    if as_json:
        content = {"id": standing.id, "path": str(path), "state": standing.state}
        run.console.result(to_json("path", content))
    elif standing.path:
        run.console.result(str(path))
    if standing.state != "present":
        run.console.failure(f"{standing.id} is {standing.state}: {standing.reason}")
        run.console.talk(f"  lemm-catalog pull {dataset}")
        return 1
    return 0
