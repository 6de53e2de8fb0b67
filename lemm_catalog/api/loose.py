"""The files that the guide's tool left loose in a cache, and what they may be.

It kept each download as ``<id>.tar.gz`` in the cache directory, whatever it was, and
believed its name.
"""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.item import Item
from lemm_catalog.store.layout import Layout


class Loose(NamedTuple):
    """A file of the guide's tool; ``artifact`` is the one it may be, by its size."""

    place: Path
    size: int
    artifact: Artifact | None


def loose_files(layout: Layout, item: Item) -> Iterator[Loose]:
    """Give the files that the guide's tool would have left of a dataset."""
    for name in sorted({item.id, item.id.replace("-", "_")}):
        place = layout.root / f"{name}.tar.gz"
        with suppress(OSError):
            info = place.lstat()
            if stat.S_ISREG(info.st_mode):
                yield Loose(place, info.st_size, _of_size(item, info.st_size))


def told(item: Item, loose: Loose) -> str:
    """Return in words why a file does not count."""
    if loose.artifact is None:
        return (
            f"{item.id}: {loose.place} has {loose.size:,} bytes, as no file of the "
            "manifest: it does not count, and nothing needs it"
        )
    return (
        f"{item.id}: {loose.place} has the size of {loose.artifact.path}: it counts "
        "once a download has compared its digest"
    )


def _of_size(item: Item, size: int) -> Artifact | None:
    fitting = (a for a in item.artifacts if a.is_pinned and a.digests)
    return next((a for a in fitting if a.size == size), None)
