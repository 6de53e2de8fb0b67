"""What else would help when a plan does not fit: smaller phases, and old datasets."""

from collections.abc import Iterator, Sequence

from lemm_catalog.api import looking
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.plan import Plan
from lemm_catalog.rules.remedies import with_more_ways
from lemm_catalog.rules.selection import rungs_of
from lemm_catalog.settings import Settings
from lemm_catalog.store.contents import Contents


def advised(catalog: Shelf, planned: Plan, settings: Settings) -> Plan:
    """Return a plan with more ways out, if it does not fit."""
    if planned.limits.fits:
        return planned
    wanted = {dataset.id for dataset in planned.datasets}
    receipts = Contents(settings.cache_dir).receipts()
    removable = [(r.id, r.bytes_on_disk) for r in receipts if r.id not in wanted]
    smaller = list(_smaller(catalog, planned.selection, settings))
    return planned._replace(
        problems=tuple(
            with_more_ways(one, smaller, removable)
            if one.code == "does-not-fit"
            else one
            for one in planned.problems
        )
    )


def _smaller(
    catalog: Shelf, words: Sequence[str], settings: Settings
) -> Iterator[tuple[str, int]]:
    """Give the phases below a phase that fit, each with its peak in bytes."""
    name = words[0].replace("_", "-").lower() if len(words) == 1 else ""
    for phase in rungs_of(catalog.ladder, name)[1:]:
        chosen = looking.items(catalog, [phase], settings)
        found = looking.plan([phase], chosen, settings)
        if found.limits.fits and found.datasets:
            yield phase, found.totals.peak_disk_bytes
