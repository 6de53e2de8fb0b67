"""Writes what a Space needs into a folder; what is there stays unless told."""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lemm_catalog.api import looking
from lemm_catalog.api.catalog import Catalog
from lemm_catalog.errors import RefusedError
from lemm_catalog.model.item import Item
from lemm_catalog.render.pages.starter import starter
from lemm_catalog.settings import Settings
from lemm_catalog.space.pulling import OFF
from lemm_catalog.store.files import write_atomically
from lemm_catalog.version import __version__

_HUB = re.compile(r"hf://datasets/([^/@]+/[^/@]+)(?:@([^/]+))?/")
_MOUNTED = "/hub"
_NEXT = (
    "next: create a Space with the Docker SDK, push this folder to it, and set "
    "volumes.json by HfApi.set_space_volumes if it lists any"
)


def init(folder: Path, settings: Settings, *, over: bool) -> tuple[list[Path], str]:
    """Write the files, and return them with a word on what comes next.

    Raises:
        RefusedError: if files are there and are not to be written over.
        LocalError: if the disk does not let it.

    """
    catalog = Catalog.load(*settings.catalog, index=settings.index_dir)
    items: Sequence[Item] = ()
    if settings.phase != OFF:
        _, items = looking.configured(catalog, (), settings)
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    files = starter(
        title="LEMM datasets",
        phase=settings.phase,
        requirement=f"lemm-catalog=={__version__}",
        image=f"python:{python}-slim",
        volumes=list(volumes_of(items)),
    )
    there = [name for name in files if (folder / name).exists()]
    if there and not over:
        raise RefusedError(
            f"{folder}: {', '.join(there)} {'is' if len(there) == 1 else 'are'} there "
            "already",
            mend="name another folder, or write over it with --force",
        )
    for name, content in files.items():
        write_atomically(folder / name, content)
    return [folder / name for name in files], _NEXT


def volumes_of(items: Sequence[Item]) -> Iterator[dict[str, Any]]:
    """Give the repositories of the Hub that items come from, as volumes, each once."""
    seen = set()
    for item in items:
        for artifact in item.artifacts:
            for source in artifact.sources:
                found = _HUB.match(source.url or "")
                if found is None or found.groups() in seen:
                    continue
                seen.add(found.groups())
                name, revision = found.groups()
                volume = {
                    "type": "dataset",
                    "source": name,
                    "mountPath": f"{_MOUNTED}/{name}",
                    "readOnly": True,
                }
                yield volume | ({"revision": revision} if revision else {})
