"""Exports: a selection in a format of other programs, and what had to be left out."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lemm_catalog.backends.network import Network
from lemm_catalog.load.catalog import read_manifest
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.export import Exported, Form, LeftOut
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.rules.exporting import exported_of, fitted
from lemm_catalog.rules.selection import select
from lemm_catalog.settings import Settings


class Export(NamedTuple):
    """The datasets of which a format can say anything, and what it cannot say."""

    datasets: tuple[Exported, ...]
    left_out: tuple[LeftOut, ...]


def export(
    catalog: Shelf, selection: Sequence[str], settings: Settings, form: Form
) -> Export:
    """Return a selection as a format can say it; what is excluded has to be named.

    Raises:
        UsageError: if a word names nothing.
        CatalogError: if a manifest was changed since, and is wrong now.

    """
    wanted = select(
        catalog,
        selection,
        exclude=settings.exclude,
        priorities=settings.priorities,
        any_state=True,
    )
    datasets: list[Exported] = []
    left_out: list[LeftOut] = []
    for one in wanted:
        manifest = read_manifest(Path(one.entry.home) / f"{one.entry.id}.yaml")
        dossier = catalog.dossiers[one.entry.id]
        whole, unpinned = exported_of(manifest, dossier, one, reached)
        kept, unfit = fitted(whole, form)
        left_out += (*unpinned, *unfit)
        if kept.files or (kept.by_hand and not form.needs_files):
            datasets.append(kept)
        elif kept.by_hand:
            reason = f"it comes by hand alone, and {form.name} must have a file"
            left_out.append(LeftOut(kept.id, None, reason))
    return Export(tuple(datasets), tuple(left_out))


def reached(url: str) -> str | None:
    """Return the URL by which anybody's program reaches a source, if there is one.

    The Hub's own addresses are known to few programs. It is the public Hub, whatever
    this machine uses in its place: an export is made for others.
    """
    if not url.startswith("hf://"):
        return url
    place = HubPlace.parse(url)
    return place.resolve(Network().hub_endpoint) if place and place.path else None
