"""Whether what was published is still whole: by size and time, or by content.

Laws, each a test: only the artifacts asked for are looked at, and what is known of
the others stays; what was read as damaged is not whole for looking quickly; nothing
is held damaged because a pull changed it meanwhile.
"""

from collections.abc import Collection, Sequence

from lemm_catalog.errors import LocalError
from lemm_catalog.means import now
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.progress import Observer
from lemm_catalog.store.rebuilding import mend_state
from lemm_catalog.store.receipts import Verification
from lemm_catalog.store.store import Store
from lemm_catalog.verify.crew import Crew
from lemm_catalog.verify.looking import Look


def verify(
    dataset: str,
    paths: Collection[str],
    store: Store,
    observer: Observer,
    *,
    quick: bool,
    crew: Crew | None = None,
) -> Verification | None:
    """Compare what is here of some artifacts with their ledgers, and note it.

    Quick looks at size and modification time only, and cannot see a flipped bit
    under an unchanged time; otherwise every byte is read. None if nothing is here.

    Raises:
        LocalError: if the store cannot be read, or a process of ours was ended.

    """
    if crew is None:
        with Crew() as own:
            return verify(dataset, paths, store, observer, quick=quick, crew=own)
    before = _received(dataset, paths, store)
    found = Look(dataset, store, observer, crew, quick=quick).at(before)
    if not before:
        return None
    try:
        with store.lock(
            dataset, lambda: observer.noted(f"{dataset}: waiting for a pull of it")
        ):
            for said in mend_state(store, dataset):
                observer.noted(said)
            store.finish(dataset)
            after = _received(dataset, paths, store)
            # A pull may have changed it under our eyes; now nobody does.
            anew = [a for a in after if a.path in found or a not in before]
            found = Look(dataset, store, observer, crew, quick=quick).at(anew)
            return _noted(dataset, found, after, store, quick=quick)
    except LocalError as error:
        observer.noted(f"{dataset}: what was found cannot be noted: {error}")
    return Verification(verified=now(), quick=quick, damaged=found)


def _received(
    dataset: str, paths: Collection[str], store: Store
) -> list[ReceivedArtifact]:
    receipt = store.receipt(dataset)
    return [a for a in receipt.artifacts if a.path in paths] if receipt else []


def _noted(
    dataset: str,
    found: dict[str, tuple[str, ...]],
    looked_at: Sequence[ReceivedArtifact],
    store: Store,
    *,
    quick: bool,
) -> Verification:
    """Add what was found to what is known, and return what is known of these."""
    known = store.verification(dataset)
    paths = {artifact.path for artifact in looked_at}
    # What must be fetched anew stays so; what was read as damaged, for a quick look.
    stays = {p: f for p, f in known.damaged.items() if p not in paths or quick or not f}
    damaged = {**stays, **found}
    receipt = store.receipt(dataset)
    is_all = receipt is None or paths >= {a.path for a in receipt.artifacts}
    noted = Verification(
        verified=now() if is_all else known.verified,
        quick=quick if is_all else known.quick,
        damaged=damaged,
    )
    store.note_verification(dataset, noted)
    ours = {path: files for path, files in damaged.items() if path in paths and files}
    return Verification(verified=now(), quick=quick, damaged=ours)
