"""Looking around: what a selection means, what a pull would do, how things stand."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePath

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item
from lemm_catalog.model.listing import Listed
from lemm_catalog.model.plan import Plan
from lemm_catalog.model.receipt import Receipt
from lemm_catalog.model.standing import Standing
from lemm_catalog.rules.consenting import check_known, check_words, said_by
from lemm_catalog.rules.items import Ruling, items_of
from lemm_catalog.rules.listing import listed_of, mentions
from lemm_catalog.rules.planning import make_plan
from lemm_catalog.rules.selection import Wanted, find, own_parts, select
from lemm_catalog.rules.standing import standing_of
from lemm_catalog.settings import Settings
from lemm_catalog.store.contents import Contents


def items(
    catalog: Shelf, selection: Sequence[str], settings: Settings
) -> tuple[Item, ...]:
    """Return what a selection means, in pull order; nothing means everything.

    Raises:
        UsageError: if a word of it, or what is agreed to, names nothing.

    """
    policy = _enforced(catalog, settings.policy) if settings.policy else None
    wanted = select(
        catalog,
        selection,
        exclude=settings.exclude,
        priorities=settings.priorities,
    )
    check_words(settings.accept, "--accept")
    check_known(catalog, settings.accept)
    said = said_by(settings.accept, settings.accept_environment)
    found = items_of(catalog, wanted, policy, said)
    if not any(a.picked for item in found for a in item.artifacts):
        return found
    store = Contents(settings.cache_dir)
    if store.known_datasets().isdisjoint(item.id for item in found):
        return found  # nothing was chosen before
    # By need: it reads licenses and policies, which takes longer than a plan.
    from lemm_catalog.api.itemized import Itemizer

    return tuple(map(Itemizer(catalog, store, settings.policy).settled, found))


def _enforced(catalog: Shelf, policy: str) -> Ruling:
    from lemm_catalog.api.licensing import ruling  # a plan seldom has one

    return ruling(catalog, policy)


def as_received(
    catalog: Shelf, chosen: Sequence[Item], settings: Settings
) -> tuple[Item, ...]:
    """Return items under the policy by which some of them was chosen before."""
    store = Contents(settings.cache_dir)
    begun = store.begun()
    return tuple(
        item
        if item.policy
        or item.id not in begun
        or not (policy := _policy_of(store, item.id))
        else _under(catalog, store, item, policy)
        for item in chosen
    )


def _policy_of(store: Contents, dataset: str) -> str | None:
    receipt = store.receipt(dataset)
    chosen = (one.selection for one in receipt.artifacts) if receipt else ()
    return next((one.policy for one in chosen if one), None)


def _under(catalog: Shelf, store: Contents, item: Item, policy: str) -> Item:
    if policy not in catalog.policies:
        return item
    from lemm_catalog.api.itemized import Itemizer

    # All parts, be the dataset excluded: a table may be in another part.
    entry = catalog.entries[item.id]
    whole = Wanted(entry=entry, parts=tuple(entry.rungs), priority=entry.priority)
    (found,) = items_of(catalog, [whole], _enforced(catalog, policy))
    found = Itemizer(catalog, store, policy).settled(found)
    chosen = {artifact.path: artifact for artifact in found.artifacts}
    return item._replace(
        artifacts=tuple(chosen.get(a.path, a) for a in item.artifacts), policy=policy
    )


def configured(
    catalog: Shelf, selection: Sequence[str], settings: Settings
) -> tuple[tuple[str, ...], tuple[Item, ...]]:
    """Return the words to plan and what they mean: nothing is the configured phase.

    Raises:
        UsageError: if a word names nothing; it says so where nobody typed the word.

    """
    if selection:
        return tuple(selection), items(catalog, selection, settings)
    try:
        return (settings.phase,), items(catalog, (settings.phase,), settings)
    except UsageError as error:
        message = f"the configured phase is wrong: {error.message}"
        raise UsageError(message, mend=error.mend) from error


def plan(words: Sequence[str], chosen: Sequence[Item], settings: Settings) -> Plan:
    """Return the plan for some items, over what the store holds now."""
    store = Contents(settings.cache_dir)
    wanted = [(item.id, _sizes(item)) for item in chosen]
    here = store.inventory(wanted)
    if settings.hub_cache is not None:
        found = {i.id: with_cached(here.of(i.id), i, settings) for i in chosen}
        here = here._replace(holdings={**here.holdings, **found})
    return make_plan(words, chosen, here, settings.options)


def with_cached(held: Holding, item: Item, settings: Settings) -> Holding:
    """Return what is held of an item, with what the Hub's own client has of it."""
    if settings.hub_cache is None:
        return held
    from lemm_catalog.hub_cache import HubCache  # only for those who use it

    cache = HubCache(settings.hub_cache)
    found = (artifact.path for artifact in item.artifacts if cache.find(artifact))
    return held._replace(cached=frozenset(found))


def holding(store: Contents, item: Item) -> Holding:
    """Return what a store holds of one item."""
    return store.holding(item.id, _sizes(item))


def status(
    catalog: Shelf, selection: Sequence[str], settings: Settings
) -> tuple[Standing, ...]:
    """Return how each selected dataset stands; no selection includes strangers.

    Raises:
        UsageError: if the selection names nothing.

    """
    store = Contents(settings.cache_dir)
    chosen = as_received(catalog, items(catalog, selection, settings), settings)
    begun = store.begun()
    standings = [_standing(store, item, begun) for item in chosen]
    if not selection:
        standings += _strangers(store, catalog)
    return tuple(standings)


def listed(
    catalog: Shelf, selection: Sequence[str], settings: Settings
) -> tuple[Listed, ...]:
    """Return a line for each selected dataset; nothing means all, rung by rung.

    Raises:
        UsageError: if the selection names nothing.

    """
    if not selection:
        rungs = {name: index for index, name in enumerate(catalog.ladder)}
        begun = Contents(settings.cache_dir).begun()
        found = [_line(catalog, name, settings, begun) for name in catalog.entries]
        found.sort(
            key=lambda one: (
                one.status != "active",
                rungs.get(one.phase, len(rungs)),
                -one.priority,
                one.id,
            )
        )
        return tuple(found)
    store = Contents(settings.cache_dir)
    begun = store.begun()
    chosen = items(catalog, selection, settings)
    return tuple(
        listed_of(
            catalog.entries[item.id],
            catalog.dossiers[item.id],
            item,
            holding(store, item) if item.id in begun else Holding(),
        )
        for item in as_received(catalog, chosen, settings)
    )


def listed_one(catalog: Shelf, name: str, settings: Settings) -> Listed:
    """Return the line of one dataset, be it excluded, without companion files.

    Raises:
        UsageError: if there is none of this id.

    """
    entry = find(catalog, name)
    own = items_of(catalog, [own_parts(entry)])
    # What was chosen by a policy is measured by that policy, as in `status`.
    (item,) = as_received(catalog, own, settings)
    here = holding(Contents(settings.cache_dir), item)
    return listed_of(entry, catalog.dossiers[entry.id], item, here)


def _line(
    catalog: Shelf, name: str, settings: Settings, begun: Collection[str]
) -> Listed:
    """Return the line of one dataset: from the catalog's index if nothing is here."""
    absent = None if name in begun else catalog.lines.get(name)
    return absent or listed_one(catalog, name, settings)


def search(
    catalog: Shelf, words: Sequence[str], settings: Settings
) -> tuple[Listed, ...]:
    """Return the datasets in which all words occur, excluded ones too."""
    begun = Contents(settings.cache_dir).begun()
    found = (name for name, one in catalog.dossiers.items() if mentions(one, words))
    return tuple(_line(catalog, name, settings, begun) for name in found)


def _sizes(item: Item) -> list[tuple[str, int]]:
    return [(a.path, a.size) for a in item.artifacts if a.size is not None]


def _standing(store: Contents, item: Item, begun: Collection[str]) -> Standing:
    if item.id not in begun:
        return standing_of(item, Holding(), PurePath(item.id))
    standing = standing_of(item, holding(store, item), store.layout.dataset(item.id))
    unreadable = store.unreadable(item.id)
    if unreadable is None:
        return standing
    mend = "its copy is used" if store.receipt(item.id) else "pull looks at it anew"
    reason = f"its receipt cannot be read, {mend} ({unreadable.reason})"
    state = standing.state if store.receipt(item.id) else "damaged"
    return standing._replace(state=state, reason=reason)


def _strangers(store: Contents, catalog: Shelf) -> Iterator[Standing]:
    """Give what lies here though the catalog no longer knows it: it takes disk."""
    for receipt in store.receipts():
        if receipt.id not in catalog.entries:
            yield _stranger(receipt, store.layout.dataset(receipt.id))


def _stranger(receipt: Receipt, place: PurePath) -> Standing:
    return Standing(
        id=receipt.id,
        title=receipt.title,
        phase="",
        state="outdated",
        reason=f"no manifest knows it (lemm-catalog remove {receipt.id})",
        bytes=receipt.bytes_on_disk,
        wanted_bytes=0,
        path=str(place),
        verified=receipt.completed,
    )
