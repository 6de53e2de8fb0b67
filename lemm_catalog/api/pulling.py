"""Pulling: a plan is made, judged, and carried out against the store."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lemm_catalog.api.advising import advised
from lemm_catalog.api.looking import as_received, holding, items, plan, with_cached
from lemm_catalog.api.sharing import share
from lemm_catalog.api.waiting import locked
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import LemmError, RefusedError
from lemm_catalog.execute import execute
from lemm_catalog.hub_cache import HubCache
from lemm_catalog.means import Means
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.inventory import Holding, Inventory
from lemm_catalog.model.item import Item
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.model.plan import PlannedDataset
from lemm_catalog.progress import Observer
from lemm_catalog.rules.consenting import permitted
from lemm_catalog.rules.planning import make_plan
from lemm_catalog.settings import Settings
from lemm_catalog.store.store import Store
from lemm_catalog.transfer.lanes import Hosts
from lemm_catalog.transfer.pace import Pace
from lemm_catalog.transfer.traffic import Traffic

if TYPE_CHECKING:
    from lemm_catalog.api.itemized import Itemizer

_STOPPING = frozenset({"does-not-fit", "nothing-allowed"})


def carry_out(
    catalog: Shelf,
    words: Sequence[str],
    chosen: Sequence[Item],
    settings: Settings,
    observer: Observer,
) -> Outcome:
    """Plan some items and do the plan.

    Raises:
        RefusedError: if the plan does not fit, or a policy leaves nothing of it;
            nothing was written.

    """
    planned = advised(catalog, plan(words, chosen, settings), settings)
    # What is refused of it alone is an outcome; these leave nothing to be done.
    for problem in reversed(planned.problems):
        if problem.code in _STOPPING:
            raise RefusedError(problem.message, mend=problem.hint)
    by_id = {item.id: item for item in chosen}
    store = Store(settings.cache_dir)
    itemizer = _itemizer(catalog, store, chosen, settings.policy)
    means = _means(catalog, store, settings, observer)
    if itemizer:
        means = replace(means, choose=itemizer.choose)
    # The whole plan fits: one dataset of it is not judged again on its own, and the
    # room on the disk need not be summed up again.
    unbounded = settings._replace(max_storage=None, fit=False).options

    def look_again(dataset: str) -> tuple[PlannedDataset, Holding]:
        item = by_id[dataset]
        if itemizer:  # another process may have chosen members since
            item = itemizer.settled(item)
        found = with_cached(holding(store, item), item, settings)
        here = Inventory(holdings={dataset: found})
        return make_plan(words, [item], here, unbounded).datasets[0], found

    outcome = execute(
        planned.datasets,
        by_id,
        look_again,
        means,
        lambda dataset: _paths(catalog, dataset),
        jobs=settings.jobs,
    )
    if means.hub_cache is not None:
        pulled = [one.id for one in outcome.datasets if one.result == "pulled"]
        share(pulled, store, means.hub_cache, observer)
    return outcome


def repair(
    catalog: Shelf, damaged: Sequence[str], settings: Settings, observer: Observer
) -> Outcome:
    """Mend what a verification found damaged, of datasets by id.

    What cannot be mended in pieces is fetched anew.

    Raises:
        RefusedError: if that does not fit.

    """
    from lemm_catalog.api.repairing import joined, mended  # no pull needs them

    store = Store(settings.cache_dir)
    means = _means(catalog, store, settings, observer)
    chosen, done = [], {}
    wanted = items(catalog, damaged, settings) if damaged else ()
    for item in as_received(catalog, wanted, settings):
        may = permitted(item, holding(store, item).receipt)
        done[item.id] = mended(may, means, offline=settings.offline)
        found = holding(store, item).damaged
        artifacts = tuple(a for a in item.artifacts if a.path in found)
        if artifacts and not done[item.id].exit_code:
            chosen.append(item._replace(artifacts=artifacts))
    pulled = carry_out(catalog, (), chosen, settings, observer)
    return joined(done, pulled)


def refresh(
    catalog: Shelf, selection: Sequence[str], settings: Settings, observer: Observer
) -> Outcome:
    """Fetch datasets anew; if that fails, what is here counts as before.

    Raises:
        UsageError: if the selection names nothing.
        RefusedError: if that does not fit.

    """
    store = Store(settings.cache_dir)
    chosen = items(catalog, selection, settings)
    try:
        for item in chosen:
            doubt(store, item, observer)
        outcome = carry_out(catalog, selection, chosen, settings, observer)
    except LemmError:
        _trust(store, (item.id for item in chosen), observer)
        raise
    _trust(store, (d.id for d in outcome.datasets if d.exit_code), observer)
    return outcome


def _means(
    catalog: Shelf, store: Store, settings: Settings, observer: Observer
) -> Means:
    return Means(
        store=store,
        backends=Backends(settings.network),
        observer=observer,
        homes=catalog.homes,
        mirrors=settings.mirrors,
        tokens=settings.tokens,
        keep_archives=settings.keep_archives,
        traffic=Traffic(
            hosts=Hosts(settings.connections), pace=Pace(settings.limit_rate)
        ),
        hub_cache=HubCache(settings.hub_cache) if settings.hub_cache else None,
        offline=settings.offline,
    )


def _itemizer(
    catalog: Shelf, store: Store, chosen: Iterable[Item], policy: str | None
) -> "Itemizer | None":
    """Return what chooses members of archives, if a policy asks for that."""
    if not any(a.picked for item in chosen for a in item.artifacts):
        return None
    from lemm_catalog.api.itemized import Itemizer  # by need: it judges licenses

    return Itemizer(catalog, store, policy)


def _paths(catalog: Shelf, dataset: str) -> frozenset[str]:
    """Return the paths of all artifacts that a dataset's manifest has today."""
    return frozenset(artifact.path for artifact in catalog.dossiers[dataset].artifacts)


def doubt(store: Store, item: Item, observer: Observer) -> None:
    """Note that what is here and can be fetched anew is to be.

    Raises:
        LocalError: if the disk does not let it.

    """
    anew = {a.path for a in item.artifacts if not all(s.is_manual for s in a.sources)}
    if item.id not in store.known_datasets():
        return
    with locked(store, item.id, observer):
        store.finish(item.id)
        receipt = store.receipt(item.id)
        here = {a.path for a in receipt.artifacts} if receipt else set()
        for path in here & anew:
            store.discard(item.id, path)
        store.doubt(item.id, here & anew)


def _trust(store: Store, datasets: Iterable[str], observer: Observer) -> None:
    for dataset in datasets:
        if dataset in store.known_datasets():
            with locked(store, dataset, observer):
                store.trust(dataset)
