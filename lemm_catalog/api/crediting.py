"""Credits and citations: of a selection, or of what receipts say is here."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from lemm_catalog.api.itemized import Itemizer
from lemm_catalog.load.catalog import read_manifest
from lemm_catalog.load.knowledge import read_knowledge
from lemm_catalog.model.citation import BibEntry, Citation
from lemm_catalog.model.credit import Credit, ItemCredit, Missing, Works
from lemm_catalog.model.entry import Dossier, Shelf
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.model.receipt import Receipt
from lemm_catalog.rules.citing import cited, entries_of, entry_of_dataset
from lemm_catalog.rules.crediting import (
    Titles,
    credit_of,
    credit_of_receipt,
    credit_of_stranger,
    is_item_missing,
    missing_in,
    wanted_for_credit,
)
from lemm_catalog.rules.licensing import known_in
from lemm_catalog.rules.naming import named_in
from lemm_catalog.rules.selection import Wanted
from lemm_catalog.settings import Settings
from lemm_catalog.store.contents import Contents

# The works inside a dataset, for those that have authors of their own.
WorksOf = Callable[[str], Works | None]


class ItemWorks:
    """The works that tables of items name, of the datasets that are here."""

    def __init__(self, catalog: Shelf, settings: Settings) -> None:
        self._catalog = catalog
        self._store = Contents(settings.cache_dir)

    def of(self, dataset: str) -> Works | None:
        """Return the works of a dataset, or None if no table here names any."""
        if not any(one.items for one in self._catalog.dossiers[dataset].terms):
            return None
        receipt = self._store.receipt(dataset)
        if receipt is None:
            return None
        chosen = [one.selection for one in receipt.artifacts if one.selection]
        all_of_them = sum(one.members for one in chosen)
        left_out = sum(one.left_out for one in chosen)
        taken = (all_of_them - left_out, all_of_them) if chosen else None
        return Works(self._items(dataset), taken)

    def _items(self, dataset: str) -> Iterator[ItemCredit]:
        known = known_in(read_knowledge(self._catalog.roots).facts)
        named = cache(lambda text: named_in(text, known))
        for one in Itemizer(self._catalog, self._store).credits(dataset):
            yield ItemCredit(
                path=one.path,
                title=one.title or None,
                author=one.author or None,
                expression=one.license,
                url=one.url or None,
                licenses=named(one.license),
            )


class Credits:
    """The credits of a selection, given one by one; what is missing is noted.

    ``pulled`` credits just what is here; without words, what the catalog no longer
    knows as well. Raises `UsageError` if a word names nothing.
    """

    def __init__(
        self,
        catalog: Shelf,
        words: Sequence[str],
        settings: Settings,
        *,
        pulled: bool,
        works_of: WorksOf | None = None,
    ) -> None:
        self._catalog = catalog
        self._works_of = works_of or ItemWorks(catalog, settings).of
        self._chosen = _chosen(catalog, words, settings, pulled=pulled)
        self._missing: list[Missing] = []

    def __len__(self) -> int:
        return len(self._chosen)

    def __iter__(self) -> Iterator[Credit]:
        self._missing.clear()
        for wanted, receipt in self._chosen:
            credit = self._credit(wanted, receipt)
            self._missing += missing_in(credit)
            yield credit._replace(items=self._looked_at(credit))

    def missing(self) -> tuple[Missing, ...]:
        """Return what is missing in those that were given so far."""
        return tuple(self._missing)

    def _credit(self, wanted: Wanted | None, receipt: Receipt | None) -> Credit:
        if wanted is None:
            assert receipt is not None
            return credit_of_stranger(receipt)
        dossier = self._catalog.dossiers[wanted.entry.id]
        titles = _titles(self._catalog, wanted, dossier)
        works = self._works_of(wanted.entry.id)
        if receipt is None:
            return credit_of(dossier, wanted, titles, works)
        return credit_of_receipt(receipt, dossier, titles, works)

    def _looked_at(self, credit: Credit) -> Iterator[ItemCredit]:
        count = 0
        for item in credit.items:
            count += is_item_missing(item)
            yield item
        if count:
            works = "1 work asks" if count == 1 else f"{count:,} works ask"
            message = f"{works} for credit, and no author is known"
            self._missing.append(Missing(credit.id, message))


def citations(
    catalog: Shelf, words: Sequence[str], settings: Settings, *, pulled: bool
) -> tuple[Citation, ...]:
    """Return the citations of a selection, or of what is here of it, each once.

    Raises:
        UsageError: if a word names nothing.
        CatalogError: if a manifest was changed since, and is wrong now.

    """
    chosen = _chosen(catalog, words, settings, pulled=pulled)
    return cited(
        (wanted.entry.id if wanted else receipt.id if receipt else "", entry)
        for wanted, receipt in chosen
        for entry in _entries(catalog, wanted, receipt)
    )


def _entries(
    catalog: Shelf, wanted: Wanted | None, receipt: Receipt | None
) -> Iterable[BibEntry]:
    if wanted is None:
        assert receipt is not None
        said = f"License: {receipt.license}"
        facts = {"version": receipt.version, "note": said}
        return (entry_of_dataset(receipt.id, receipt.title, facts),)
    manifest = _manifest(catalog, wanted)
    if manifest.citation:
        return entries_of(manifest.citation)
    credit = manifest.license.attribution
    author = f"{credit.rstrip('.')}. " if credit else ""
    said = receipt.license if receipt else manifest.license.expression
    facts = {
        "version": receipt.version if receipt else manifest.version,
        "url": manifest.homepage,
        # When it was accessed is known of what was pulled, and of nothing else.
        "urldate": receipt.completed[:10] if receipt and manifest.homepage else None,
        "note": f"{author}License: {said}",
    }
    return (entry_of_dataset(manifest.id, manifest.title, facts),)


def _chosen(
    catalog: Shelf, words: Sequence[str], settings: Settings, *, pulled: bool
) -> list[tuple[Wanted | None, Receipt | None]]:
    """Return what is to be credited, by id: as it is wanted, or as it is here."""
    wanted = {one.entry.id: one for one in wanted_for_credit(catalog, words)}
    if not pulled:
        return [(one, None) for one in wanted.values()]
    found: list[tuple[Wanted | None, Receipt | None]] = []
    for receipt in Contents(settings.cache_dir).receipts():
        entry = catalog.entries.get(receipt.id)
        if words and receipt.id not in wanted:
            continue
        if entry is None:
            found.append((None, receipt))
            continue
        parts = wanted[receipt.id].parts if words else tuple(entry.rungs)
        # A part that the catalog no longer knows is here all the same.
        lost = {a.part for a in receipt.artifacts} - set(entry.rungs)
        known = lost.union(parts) if len(parts) == len(entry.rungs) else set(parts)
        here = tuple(a for a in receipt.artifacts if a.part in known)
        if here:
            one = Wanted(entry, parts, entry.priority)
            found.append((one, receipt._replace(artifacts=here)))
    return sorted(found, key=lambda one: one[1].id if one[1] else "")


def _titles(catalog: Shelf, wanted: Wanted, dossier: Dossier) -> Titles:
    """Return the titles of parts; without parts, no manifest has to be read."""
    if all(one.part is None for one in dossier.terms):
        return {}
    parts = _manifest(catalog, wanted).parts
    return {name: part.title for name, part in parts.items() if part.title}


def _manifest(catalog: Shelf, wanted: Wanted) -> Manifest:
    return read_manifest(Path(wanted.entry.home) / f"{wanted.entry.id}.yaml")
