"""Catalog roots to a shelf: at once if nothing changed, and never an old one."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lemm_catalog import garbage
from lemm_catalog.load.index import Index
from lemm_catalog.load.roots import builtin_root, folders_of
from lemm_catalog.load.rows import Dossiers, Lines, Saved
from lemm_catalog.load.sight import Sight, look, same_names, settled
from lemm_catalog.model.entry import Entry, Shelf


class Opened(NamedTuple):
    """A catalog without errors, and the remarks on it."""

    shelf: Shelf
    notes: tuple[str, ...] = ()


def open_shelf(roots: Sequence[str | Path] = (), index: Path | None = None) -> Opened:
    """Return what the catalog roots hold; ``index`` is a folder to remember it in.

    Raises:
        CatalogError: if a file of them is wrong; it has every place.

    """
    with garbage.not_now():
        return _open_shelf(roots, index)


def _open_shelf(roots: Sequence[str | Path], index: Path | None) -> Opened:
    # Looked at before anything is read: what changes meanwhile looks different then.
    since = time.time_ns()
    sight = look(folders_of(roots), builtin_root()) if index else None
    if index is None or sight is None:
        return _opened(_read_anew(roots, None, None), roots)
    place = Index(index, "catalog", roots)
    held = place.read()
    saved = Saved(*held) if held else None
    if saved and sight == saved.sight and _has_companions(saved):
        return _opened(saved, roots)
    saved = _read_anew(roots, saved, sight)
    if lasting := settled(sight, since):
        place.write(saved._replace(shared=lasting.shared, datasets=lasting.datasets))
    return _opened(saved, roots)


def _read_anew(
    roots: Sequence[str | Path], saved: Saved | None, sight: Sight | None
) -> Saved:
    # Imported by need: YAML, JSON Schema and the models take half a second.
    from lemm_catalog.load.anew import read_anew

    known = _unchanged(saved, sight) if saved and sight else {}
    return read_anew(roots, saved if known else None, known)


def _unchanged(saved: Saved, sight: Sight) -> dict[str, str]:
    """Return the manifests that need not be read again: their ids by path.

    They depend on what all share. Where one catalog overrides another, they depend
    on which manifests there are as well.
    """
    if saved.shared != sight.shared:
        return {}
    if len(sight.datasets) > 1 and not same_names(saved.datasets, sight.datasets):
        return {}
    known = {}
    for name, *_, home in saved.entries:
        file = f"{name}.yaml"
        before, now = saved.datasets.get(home, {}), sight.datasets.get(home, {})
        if file in now and before.get(file) == now[file] and _has_all(saved, name):
            known[os.path.join(home, file)] = name  # noqa: PTH118 - one of thousands
    return known


def _has_companions(saved: Saved) -> bool:
    return all(_has_all(saved, name) for name in saved.companions)


def _has_all(saved: Saved, name: str) -> bool:
    return all(map(os.path.exists, saved.companions.get(name, ())))


def _opened(saved: Saved, roots: Sequence[str | Path]) -> Opened:
    # `Entry._make` without what it checks: thousands of rows, of our own index.
    entries = {row[0]: tuple.__new__(Entry, row) for row in saved.entries}
    shelf = Shelf(
        ladder=saved.ladder,
        policies=saved.policies,
        entries=entries,
        dossiers=Dossiers(saved.dossiers, saved.judged),
        roots=tuple(roots),
        lines=Lines(saved.dossiers, entries),
    )
    return Opened(shelf=shelf, notes=saved.notes)
