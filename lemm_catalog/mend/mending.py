"""What a verification found damaged, mended with no more fetched than it takes.

The laws, each a test: nothing takes the place of a file before it is proven by the
ledger; what is right already is not fetched; what cannot be mended piece by piece is
left as it was found, to be fetched anew.
"""

import threading

from lemm_catalog.errors import LemmError
from lemm_catalog.means import Means
from lemm_catalog.mend.work import Mended, Work
from lemm_catalog.model.item import Item
from lemm_catalog.rules.deciding import is_satisfied
from lemm_catalog.transfer.front import Follower


def mend(item: Item, means: Means, *, offline: bool = False) -> Mended:
    """Mend what is known to be damaged of a dataset, as far as it goes in pieces.

    Raises:
        LocalError: if the disk does not let it.

    """
    mended = Mended()
    stop = threading.Event()
    # In a thread: whoever is to hear Ctrl-C must not read from a silent network.
    worker = Follower("mend", lambda: _mend(item, means, mended, stop, offline=offline))
    try:
        worker.result()
    except LemmError:
        raise
    except BaseException:
        stop.set()
        worker.join(1.0)
        raise
    return mended


def _mend(
    item: Item, means: Means, mended: Mended, stop: threading.Event, *, offline: bool
) -> None:
    store, dataset = means.store, item.id
    said = f"{dataset}: waiting for another process that works on it"
    with store.lock(dataset, lambda: means.observer.noted(said)):
        store.finish(dataset)
        receipt, damaged = store.receipt(dataset), store.verification(dataset).damaged
        received = {a.path: a for a in receipt.artifacts} if receipt else {}
        for artifact in item.artifacts:
            here, files = received.get(artifact.path), damaged.get(artifact.path)
            is_ours = here and is_satisfied(artifact, here)
            if not here or not is_ours or not files or artifact.path in item.barred:
                continue
            work = Work(artifact, here, means, mended, stop, offline)
            if work.is_mended(files):
                mended.paths.append(artifact.path)
                left = store.verification(dataset).without([artifact.path])
                store.note_verification(dataset, left)
