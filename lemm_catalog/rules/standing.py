"""How a dataset stands: what the store holds of it, against what is wanted."""

from pathlib import PurePath

from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item
from lemm_catalog.model.standing import Standing, State
from lemm_catalog.rules.deciding import is_satisfied


def standing_of(item: Item, holding: Holding, place: PurePath) -> Standing:
    """Return how a dataset stands; ``place`` is where it lies once published."""
    state, reason = _state(item, holding)
    receipt = holding.receipt
    return Standing(
        id=item.id,
        title=item.title,
        phase=item.phase,
        state=state,
        reason=reason,
        bytes=receipt.bytes_on_disk if receipt else 0,
        wanted_bytes=sum(a.unpacked or a.expected for a in item.artifacts),
        path=str(place) if receipt else None,
        verified=holding.verified or (receipt.completed if receipt else None),
    )


def _state(item: Item, holding: Holding) -> tuple[State, str]:
    received = {a.path: a for a in holding.receipt.artifacts} if holding.receipt else {}
    here = [a for a in item.artifacts if a.path in received]
    for artifact in here:
        if artifact.path in holding.damaged:
            return "damaged", holding.damaged[artifact.path]
    for artifact in here:
        if not is_satisfied(artifact, received[artifact.path]):
            return "outdated", f"the manifest pins other bytes of {artifact.path}"
    if len(here) == len(item.artifacts):
        return "present", "all of it was verified and published"
    begun = [a for a in item.artifacts if a.path in holding.staged]
    if here:
        return "partial", f"{len(here)} of {len(item.artifacts)} files are here"
    if begun:
        done = sum(holding.staged[a.path].done for a in begun)
        whole = max(sum(a.expected for a in item.artifacts), 1)
        return "partial", f"{100 * done // whole} % downloaded, nothing published yet"
    return "missing", "nothing of it is here"
