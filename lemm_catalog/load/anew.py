"""Catalog roots read anew, but for the manifests that are known already."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lemm_catalog.errors import CatalogError
from lemm_catalog.load.catalog import Reader
from lemm_catalog.load.roots import builtin_root, folders_of
from lemm_catalog.load.rows import Saved, packed
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.problems import errors_in
from lemm_catalog.rules.listing import line_of_absent
from lemm_catalog.rules.shelving import Shelver


def read_anew(
    roots: Sequence[str | Path], saved: Saved | None, known: Mapping[str, str]
) -> Saved:
    """Return what is to be remembered of the roots; ``known`` has ids by path.

    Raises:
        CatalogError: if a file is wrong; it has every place.

    """
    reader = Reader(known=known)
    builtin = builtin_root()
    for folder in folders_of(roots):
        reader.read_root(folder, builtin)
    loaded = reader.result()
    if errors := errors_in(loaded.problems):
        raise CatalogError(errors)
    catalog = loaded.catalog
    shelver = Shelver(catalog)
    manifests = catalog.manifests.values()
    fresh = {one.id: shelver.entry(one) for one in manifests}
    entries = {name: tuple(entry) for name, entry in fresh.items()}
    # In their order: kept dossiers go on referring to them by number.
    judged = {row: number for number, row in enumerate(saved.judged if saved else ())}
    dossiers = dict[str, bytes]()
    for one in manifests:
        dossier = shelver.dossier(one)
        line = line_of_absent(fresh[one.id], dossier)
        dossiers[one.id] = packed(dossier, line, judged)
    companions = {
        one.id: beside
        for one in manifests
        if (beside := _companions(one, catalog.homes[one.id]))
    }
    if saved:
        kept = reader.kept
        entries |= {row[0]: row for row in saved.entries if row[0] in kept}
        dossiers |= {name: saved.dossiers[name] for name in kept}
        companions |= {n: saved.companions[n] for n in kept & saved.companions.keys()}
    return Saved(
        shared=(),
        datasets={},
        ladder=dict(catalog.ladder),
        policies=tuple(catalog.policies),
        notes=loaded.notes,
        entries=[entries[name] for name in sorted(entries)],
        dossiers=dossiers,
        judged=tuple(judged),
        companions=companions,
    )


def _companions(manifest: Manifest, home: Path) -> tuple[str, ...]:
    """Return the files beside a manifest that it cannot do without."""
    return tuple(
        str(home / source.path)
        for file in manifest.files
        for source in file.source
        if source.path
    )
