"""From selected parts to the items of a plan: artifacts, license, what is barred."""

from collections.abc import Iterable, Sequence

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Dossier, Judged, Shelf
from lemm_catalog.model.item import Item
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.picking import Wished, picked
from lemm_catalog.rules.selection import Wanted
from lemm_catalog.rules.verdicts import worst

_COMMERCIAL = "commercial"
_UNJUDGED = Verdict(
    decision="review", reasons=(f"the catalog has no policy named {_COMMERCIAL}",)
)


def items_of(
    shelf: Shelf, wanted: Iterable[Wanted], enforced: str | None = None
) -> tuple[Item, ...]:
    """Return one item for each dataset; an enforced policy bars what it must."""
    return tuple(_item(shelf.dossiers[one.entry.id], one, enforced) for one in wanted)


def policy_named(shelf: Shelf, name: str) -> str:
    """Return the name of a policy that the catalog has.

    Raises:
        UsageError: if it has none of this name.

    """
    if name not in shelf.policies:
        known = ", ".join(sorted(shelf.policies))
        raise UsageError(f"there is no policy {name!r}", mend=f"known: {known}")
    return name


def _item(dossier: Dossier, wanted: Wanted, enforced: str | None) -> Item:
    entry = wanted.entry
    artifacts, licenses = dossier.artifacts, dossier.licenses
    if len(wanted.parts) < len(entry.rungs):
        artifacts = tuple(a for a in artifacts if a.part in wanted.parts)
        # By part: a set of which a lock lists nothing has no artifacts.
        licenses = tuple(one for one in licenses if one.part in wanted.parts)
    wished = Wished(artifacts, {}, {})
    if enforced:
        wished = picked(dossier, artifacts, _barred(dossier, enforced), enforced)
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
        policy=enforced,
    )


def _joined(licenses: Sequence[Judged]) -> str:
    """Return the licenses as one expression, each once."""
    found = list(dict.fromkeys(one.license for one in licenses))
    if len(found) == 1:
        return found[0]
    return " AND ".join(f"({text})" if " " in text else text for text in found)


def _barred(dossier: Dossier, policy: str) -> dict[str, str]:
    barred: dict[str, str] = {}
    verdicts = {one.part: one.verdicts[policy] for one in dossier.licenses}
    for artifact in dossier.artifacts:
        verdict = verdicts[artifact.part]
        if verdict.decision != "allowed":
            reasons = "; ".join(verdict.reasons)
            barred[artifact.path] = f"{policy}: {verdict.decision}: {reasons}"
    return barred
