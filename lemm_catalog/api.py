"""The verbs: each one wires rooms together and returns a value, without a word.

::

    catalog = Catalog.load()
    plan = catalog.plan("minimal")
    outcome = catalog.pull("minimal", settings=Settings(cache_dir=Path("data")))
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from lemm_catalog.backends.table import Backends
from lemm_catalog.bring import Means
from lemm_catalog.errors import CatalogError, LemmError, RefusedError, UsageError
from lemm_catalog.execute import execute
from lemm_catalog.load.catalog import Loaded, load
from lemm_catalog.model import catalog as nouns
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.listing import Listed
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.model.plan import Plan, PlannedDataset
from lemm_catalog.model.standing import Standing
from lemm_catalog.problems import errors_in
from lemm_catalog.progress import Observer, SilentObserver
from lemm_catalog.rules.artifacts import artifacts_of
from lemm_catalog.rules.items import items_of, policy_named
from lemm_catalog.rules.listing import listed_of, mentions
from lemm_catalog.rules.planning import Item, make_plan
from lemm_catalog.rules.selection import Wanted, find, select
from lemm_catalog.rules.standing import standing_of
from lemm_catalog.settings import Settings
from lemm_catalog.store.locks import BusyError, refuse_to_wait
from lemm_catalog.store.receipts import Verification
from lemm_catalog.store.store import Store
from lemm_catalog.verify import verify

_DEFAULTS = Settings()
_SILENT = SilentObserver()


class Catalog(nouns.Catalog):
    """A loaded catalog, and all that can be done with it."""

    @classmethod
    def load(cls, *roots: str | Path) -> Self:
        """Load the builtin catalog, or the roots given in its place.

        Raises:
            CatalogError: if a file of it is wrong; it has every place.

        """
        return cls.of(load(roots))

    @classmethod
    def of(cls, loaded: Loaded) -> Self:
        """Return what was loaded, if it has no errors.

        Raises:
            CatalogError: if it has.

        """
        if errors := errors_in(loaded.problems):
            raise CatalogError(errors)
        return cls(**vars(loaded.catalog))

    def items(
        self, selection: Sequence[str] = (), settings: Settings = _DEFAULTS
    ) -> tuple[Item, ...]:
        """Return what a selection means, in pull order; nothing means everything.

        Raises:
            UsageError: if a word of it names nothing.

        """
        policy = policy_named(self, settings.policy) if settings.policy else None
        wanted = select(
            self,
            selection,
            exclude=settings.exclude,
            priorities=settings.priorities,
        )
        return items_of(self, wanted, policy)

    def manifest(self, name: str) -> Manifest:
        """Return one manifest.

        Raises:
            UsageError: if there is none of this id.

        """
        return find(self, name)

    def listed(
        self, *selection: str, settings: Settings = _DEFAULTS
    ) -> tuple[Listed, ...]:
        """Return a line for each selected dataset; nothing means all there are.

        Raises:
            UsageError: if the selection names nothing.

        """
        if not selection:
            return tuple(self.listed_one(name, settings) for name in self.manifests)
        store = Store(settings.cache_dir)
        items = self.items(selection, settings)
        return tuple(
            listed_of(self.manifests[item.id], item, _holding(store, item))
            for item in items
        )

    def listed_one(self, name: str, settings: Settings = _DEFAULTS) -> Listed:
        """Return the line of one dataset, be it excluded.

        Raises:
            UsageError: if there is none of this id.

        """
        manifest = self.manifest(name)
        wanted = Wanted(
            manifest=manifest, files=manifest.files, priority=manifest.priority
        )
        item = items_of(self, [wanted])[0]
        return listed_of(manifest, item, _holding(Store(settings.cache_dir), item))

    def search(
        self, words: Sequence[str], settings: Settings = _DEFAULTS
    ) -> tuple[Listed, ...]:
        """Return the datasets in which all words occur, excluded ones too."""
        found = (name for name, m in self.manifests.items() if mentions(m, words))
        return tuple(self.listed_one(name, settings) for name in found)

    def plan(self, *selection: str, settings: Settings = _DEFAULTS) -> Plan:
        """Return what a pull would do, without a network and without a trace.

        Raises:
            UsageError: if the selection names nothing.

        """
        words = selection or (settings.phase,)
        return _plan(words, self.items(words, settings), settings)

    def pull(
        self,
        *selection: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> Outcome:
        """Carry out the plan of a selection.

        Raises:
            UsageError: if the selection names nothing.
            RefusedError: if the plan does not fit; nothing was written.

        """
        words = selection or (settings.phase,)
        return self._carry_out(words, self.items(words, settings), settings, observer)

    def pull_saved(
        self, saved: Plan, settings: Settings = _DEFAULTS, observer: Observer = _SILENT
    ) -> Outcome:
        """Carry out a plan that was saved.

        Raises:
            RefusedError: if this catalog pins other bytes than the plan was made of,
                or it does not fit.

        """
        items = _saved_items(saved, self.items([d.id for d in saved.datasets]))
        return self._carry_out(saved.selection, items, settings, observer)

    def _carry_out(
        self,
        words: Sequence[str],
        items: tuple[Item, ...],
        settings: Settings,
        observer: Observer,
    ) -> Outcome:
        plan = _plan(words, items, settings)
        if not plan.limits.fits:
            problem = plan.problems[-1]
            raise RefusedError(problem.message, mend=problem.hint)
        by_id = {item.id: item for item in items}
        store = Store(settings.cache_dir)

        def look_again(dataset: str) -> tuple[PlannedDataset, Holding]:
            item = by_id[dataset]
            free = replace(settings, max_storage=None, fit=False)
            again = _plan(words, [item], free)
            return again.datasets[0], _holding(store, item)

        means = Means(
            store=store,
            backends=Backends(settings.network),
            observer=observer,
            homes=self.homes,
            mirrors=settings.mirrors,
            tokens=settings.tokens,
            keep_archives=settings.keep_archives,
            connections=settings.connections,
        )
        return execute(
            plan.datasets,
            by_id,
            look_again,
            means,
            self._paths,
            jobs=settings.jobs,
        )

    def _paths(self, dataset: str) -> frozenset[str]:
        """Return the paths of all artifacts that a dataset's manifest has today."""
        manifest, lock = self.manifests[dataset], self.locks.get(dataset)
        artifacts = artifacts_of(manifest, manifest.files, lock)
        return frozenset(artifact.path for artifact in artifacts)

    def status(
        self, *selection: str, settings: Settings = _DEFAULTS
    ) -> tuple[Standing, ...]:
        """Return how each selected dataset stands.

        Raises:
            UsageError: if the selection names nothing.

        """
        store = Store(settings.cache_dir)
        return tuple(_standing(store, item) for item in self.items(selection, settings))

    def verify(
        self,
        *selection: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
        quick: bool = False,
    ) -> dict[str, Verification]:
        """Look whether what is here of a selection is whole, and note what is not.

        Raises:
            UsageError: if the selection names nothing.
            LocalError: if the store cannot be read.

        """
        store = Store(settings.cache_dir)
        found: dict[str, Verification] = {}
        for item in self.items(selection, settings):
            paths = {artifact.path for artifact in item.artifacts}
            finding = verify(item.id, paths, store, observer, quick=quick)
            if finding is not None:
                found[item.id] = finding
        return found

    def repair(
        self,
        damaged: Iterable[str],
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> Outcome:
        """Fetch anew what a verification found damaged, of datasets by id.

        Raises:
            RefusedError: if that does not fit.

        """
        store = Store(settings.cache_dir)
        items = []
        for item in self.items(tuple(damaged), settings) if damaged else ():
            holding = _holding(store, item)
            artifacts = tuple(a for a in item.artifacts if a.path in holding.damaged)
            items.append(replace(item, artifacts=artifacts))
        return self._carry_out((), tuple(items), settings, observer)

    def refresh(
        self,
        *selection: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> Outcome:
        """Fetch datasets anew; what is here stays until the new is in place.

        If that fails, what is here counts as before.

        Raises:
            UsageError: if the selection names nothing.
            RefusedError: if that does not fit.

        """
        store = Store(settings.cache_dir)
        items = self.items(selection, settings)
        try:
            for item in items:
                _doubt(store, item, observer)
            outcome = self._carry_out(selection, items, settings, observer)
        except LemmError:
            _trust(store, (item.id for item in items))
            raise
        _trust(store, (d.id for d in outcome.datasets if d.exit_code))
        return outcome

    def remove(
        self,
        *names: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> dict[str, int]:
        """Take datasets away, and return the bytes each of them freed.

        A dataset that the catalog no longer knows can be removed as well.

        Raises:
            UsageError: if an id is neither known nor here.
            LocalError: if the disk does not let it.

        """
        store = Store(settings.cache_dir)
        here = store.known_datasets()
        ids = [name if name in here else find(self, name).id for name in names]
        freed: dict[str, int] = {}
        for name in dict.fromkeys(ids):
            if name in here:
                with _lock(store, name, observer):
                    freed[name] = store.remove(name)
            else:
                freed[name] = 0
        return freed

    def gc(self, settings: Settings = _DEFAULTS) -> dict[str, int]:
        """Drop what nothing needs, and return the bytes freed by id.

        What an interrupted pull left stays if a manifest still asks for it and it is
        not published yet; what another process works on is not touched.

        Raises:
            LocalError: if the disk does not let it.

        """
        store = Store(settings.cache_dir)
        freed: dict[str, int] = {}
        for dataset in sorted(store.known_datasets()):
            with suppress(BusyError), store.lock(dataset, refuse_to_wait):
                store.finish(dataset)
                freed[dataset] = store.drop_orphans(dataset) + store.drop_unneeded(
                    dataset, self._needed(dataset, store)
                )
        freed["temporary files"] = store.drop_forgotten()
        return {dataset: count for dataset, count in freed.items() if count}

    def _needed(self, dataset: str, store: Store) -> set[str]:
        if dataset not in self.manifests or not store.staged_bytes(dataset):
            return set()
        manifest = self.manifests[dataset]
        if manifest.status.state in {"excluded", "withdrawn"}:
            return set()
        item = self.items([dataset])[0]
        planned = _plan(
            [dataset], [item], replace(_DEFAULTS, cache_dir=store.layout.root)
        )
        actions = planned.datasets[0].actions
        return {action.path for action in actions if action.action == "resume"}


def read_plan(path: Path) -> Plan:
    """Return a saved plan, read like a stranger's.

    Raises:
        UsageError: if it is not one.

    """
    try:
        return Plan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{path}: is no saved plan: {place}: {first['msg']}"
        ) from error


def _plan(words: Sequence[str], items: Sequence[Item], settings: Settings) -> Plan:
    store = Store(settings.cache_dir)
    wanted = [(item.id, _sizes(item)) for item in items]
    return make_plan(words, items, store.inventory(wanted), settings.options)


def _holding(store: Store, item: Item) -> Holding:
    return store.holding(item.id, _sizes(item))


def _sizes(item: Item) -> list[tuple[str, int]]:
    return [(a.path, a.size) for a in item.artifacts if a.size is not None]


def _standing(store: Store, item: Item) -> Standing:
    standing = standing_of(item, _holding(store, item), store.layout.dataset(item.id))
    unreadable = store.unreadable(item.id)
    if unreadable is None:
        return standing
    mend = "its copy is used" if store.receipt(item.id) else "pull looks at it anew"
    reason = f"its receipt cannot be read, {mend} ({unreadable.reason})"
    state = standing.state if store.receipt(item.id) else "damaged"
    return standing.model_copy(update={"state": state, "reason": reason})


def _lock(
    store: Store, dataset: str, observer: Observer
) -> AbstractContextManager[None]:
    said = f"{dataset}: waiting for another process that works on it"
    return store.lock(dataset, lambda: observer.noted(said))


def _doubt(store: Store, item: Item, observer: Observer) -> None:
    """Note that what is here and can be fetched anew is to be."""
    anew = [a.path for a in item.artifacts if not all(s.is_manual for s in a.sources)]
    if item.id not in store.known_datasets():
        return
    with _lock(store, item.id, observer):
        store.finish(item.id)
        receipt = store.receipt(item.id)
        here = {a.path for a in receipt.artifacts} if receipt else set()
        for path in here.intersection(anew):
            store.discard(item.id, path)
        store.doubt(item.id, here.intersection(anew))


def _trust(store: Store, datasets: Iterable[str]) -> None:
    for dataset in datasets:
        if dataset in store.known_datasets():
            with store.lock(dataset, lambda: None):
                store.trust(dataset)


def _saved_items(saved: Plan, items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the items of a saved plan, with the artifacts it takes, if still so."""
    by_id = {item.id: item for item in items}
    found = []
    for dataset in saved.datasets:
        artifacts = {a.path: a for a in by_id[dataset.id].artifacts}
        taken = [a for a in dataset.actions if a.action != "skip"]
        for action in taken:
            pinned = artifacts.get(action.path)
            digest = str(pinned.digests[0]) if pinned and pinned.digests else None
            if pinned is None or digest != action.digest:
                raise RefusedError(
                    f"{dataset.id}: the catalog no longer pins the bytes of "
                    f"{action.path} that the plan was made of",
                    mend="plan again",
                )
        paths = dict.fromkeys(action.path for action in taken)
        if paths:
            chosen = tuple(artifacts[path] for path in paths)
            found.append(replace(by_id[dataset.id], artifacts=chosen))
    return tuple(found)
