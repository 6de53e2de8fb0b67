"""Which archives a policy takes apart by a table of items, and what that needs."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lemm_catalog.model.artifact import Artifact, Picked
from lemm_catalog.model.entry import Dossier
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.model.terms import Terms

ALL_IS_HERE = "all of it is here, and with it what"


class Wished(NamedTuple):
    """The artifacts of a dataset under a policy; tables come before what needs them.

    ``needed`` has the reason for those that nobody has selected.
    """

    artifacts: tuple[Artifact, ...]
    barred: Mapping[str, str]
    needed: Mapping[str, str]


def picked(
    dossier: Dossier,
    artifacts: Sequence[Artifact],
    barred: Mapping[str, str],
    policy: str,
) -> Wished:
    """Return what a policy takes where tables say which items it allows.

    An archive with such a table is not barred as a whole, unless its table is, or
    somebody claims another license than the manifest does.
    """
    tables: dict[str, Artifact] = {}
    chosen: dict[str, Artifact] = {}
    for terms in dossier.terms:
        if terms.items is None:
            continue
        table = table_artifact(dossier, terms)
        can_be_read = table and table.path not in barred and _is_agreed(terms)
        for one in artifacts:
            if one.part != terms.part:
                continue
            if table and can_be_read and one.unpack and one.path != table.path:
                wish = Picked(policy=policy, table=table.path)
                chosen[one.path] = one._replace(picked=wish)
                tables[table.path] = table
    rest = (a for a in artifacts if a.path not in tables)
    return Wished(
        artifacts=(*tables.values(), *(chosen.get(a.path, a) for a in rest)),
        barred={p: why for p, why in barred.items() if p not in chosen},
        needed=dict.fromkeys(tables, f"it says which items {policy} allows"),
    )


def table_artifact(dossier: Dossier, terms: Terms) -> Artifact | None:
    """Return what brings the table of some terms, if there is one."""
    if terms.items is None:
        return None
    name = terms.items.artifact
    return next((one for one in dossier.artifacts if one.path == name), None)


def _is_agreed(terms: Terms) -> bool:
    # What must be agreed to first is not for a table to waive.
    return terms.accept is None and all(
        one.verified and one.expression == terms.expression for one in terms.claims
    )


def chosen_otherwise(artifact: Artifact, received: ReceivedArtifact) -> str | None:
    """Return why what is here are not the members that are asked for, if that is so."""
    wish, had = artifact.picked, received.selection
    if wish and had is None and received.unpacked:
        return f"{ALL_IS_HERE} {wish.policy} does not allow"
    if had and wish is None:
        left_out = f"{had.left_out:,} of its files were left out"
        return f"only what {had.policy} allows is here, and {left_out}"
    if had and wish and had.policy != wish.policy:
        return f"what is here was chosen by {had.policy}, not by {wish.policy}"
    if had and wish and not (received.unpacked or "").endswith(wish.word):
        return f"the table, or what {wish.policy} makes of its licenses, has changed"
    return None
