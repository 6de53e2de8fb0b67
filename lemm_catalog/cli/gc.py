"""``lemm-catalog gc``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Takes
from lemm_catalog.cli.options import JSON, SHARED
from lemm_catalog.render.data import to_json
from lemm_catalog.sizes import format_size

TAKES: Takes = (JSON, *SHARED)


def run(run: Run, *, as_json: bool) -> int:
    """Drop staged data that no manifest asks for any more.

    What an interrupted pull left stays as long as a pull would go on with it.
    """
    freed = run.catalog().gc(run.settings)
    if as_json:
        run.console.result(to_json("gc", {"freed_bytes": freed}))
        return 0
    for name, count in freed.items():
        run.console.result(f"{name}  {format_size(count)} freed")
    if not freed:
        run.console.result("nothing to drop")
    return 0
