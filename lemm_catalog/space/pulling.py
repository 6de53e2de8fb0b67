"""What the child does: find a place, keep to the budget, plan, tell it, pull.

It runs as a process of its own, so that neither a crash nor the kernel's killer of
hungry processes takes the page with it.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from lemm_catalog.api import looking
from lemm_catalog.api.catalog import Catalog
from lemm_catalog.errors import CatalogError, LemmError
from lemm_catalog.load.shelf import open_shelf
from lemm_catalog.model.item import Item
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.model.plain import plain
from lemm_catalog.model.plan import Plan, PlannedDataset
from lemm_catalog.model.space import SpaceBudget, SpaceDataset
from lemm_catalog.progress import Observer
from lemm_catalog.render.findings.text import line
from lemm_catalog.rules.budget import budget_of, flavor_disk
from lemm_catalog.settings import Settings
from lemm_catalog.sizes import format_decimal
from lemm_catalog.space.place import find_place
from lemm_catalog.space.telling import Begun, Tell, TellingObserver, begun
from lemm_catalog.store.contents import Contents

OFF = "off"
_LESS = "choose a smaller phase, or leave others out with --exclude"
_MORE_ROOM = {
    "setting": "raise the limit (LEMM_MAX_STORAGE_GB, --max-storage), ",
    "flavor": "attach a volume, take larger hardware, ",
    "disk": "attach a larger disk, ",
}


class Logging(Protocol):
    """Wraps an observer so that what it hears is logged beside the data."""

    def __call__(
        self, inner: Observer, cache_dir: Path
    ) -> AbstractContextManager[Observer]:
        """Give the observer that logs."""


def failed(error: LemmError) -> dict[str, Any]:
    """Return the event of an error that a person must mend."""
    details = (
        [line(problem) for problem in error.problems]
        if isinstance(error, CatalogError)
        else []
    )
    return {
        "event": "failed",
        "message": error.message,
        "mend": error.mend or "",
        "details": details[:50],
        "code": error.exit_code,
    }


def pull(
    settings: Settings,
    environ: Mapping[str, str],
    selection: Sequence[str],
    reserve: int | None,
    tell: Tell,
    logging: Logging,
) -> int:
    """Pull what is selected, and tell all of it; returns the exit code.

    Raises:
        LemmError: if nothing can be begun.

    """
    words = tuple(selection)
    if not words and (settings.phase == OFF or not settings.auto_download):
        said = "LEMM_DATASET_PHASE or phase says off"
        reason = said if settings.phase == OFF else "auto_download is false"
        tell({"event": "off", "reason": reason})
        return 0
    place, remarks = find_place(settings, environ)
    settings = settings.having(cache_dir=Path(place.path), fit=True)
    tell({"event": "placed", "place": plain(place)})
    opened = open_shelf(settings.catalog, settings.index_dir)
    catalog = Catalog.of(opened.shelf)
    for message in (*opened.notes, *remarks):
        tell({"event": "noted", "message": message})
    words, items = looking.configured(catalog, words, settings)
    budget = _budget(settings, environ, reserve, is_on_disk=place.chosen != "volume")
    settings = settings.having(max_storage=budget.total)
    plan = looking.plan(words, items, settings)
    rows = [_row(d, i, settings, budget, plan) for d, i in _pairs(plan, items)]
    tell(
        {
            "event": "planned",
            "selection": words,
            "budget": plain(budget),
            "offline": settings.offline,
            "datasets": [plain(row) for row in rows],
        }
    )
    watching = TellingObserver(
        tell, {d.id: _begun(d, i) for d, i in _pairs(plan, items)}
    )
    with logging(watching, settings.cache_dir) as observer:
        outcome = catalog.pull(*words, settings=settings, observer=observer)
    tell(_concluded(outcome))
    return outcome.exit_code


def _budget(
    settings: Settings,
    environ: Mapping[str, str],
    reserve: int | None,
    *,
    is_on_disk: bool,
) -> SpaceBudget:
    store = Contents(settings.cache_dir)
    flavor = environ.get("ACCELERATOR", "") or "cpu-basic"
    on_a_space = "SPACE_ID" in environ
    return budget_of(
        free=store.free_bytes(),
        used=store.used_bytes(),
        flavor=flavor if on_a_space else "",
        # A volume is no part of what the flavor grants.
        granted=flavor_disk(flavor) if on_a_space and is_on_disk else None,
        max_storage=settings.max_storage,
        reserve=reserve,
    )


def _pairs(plan: Plan, items: Sequence[Item]) -> list[tuple[PlannedDataset, Item]]:
    return list(zip(plan.datasets, items, strict=True))


def _row(
    dataset: PlannedDataset,
    item: Item,
    settings: Settings,
    budget: SpaceBudget,
    plan: Plan,
) -> SpaceDataset:
    whole = _begun(dataset, item)
    row = SpaceDataset(
        id=dataset.id,
        title=dataset.title,
        phase=dataset.phase,
        priority=dataset.priority,
        license=dataset.license,
        commercial=dataset.commercial,
        state="queued",
        download_bytes=sum(whole.sizes.values()),
        done_bytes=sum(whole.here.values()),
        unpacked_bytes=dataset.unpacked_bytes,
    )
    kinds = {action.action for action in dataset.actions}
    if kinds <= {"keep"}:
        return row._replace(state="present", done_bytes=row.download_bytes)
    stopping = [a for a in dataset.actions if a.action in {"refuse", "ask"}]
    if stopping:
        mends = [p.hint for p in plan.problems if p.message.startswith(f"{item.id}: ")]
        reason = f"{stopping[0].path}: {stopping[0].reason}"
        return row._replace(state="refused", reason=reason, mend="".join(mends[:1]))
    if skipped := [a for a in dataset.actions if a.action == "skip"]:
        return _left_out(
            row, skipped[0].path, skipped[0].reason, item, settings, budget
        )
    return row


def _left_out(
    row: SpaceDataset,
    path: str,
    reason: str,
    item: Item,
    settings: Settings,
    budget: SpaceBudget,
) -> SpaceDataset:
    """Return a dataset that is not taken, with what it would need in figures."""
    if path in item.barred:
        return row._replace(state="left-out", reason=reason)
    alone = looking.plan((), [item], settings.having(fit=False))
    peak = alone.totals.peak_disk_bytes
    needs = f"needs {format_decimal(peak)} at its peak"
    left = format_decimal(budget.left)
    too_large = f"{needs}, more than the {left} there are for all"
    too_late = (
        f"{needs}, and what comes first leaves too little of the {left} there are"
    )
    return row._replace(
        state="left-out",
        peak_bytes=peak,
        reason=too_large if peak > budget.left else too_late,
        mend=_MORE_ROOM[budget.bound_by] + _LESS,
    )


def _begun(dataset: PlannedDataset, item: Item) -> Begun:
    missing = {
        a.path: a.bytes for a in dataset.actions if a.action not in {"keep", "unpack"}
    }
    return begun(
        (a.path, a.expected, min(a.expected, missing.get(a.path, 0)))
        for a in item.artifacts
        if a.path not in item.barred
    )


def _concluded(outcome: Outcome) -> dict[str, Any]:
    return {
        "event": "concluded",
        "code": outcome.exit_code,
        "datasets": [
            {"id": d.id, "result": d.result, "message": d.message, "code": d.exit_code}
            for d in outcome.datasets
        ],
    }
