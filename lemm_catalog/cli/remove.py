"""``lemm-catalog remove``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Takes
from lemm_catalog.cli.options import IDS, JSON, SHARED
from lemm_catalog.cli.progress import observing
from lemm_catalog.render.data import to_json
from lemm_catalog.sizes import format_size

TAKES: Takes = (IDS, JSON, *SHARED)


def run(run: Run, *, datasets: tuple[str, ...], as_json: bool) -> int:
    """Take datasets away, with all that is staged of them."""
    catalog = run.catalog()
    with observing(run.console) as observer:
        freed = catalog.remove(*datasets, settings=run.settings, observer=observer)
    if as_json:
        run.console.result(to_json("remove", {"freed_bytes": freed}))
        return 0
    for name, count in freed.items():
        text = f"removed, {format_size(count)} freed" if count else "was not here"
        run.console.result(f"{name}  {text}")
    return 0
