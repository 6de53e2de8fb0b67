"""The catalog and all that can be done with it.

::

    catalog = Catalog.load()
    plan = catalog.plan("minimal")
    outcome = catalog.pull("minimal", settings=Settings(cache_dir=Path("data")))
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lemm_catalog import garbage
from lemm_catalog.api import looking
from lemm_catalog.api.advising import advised
from lemm_catalog.load.shelf import open_shelf
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.item import Item
from lemm_catalog.model.plan import Plan
from lemm_catalog.progress import Observer, SilentObserver
from lemm_catalog.rules.selection import find
from lemm_catalog.settings import Settings

# What pulls and verifies, and what reads manifests, is imported by the verbs that
# need it: a plan takes less time than that.
if TYPE_CHECKING:
    from lemm_catalog.model.audit import Audit
    from lemm_catalog.model.listing import Listed
    from lemm_catalog.model.manifest import Manifest
    from lemm_catalog.model.outcome import Outcome
    from lemm_catalog.model.standing import Standing
    from lemm_catalog.store.receipts import Verification

_DEFAULTS = Settings()
_SILENT = SilentObserver()


class Catalog(Shelf):
    """A loaded catalog, and all that can be done with it.

    Every verb that takes a selection raises `UsageError` if a word of it names
    nothing, and every one that writes raises `LocalError` if the disk does not let it.
    """

    @classmethod
    def load(cls, *roots: str | Path, index: Path | None = None) -> Self:
        """Load the builtin catalog, or the roots given in its place.

        ``index`` is a folder, of nobody else's, to remember in what they came to.

        Raises:
            CatalogError: if a file of it is wrong; it has every place.

        """
        return cls.of(open_shelf(roots, index).shelf)

    @classmethod
    def of(cls, shelf: Shelf) -> Self:
        """Return a shelf with all that can be done with it."""
        return cls(**vars(shelf))

    def items(
        self, selection: Sequence[str] = (), settings: Settings = _DEFAULTS
    ) -> tuple[Item, ...]:
        """Return what a selection means, in pull order; nothing means everything."""
        return looking.items(self, selection, settings)

    def manifest(self, name: str) -> "Manifest":
        """Return the manifest of one dataset; ``_`` and ``-`` are the same.

        Raises:
            CatalogError: if it was changed since, and is wrong now.

        """
        from lemm_catalog.load.catalog import read_manifest

        entry = find(self, name)
        return read_manifest(Path(entry.home) / f"{entry.id}.yaml")

    def listed(
        self, *selection: str, settings: Settings = _DEFAULTS
    ) -> "tuple[Listed, ...]":
        """Return a line for each selected dataset; nothing means all there are."""
        with garbage.not_now():
            return looking.listed(self, selection, settings)

    def listed_one(self, name: str, settings: Settings = _DEFAULTS) -> "Listed":
        """Return the line of one dataset, be it excluded."""
        return looking.listed_one(self, name, settings)

    def search(
        self, words: Sequence[str], settings: Settings = _DEFAULTS
    ) -> "tuple[Listed, ...]":
        """Return the datasets in which all words occur, excluded ones too."""
        return looking.search(self, words, settings)

    def status(
        self, *selection: str, settings: Settings = _DEFAULTS
    ) -> "tuple[Standing, ...]":
        """Return how each selected dataset stands."""
        with garbage.not_now():
            return looking.status(self, selection, settings)

    def licenses(
        self,
        *selection: str,
        policy: str | Path | None = None,
        settings: Settings = _DEFAULTS,
    ) -> "Audit":
        """Return what a policy, by name or file, makes of a selection.

        Without one it is that of the settings, or else `commercial`. Nothing selects
        all that phases may select; what is excluded has to be named.

        Raises:
            UsageError: if there is no such policy.
            CatalogError: if the file of a policy is wrong; it has every place.

        """
        from lemm_catalog.api import licensing

        given = None if policy is None else str(policy)
        return licensing.audit(self, selection, settings.having(policy=given))

    def plan(self, *selection: str, settings: Settings = _DEFAULTS) -> Plan:
        """Return what a pull would do, without a network and without a trace."""
        with garbage.not_now():
            words, items = looking.configured(self, selection, settings)
            return advised(self, looking.plan(words, items, settings), settings)

    def pull(
        self,
        *selection: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> "Outcome":
        """Carry out the plan of a selection.

        Raises:
            RefusedError: if the plan does not fit; nothing was written.

        """
        from lemm_catalog.api import pulling

        words, items = looking.configured(self, selection, settings)
        return pulling.carry_out(self, words, items, settings, observer)

    def pull_saved(
        self, saved: Plan, settings: Settings = _DEFAULTS, observer: Observer = _SILENT
    ) -> "Outcome":
        """Carry out a plan that was saved.

        Raises:
            RefusedError: if this catalog pins other bytes than the plan was made of,
                or it does not fit.

        """
        from lemm_catalog.api import pulling
        from lemm_catalog.api.saved import items_of_saved

        # Terms are agreed to by who pulls, whatever whoever planned has said.
        def today(ids: Sequence[str], policy: str | None) -> tuple[Item, ...]:
            agreed = Settings(
                cache_dir=settings.cache_dir,
                accept=settings.accept,
                accept_environment=settings.accept_environment,
                policy=policy,
            )
            return self.items(ids, agreed)

        items = items_of_saved(saved, today)
        return pulling.carry_out(self, saved.selection, items, settings, observer)

    def verify(
        self,
        *selection: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
        quick: bool = False,
    ) -> "dict[str, Verification]":
        """Look whether what is here of a selection is whole, and note what is not."""
        from lemm_catalog.api import upkeep

        return upkeep.verify(self, selection, settings, observer, quick=quick)

    def repair(
        self,
        damaged: Sequence[str],
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> "Outcome":
        """Fetch anew what a verification found damaged, of datasets by id.

        Raises:
            RefusedError: if that does not fit.

        """
        from lemm_catalog.api import pulling

        return pulling.repair(self, damaged, settings, observer)

    def refresh(
        self,
        *selection: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> "Outcome":
        """Fetch datasets anew; what is here stays until the new is in place.

        If that fails, what is here counts as before.

        Raises:
            RefusedError: if that does not fit.

        """
        from lemm_catalog.api import pulling

        return pulling.refresh(self, selection, settings, observer)

    def remove(
        self,
        *names: str,
        settings: Settings = _DEFAULTS,
        observer: Observer = _SILENT,
    ) -> dict[str, int]:
        """Take datasets away, and return the bytes each of them freed.

        A dataset that the catalog no longer knows can be removed as well.
        """
        from lemm_catalog.api import upkeep

        return upkeep.remove(self, names, settings, observer)

    def gc(self, settings: Settings = _DEFAULTS) -> dict[str, int]:
        """Drop what nothing needs, and return the bytes freed by id.

        What an interrupted pull left stays if a manifest still asks for it and it is
        not published yet; what another process works on is not touched.
        """
        from lemm_catalog.api import upkeep

        return upkeep.gc(self, settings)
