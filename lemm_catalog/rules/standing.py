"""How a dataset stands: what the store holds of it, against what is wanted."""

from collections.abc import Sequence
from pathlib import PurePath

from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.model.standing import Standing, State
from lemm_catalog.rules.deciding import is_satisfied
from lemm_catalog.rules.picking import chosen_otherwise

NOTHING = "nothing of it is here"


def standing_of(item: Item, holding: Holding, place: PurePath) -> Standing:
    """Return how a dataset stands; ``place`` is where it lies once published."""
    state, reason = _state(item, holding)
    receipt = holding.receipt
    staged = sum(one.bytes_on_disk for one in holding.staged.values())
    return Standing(
        id=item.id,
        title=item.title,
        phase=item.phase,
        state=state,
        reason=reason,
        bytes=(receipt.bytes_on_disk if receipt else 0) + staged,
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
            why = chosen_otherwise(artifact, received[artifact.path])
            other = f"the manifest pins other bytes of {artifact.path}"
            return "outdated", f"{artifact.path}: {why}" if why else other
    if len(here) == len(item.artifacts):
        return "present", _what_is_present([received[a.path] for a in here])
    begun = [a for a in item.artifacts if a.path in holding.staged]
    if here:
        return "partial", f"{len(here)} of {len(item.artifacts)} files are here"
    if begun:
        done = sum(holding.staged[a.path].done for a in begun)
        whole = max(sum(a.expected for a in item.artifacts), 1)
        return "partial", f"{100 * done // whole} % downloaded, nothing published yet"
    return "missing", _why_missing(item, holding)


def _why_missing(item: Item, holding: Holding) -> str:
    """Return why nothing counts, naming what lies there all the same."""
    for artifact in item.artifacts:
        lying = holding.lying.get(artifact.path)
        if lying is not None and lying == artifact.size:
            return f"{artifact.path} lies there unverified: pull looks at it first"
        if lying is not None:
            return (
                f"{artifact.path} lies there with {lying:,} bytes, and the manifest "
                f"says {artifact.expected:,}"
            )
    if holding.exists:
        return "its folder is here, but no receipt says that it was verified"
    return NOTHING


def _what_is_present(here: Sequence[ReceivedArtifact]) -> str:
    chosen = [one.selection for one in here if one.selection]
    if not chosen:
        return "all of it was verified and published"
    left_out = sum(one.left_out for one in chosen)
    files = "file was" if left_out == 1 else "files were"
    return (
        f"all that {chosen[0].policy} allows was verified and published;"
        f" {left_out:,} {files} left out"
    )
