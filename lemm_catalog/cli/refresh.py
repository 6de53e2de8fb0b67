"""``lemm-catalog refresh``."""

from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Takes
from lemm_catalog.cli.options import IDS, JSON, PLANNING, SHARED
from lemm_catalog.cli.outcomes import carry_out, tell

TAKES: Takes = (IDS, JSON, *PLANNING, *SHARED)


def run(run: Run, *, datasets: tuple[str, ...], as_json: bool) -> int:
    """Fetch datasets anew; what is here stays until the new is in place."""
    catalog, settings = run.catalog(), run.settings
    outcome = carry_out(
        run, lambda seen: catalog.refresh(*datasets, settings=settings, observer=seen)
    )
    return tell(run, "refresh", outcome, as_json=as_json)
