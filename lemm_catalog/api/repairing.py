"""Repairing: mended in pieces first; what is left is fetched anew by a pull."""

from collections.abc import Mapping
from dataclasses import replace

from lemm_catalog.errors import LemmError
from lemm_catalog.means import Means
from lemm_catalog.mend.mending import mend
from lemm_catalog.model.item import Item
from lemm_catalog.model.outcome import DatasetOutcome, Outcome


def mended(item: Item, means: Means, *, offline: bool) -> DatasetOutcome:
    """Mend what is damaged of one dataset, and return what came of it."""
    try:
        done = mend(item, means, offline=offline)
    except LemmError as error:
        return DatasetOutcome(
            id=item.id, result="failed", message=str(error), exit_code=error.exit_code
        )
    return DatasetOutcome(
        id=item.id,
        result="pulled" if done.paths else "present",
        bytes_fetched=done.bytes_fetched,
    )


def joined(first: Mapping[str, DatasetOutcome], then: Outcome) -> Outcome:
    """Return how datasets ended that were mended first and pulled then."""
    pulled = {dataset.id: dataset for dataset in then.datasets}
    return Outcome(
        datasets=tuple(
            replace(
                pulled[name],
                bytes_fetched=pulled[name].bytes_fetched + one.bytes_fetched,
            )
            if name in pulled
            else one
            for name, one in first.items()
        )
    )
