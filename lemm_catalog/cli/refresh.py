"""``lemm-catalog refresh``."""

from lemm_catalog.cli.common import Run, command
from lemm_catalog.cli.options import AsJson, Ids
from lemm_catalog.cli.outcomes import carry_out, tell


@command(plans=True)
def run(run: Run, datasets: Ids, as_json: AsJson = False) -> None:
    """Fetch datasets anew; what is here stays until the new is in place."""
    catalog, settings = run.catalog(), run.settings
    outcome = carry_out(
        run, lambda seen: catalog.refresh(*datasets, settings=settings, observer=seen)
    )
    tell(run, "refresh", outcome, as_json=as_json)
