"""Licenses: what a policy makes of a selection, be it the catalog's or a user's own."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lemm_catalog.errors import LocalError, SourceError
from lemm_catalog.model.audit import Audit
from lemm_catalog.model.entry import Shelf
from lemm_catalog.rules import auditing
from lemm_catalog.rules.items import Ruling, kept_ruling
from lemm_catalog.rules.selection import select
from lemm_catalog.settings import Settings

# What reads license facts takes half a second to import; most audits need none.
if TYPE_CHECKING:
    from lemm_catalog.api.itemized import Itemizer
    from lemm_catalog.model.license import LicenseFacts, Policy
    from lemm_catalog.model.tally import Tally, Untold

DEFAULT_POLICY = "commercial"
_SUFFIXES = (".yaml", ".yml")


def audit(catalog: Shelf, selection: Sequence[str], settings: Settings) -> Audit:
    """Return what the policy in the settings makes of a selection.

    Nothing selects all that phases may select; what is excluded has to be named.

    Raises:
        UsageError: if the selection or the policy names nothing.
        CatalogError: if a policy file, or what the catalog knows of licenses, is
            wrong.

    """
    judged_by = ruling(catalog, settings.policy or DEFAULT_POLICY)
    wanted = select(
        catalog,
        selection,
        exclude=settings.exclude,
        priorities=settings.priorities,
        any_state=True,
    )
    found = auditing.audit(catalog, wanted, judged_by)
    counted = {one.id for one in found.datasets if _has_items(catalog, one.id)}
    if not counted:
        return found
    from lemm_catalog.api.itemized import Itemizer
    from lemm_catalog.store.contents import Contents

    itemizer = Itemizer(catalog, Contents(settings.cache_dir), settings.policy)
    told = {name: _tallies(itemizer, name, found.policy) for name in counted}
    rows = (auditing.with_tallies(one, told.get(one.id, ())) for one in found.datasets)
    return found._replace(datasets=tuple(rows))


def _has_items(catalog: Shelf, name: str) -> bool:
    return any(terms.items for terms in catalog.dossiers[name].terms)


def _tallies(
    itemizer: "Itemizer", name: str, policy: str
) -> "tuple[Tally | Untold, ...]":
    """Return the items counted; a table that cannot be read is told of, no more."""
    from lemm_catalog.model.tally import Untold

    try:
        return itemizer.tallies(name, policy)
    except (SourceError, LocalError) as error:
        parts = itemizer.parts_with_items(name)
        return tuple(Untold(part, str(error), "") for part in parts)


def ruling(catalog: Shelf, policy: str) -> Ruling:
    """Return the verdicts of a policy of the catalog, or of a file.

    Raises:
        UsageError: if there is no such policy and no such file.
        CatalogError: if the file is wrong.

    """
    if policy in catalog.policies or not _is_file(policy):
        return kept_ruling(catalog, policy)
    from lemm_catalog.load.knowledge import read_knowledge, read_policy
    from lemm_catalog.rules.licensing import Judge, known_in

    own = read_policy(Path(policy))
    judge = Judge(known_in(read_knowledge(catalog.roots).facts), own.permits)
    return Ruling(own.id, lambda _, terms: judge.terms(terms))


def facts_and_policy(
    roots: Sequence[str | Path], policy: str
) -> "tuple[Mapping[str, LicenseFacts], Policy]":
    """Return what catalog roots know of licenses, and a policy by name or file.

    Raises:
        UsageError: if there is no such policy and no such file.
        CatalogError: if a file of them is wrong.

    """
    from lemm_catalog.errors import UsageError
    from lemm_catalog.load.knowledge import read_knowledge, read_policy

    knowledge = read_knowledge(roots)
    if policy in knowledge.policies:
        return knowledge.facts, knowledge.policies[policy]
    if _is_file(policy):
        return knowledge.facts, read_policy(Path(policy))
    known = ", ".join(sorted(knowledge.policies))
    raise UsageError(f"there is no policy {policy!r}", mend=f"known: {known}")


def _is_file(policy: str) -> bool:
    """Whether a policy is given by its file: no name of one looks like this."""
    return policy.endswith(_SUFFIXES) or os.sep in policy or "/" in policy
