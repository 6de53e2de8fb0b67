"""Taking in what the guide's tool left in a cache, once its digest is right.

A file is moved to where a pull looks for it if its size and every declared digest are
those of a file of the manifest; it stays where it is otherwise.
"""

import os
from pathlib import Path

from lemm_catalog.api.looking import holding
from lemm_catalog.api.loose import loose_files, told
from lemm_catalog.api.waiting import locked
from lemm_catalog.digest import RunningDigests
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.item import Item
from lemm_catalog.progress import Observer, Step
from lemm_catalog.settings import Settings
from lemm_catalog.store.files import local_errors, move
from lemm_catalog.store.store import Store


def take_in(settings: Settings, item: Item, observer: Observer) -> None:
    """Move what the guide's tool left to where a pull takes it in, if it is right.

    Raises:
        LocalError: if the disk does not let it.

    """
    store = Store(settings.cache_dir)
    for loose in loose_files(store.layout, item):
        artifact = loose.artifact
        if artifact is None:
            observer.noted(told(item, loose))
            continue
        with locked(store, item.id, observer):
            here = holding(store, item).receipt
            place = store.layout.dataset(item.id) / artifact.path
            is_here = here and artifact.path in {a.path for a in here.artifacts}
            if is_here or os.path.lexists(place):
                observer.noted(f"{loose.place}: is here already; nothing needs it")
            elif _is_right(loose.place, artifact, observer):
                move(loose.place, place)
                observer.noted(f"{loose.place}: is {artifact.path}, and taken in")
            else:
                observer.noted(
                    f"{loose.place}: has the size of {artifact.path} but other bytes; "
                    "it does not count, and nothing needs it"
                )


def _is_right(place: Path, artifact: Artifact, observer: Observer) -> bool:
    """Whether a file has every digest that the manifest declares."""
    running = RunningDigests({digest.algorithm for digest in artifact.digests})
    step = Step(
        verb="verify",
        dataset=artifact.dataset,
        path=artifact.path,
        total=artifact.size,
    )
    observer.started(step, 0)
    with local_errors(place), place.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            running.update(chunk)
            observer.advanced(step, len(chunk))
    observer.ended(step, None)
    return set(artifact.digests) <= set(running.digests())
