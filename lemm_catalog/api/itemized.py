"""Items of a dataset by their license: counted, chosen, credited."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from lemm_catalog.errors import RefusedError
from lemm_catalog.itemize.choice import Choice, Chosen, Opens, credits_of, decided
from lemm_catalog.itemize.finding import pieces_of, place_of, sizes_of
from lemm_catalog.load.knowledge import Knowledge, read_knowledge, read_policy
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.entry import Dossier, Shelf
from lemm_catalog.model.item import Item
from lemm_catalog.model.item_table import Credited, ItemTable
from lemm_catalog.model.receipt import Selection
from lemm_catalog.model.tally import Tally, Untold
from lemm_catalog.model.terms import Terms
from lemm_catalog.rules import licensing
from lemm_catalog.rules.itemizing import (
    Judge,
    digest_of,
    judging,
    mark_today,
)
from lemm_catalog.rules.picking import table_artifact
from lemm_catalog.rules.wording.reading import Reader
from lemm_catalog.store.contents import Contents


class Itemizer:
    """Reads the tables of items of a catalog, and judges what they say.

    ``policy`` is the one in the settings, if that is a file of the user's own.
    """

    def __init__(
        self, catalog: Shelf, store: Contents, policy: str | None = None
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._policy = policy

    @cached_property
    def _knowledge(self) -> Knowledge:
        known = read_knowledge(self._catalog.roots)
        if self._policy is None or self._policy in known.policies:
            return known
        own = read_policy(Path(self._policy))
        return known._replace(policies={**known.policies, own.id: own})

    @cached_property
    def _known(self) -> licensing.Known:
        return licensing.known_in(self._knowledge.facts)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._knowledge.facts)

    def settled(self, item: Item) -> Item:
        """Return an item that knows what an earlier choice comes to today.

        Only the spellings in its receipt are judged again; no table is read.
        """
        if not any(artifact.picked for artifact in item.artifacts):
            return item
        sizes = [(a.path, a.size) for a in item.artifacts if a.size is not None]
        holding = self._store.holding(item.id, sizes)
        received = holding.receipt.artifacts if holding.receipt else ()
        earlier = {artifact.path: artifact for artifact in received}
        for path, staged in holding.staged.items():
            if staged.record:
                earlier[path] = staged.record
        return item._replace(
            artifacts=tuple(
                self._marked(one, earlier[one.path].selection)
                if one.picked and one.path in earlier
                else one
                for one in item.artifacts
            )
        )

    def _marked(self, artifact: Artifact, earlier: Selection | None) -> Artifact:
        picked = artifact.picked
        if picked is None or earlier is None or earlier.policy != picked.policy:
            return artifact
        table, brings = self._table_of(artifact)
        judge = self._judge(table, picked.policy)
        mark = mark_today(table, digest_of(brings), earlier, judge)
        return artifact._replace(picked=picked._replace(mark=mark))

    def choose(self, artifact: Artifact) -> Chosen:
        """Return which members of an archive its policy allows.

        Raises:
            RefusedError: if the table is not here.
            SourceError: if it cannot be read in exactly one way.
            LocalError: if it is not what was fetched.

        """
        assert artifact.picked
        table, brings = self._table_of(artifact)
        opens = self._opens(brings, table)
        if opens is None:
            raise RefusedError(
                f"{artifact.path}: {table.artifact} is not here, which says what"
                f" {artifact.picked.policy} allows of it",
                mend=f"lemm-catalog pull {_name(brings)}",
            )
        found = decided(table, opens, self._judge(table, artifact.picked.policy))
        return Chosen(Choice(artifact, table, digest_of(brings), found), opens)

    def tallies(self, dataset: str, policy: str) -> tuple[Tally | Untold, ...]:
        """Return what a policy makes of the items of each part that has a table.

        Raises:
            SourceError: if a table cannot be read in exactly one way.
            LocalError: if it is not what was fetched.

        """
        dossier = self._catalog.dossiers[dataset]
        return tuple(
            self._tally(dossier, terms, policy)
            for terms in dossier.terms
            if terms.items
        )

    def parts_with_items(self, dataset: str) -> tuple[str | None, ...]:
        """Return the parts of a dataset whose items have licenses of their own."""
        terms = self._catalog.dossiers[dataset].terms
        return tuple(one.part for one in terms if one.items)

    def _tally(self, dossier: Dossier, terms: Terms, policy: str) -> Tally | Untold:
        brings = table_artifact(dossier, terms)
        opens = self._opens(brings, terms.items) if brings and terms.items else None
        if brings is None or terms.items is None or opens is None:
            name = terms.items.artifact if terms.items else ""
            reason = f"{name}, which names the license of each item, is not here"
            mend = f"lemm-catalog pull {_name(brings)}" if brings else ""
            return Untold(terms.part, reason, mend)
        found = decided(terms.items, opens, self._judge(terms.items, policy))
        return found.tally(terms.part, policy, self._sizes(dossier, terms))

    def credits(self, dataset: str) -> Iterator[Credited]:
        """Give the credits of the items of a dataset that are here, table by table.

        Raises:
            SourceError: if a table cannot be read in exactly one way.
            LocalError: if it is not what was fetched.

        """
        dossier = self._catalog.dossiers[dataset]
        for terms in dossier.terms:
            brings = table_artifact(dossier, terms)
            if brings is None or terms.items is None:
                continue
            opens = self._opens(brings, terms.items)
            here = self._sizes(dossier, terms)
            if opens is None or not here:
                continue
            # Which policy is of no matter: only what the licenses are is asked.
            policy = next(iter(self._knowledge.policies))
            found = decided(terms.items, opens, self._judge(terms.items, policy))
            for credit in credits_of(terms.items, opens, found):
                if credit.path in here:
                    yield credit

    def _table_of(self, artifact: Artifact) -> tuple[ItemTable, Artifact]:
        dossier = self._catalog.dossiers[artifact.dataset]
        for terms in dossier.terms:
            brings = table_artifact(dossier, terms)
            if terms.part == artifact.part and terms.items and brings:
                return terms.items, brings
        raise RefusedError(f"{artifact.path}: no table says what is in it")

    def _judge(self, table: ItemTable, policy: str) -> Judge:
        demands = self._knowledge.policies[policy].permits
        return judging(table, self._reader, licensing.Judge(self._known, demands))

    def _opens(self, brings: Artifact, table: ItemTable) -> Opens | None:
        place = place_of(self._store, brings, table)
        return (lambda: pieces_of(place, brings, table)) if place else None

    def _sizes(self, dossier: Dossier, terms: Terms) -> dict[str, int] | None:
        found: dict[str, int] = {}
        for artifact in dossier.artifacts:
            if artifact.part == terms.part and artifact.unpack:
                found |= sizes_of(self._store, artifact) or {}
        return found or None


def _name(brings: Artifact) -> str:
    return f"{brings.dataset}/{brings.part}" if brings.part else brings.dataset
