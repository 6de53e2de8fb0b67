"""From selected parts to the items of a plan: artifacts, license, what is barred."""

from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from typing import NamedTuple

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Dossier, Judged, Shelf
from lemm_catalog.model.item import Item
from lemm_catalog.model.terms import Terms
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.consenting import Said, demands_of
from lemm_catalog.rules.picking import Wished, picked
from lemm_catalog.rules.selection import Wanted
from lemm_catalog.rules.verdicts import worst

_COMMERCIAL = "commercial"
_UNJUDGED = Verdict(
    decision="review", reasons=(f"the catalog has no policy named {_COMMERCIAL}",)
)


class Ruling(NamedTuple):
    """A policy by its id, and its verdict on the license of a part with its terms."""

    policy: str
    of: Callable[[Judged, Terms], Verdict]


def items_of(
    shelf: Shelf,
    wanted: Iterable[Wanted],
    enforced: Ruling | None = None,
    said: Said = MappingProxyType({}),
) -> tuple[Item, ...]:
    """Return one item for each dataset; an enforced policy bars what it must.

    ``said`` is what the user has agreed to.
    """
    return tuple(
        item_of(shelf.dossiers[one.entry.id], one, enforced, said) for one in wanted
    )


def kept_ruling(shelf: Shelf, name: str) -> Ruling:
    """Return the verdicts of a policy of the catalog, which are on the shelf.

    Raises:
        UsageError: if it has none of this name.

    """
    if name not in shelf.policies:
        known = ", ".join(sorted(shelf.policies))
        raise UsageError(
            f"there is no policy {name!r}",
            mend=f"known: {known}; or a file, such as ./{name}.yaml",
        )
    return Ruling(name, lambda judged, _: judged.verdicts[name])


def item_of(
    dossier: Dossier,
    wanted: Wanted,
    enforced: Ruling | None = None,
    said: Said = MappingProxyType({}),
) -> Item:
    """Return what is wanted of one dataset."""
    entry = wanted.entry
    artifacts, licenses = dossier.artifacts, dossier.licenses
    if len(wanted.parts) < len(entry.rungs):
        artifacts = tuple(a for a in artifacts if a.part in wanted.parts)
        # By part: a set of which a lock lists nothing has no artifacts.
        licenses = tuple(one for one in licenses if one.part in wanted.parts)
    wished = Wished(artifacts, {}, {})
    if enforced:
        wished = picked(dossier, artifacts, _barred(dossier, enforced), enforced.policy)
    return Item(
        id=entry.id,
        title=dossier.title,
        version=dossier.version,
        phase=entry.phase,
        priority=wanted.priority,
        license=_joined(licenses),
        verdict=worst(one.verdicts.get(_COMMERCIAL, _UNJUDGED) for one in licenses),
        artifacts=wished.artifacts,
        barred=wished.barred,
        needed=wished.needed,
        demands=demands_of(entry.id, dossier, said),
        policy=enforced.policy if enforced else None,
    )


def _joined(licenses: Sequence[Judged]) -> str:
    """Return the licenses as one expression, each once."""
    found = list(dict.fromkeys(one.license for one in licenses))
    if len(found) == 1:
        return found[0]
    return " AND ".join(f"({text})" if " " in text else text for text in found)


def _barred(dossier: Dossier, enforced: Ruling) -> dict[str, str]:
    barred: dict[str, str] = {}
    both = zip(dossier.licenses, dossier.terms, strict=True)
    verdicts = {one.part: enforced.of(one, terms) for one, terms in both}
    for artifact in dossier.artifacts:
        verdict = verdicts[artifact.part]
        if verdict.decision != "allowed":
            reasons = "; ".join(verdict.reasons)
            under = f"{verdict.decision} under the policy {enforced.policy}"
            barred[artifact.path] = f"{under}: {reasons}"
    return barred
