"""Sharing what came from the Hub with the Hub's own client, through its cache."""

from collections.abc import Iterable

from lemm_catalog.errors import LocalError
from lemm_catalog.hub_cache import HubCache
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.progress import Observer
from lemm_catalog.store.store import Store


def share(
    datasets: Iterable[str], store: Store, cache: HubCache, observer: Observer
) -> None:
    """Put the published files that came from the Hub into its client's cache.

    Only files that lie here as they came: of an unpacked archive nothing is left to
    share. What does not succeed is a remark: the pull itself has.
    """
    for dataset in datasets:
        receipt = store.receipt(dataset)
        for artifact in receipt.artifacts if receipt else ():
            place = HubPlace.parse(artifact.source)
            if place is None or not artifact.kept:
                continue
            file = store.layout.dataset(dataset) / artifact.path
            try:
                cache.put(place, file, artifact.size, artifact.checksums["sha256"])
            except LocalError as error:
                observer.noted(f"{dataset}: not shared with the Hub's cache: {error}")
                return
