"""The digest of a file that nobody has pinned yet: fetched to where a pull finds it."""

from lemm_catalog.backends.address import Address
from lemm_catalog.digest import Digest
from lemm_catalog.means import Means
from lemm_catalog.progress import Step
from lemm_catalog.store.part import PartFile
from lemm_catalog.transfer.fetch import Watch, fetch


def digest_of_large(means: Means, dataset: str, address: Address, step: Step) -> Digest:
    """Fetch what a step tells of into staging, and return what it came to.

    Raises:
        SourceError: if it does not come.
        LocalError: if this machine cannot take it.

    """
    store, observer = means.store, means.observer
    store.prepare()
    folder = store.layout.staged(dataset, step.path)
    waiting = f"{dataset}: waiting for another process that works on it"
    with (
        store.lock(dataset, lambda: observer.noted(waiting)),
        PartFile(folder, step.total or 0) as part,
    ):
        observer.advanced(step, part.done)
        fetched = fetch(
            part,
            (),
            [address],
            means.backends,
            lambda stream: None,
            Watch(
                advanced=lambda count: observer.advanced(step, count),
                noted=observer.noted,
            ),
            means.traffic,
        )
        part.sync()
    return next(d for d in fetched.digests if d.algorithm == "sha256")
