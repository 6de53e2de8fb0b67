"""A draft of a manifest from what a source says, proven by the real validation."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import CatalogError, RefusedError, UsageError
from lemm_catalog.harvest.asking import Asker
from lemm_catalog.harvest.base import shown
from lemm_catalog.harvest.harvesting import Means, harvest
from lemm_catalog.harvest.places import Services
from lemm_catalog.load.catalog import Reader
from lemm_catalog.load.roots import builtin_root, folders_of
from lemm_catalog.load.shelf import open_shelf
from lemm_catalog.model.catalog import Phase
from lemm_catalog.model.draft import Draft, Remark, Wanted
from lemm_catalog.problems import Problem, errors_in
from lemm_catalog.progress import Observer
from lemm_catalog.render.manifest_yaml import manifest_yaml
from lemm_catalog.rules.drafting import draft_of
from lemm_catalog.settings import Settings

_MOST_TOLD = 5
_ASIDE = "companions"  # the shelf of what is taken only when it is named


class Drafted(NamedTuple):
    """A draft, its text, and what `validate` warns of in it."""

    draft: Draft
    text: str
    warnings: tuple[Problem, ...]


class Terms(NamedTuple):
    """What whoever asks for a draft says of it; ``out`` is where it will be written."""

    day: str
    id: str | None = None
    phase: str | None = None
    fetch: bool = False
    allow_private: bool = False
    folder: Path | None = None


def draft(
    source: str,
    terms: Terms,
    settings: Settings,
    observer: Observer,
    services: Services | None = None,
) -> Drafted:
    """Return the draft of a manifest.

    Raises:
        UsageError: if the source means nothing, or the phase is none of the catalog.
        RefusedError: if no file of the source can be in a manifest.
        SourceError: if the source fails.
        LocalError: if a file of this machine cannot be read.
        CatalogError: if a file of the catalog is wrong.

    """
    reader = _knowledge(settings.catalog)
    phases = reader.phases.phases if reader.phases else {}
    wanted = _wanted(terms, phases, _tasks(settings.index_dir))
    network = settings.network._replace(public_only=not terms.allow_private)
    known = services or Services(hub=settings.network.hub_endpoint)
    means = Means(
        asker=Asker(Backends(network), observer),
        services=known,
        fetch=terms.fetch,
        offline=settings.offline,
        beside=terms.folder.resolve() if terms.folder else None,
    )
    made = draft_of(harvest(source, means), wanted, reader.licenses)
    if not made.manifest["files"]:
        raise _nothing(source, made.remarks)
    # Where somebody keeps a file on a machine is nobody else's business.
    by = Path(source).name if os.path.exists(source) else shown(source)  # noqa: PTH110
    said = [f"A draft, made of what {by} says on {terms.day}."]
    todo = [remark.line for remark in made.remarks]
    text = manifest_yaml(made.manifest, said, todo)
    return Drafted(made, text, _proven(made.id, text, reader))


def _knowledge(roots: Sequence[str]) -> Reader:
    """Return a reader of what all manifests of some catalogs share."""
    reader, builtin = Reader(), builtin_root()
    for folder in folders_of(roots):
        reader.read_shared(builtin, missing_in=folder)
        reader.read_shared(folder)
    if errors := errors_in(reader.problems):
        raise CatalogError(errors)
    return reader


def _wanted(terms: Terms, phases: Mapping[str, Phase], tasks: frozenset[str]) -> Wanted:
    if terms.phase and terms.phase not in phases:
        message = f"{terms.phase!r} is no phase of this catalog"
        raise UsageError(message, mend=f"known: {', '.join(phases)}")
    shelves = _beside(phases)
    aside = _ASIDE if _ASIDE in shelves else [*phases, *shelves][-1]
    return Wanted(
        terms.day,
        terms.phase or aside,
        terms.id,
        terms.phase is not None,
        frozenset(shelves),
        tasks,
    )


def _beside(phases: Mapping[str, Phase]) -> list[str]:
    """Return the phases that are no rungs of a ladder."""
    rungs = {one for phase in phases.values() for one in phase.extends}
    return [
        name
        for name, phase in phases.items()
        if not phase.extends and name not in rungs
    ]


@cache
def _tasks(index: Path | None) -> frozenset[str]:
    """Return what the builtin datasets are for, which are the words to go by."""
    try:
        dossiers = open_shelf((), index).shelf.dossiers.values()
    except CatalogError:  # a draft in a clone, half mended, is no reason to make none
        return frozenset()
    return frozenset(task for one in dossiers for task in one.tasks)


def _nothing(source: str, remarks: tuple[Remark, ...]) -> RefusedError:
    of_files = (one for one in remarks if one.where.startswith("files"))
    why = [one.line for one in of_files if one.gravity != "judge"]
    told = f": {'; '.join(why[:_MOST_TOLD])}" if why else ", for it names none"
    more = f" (and {len(why) - _MOST_TOLD} more)" if len(why) > _MOST_TOLD else ""
    message = f"{shown(source)}: no file of it can be in a manifest{told}{more}"
    mend = "name the URL of a file, or give --fetch"
    if os.path.exists(source):  # noqa: PTH110
        mend = "put a file there whose name is plain text, or name another folder"
    return RefusedError(message, mend=mend)


def _proven(name: str, text: str, reader: Reader) -> tuple[Problem, ...]:
    """Return what `validate` warns of; a draft with an error is none.

    Raises:
        CatalogError: if it has one, which would be a bug of ours.

    """
    before = set(reader.problems)
    with tempfile.TemporaryDirectory(prefix="lemm-") as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(text, encoding="utf-8", newline="\n")
        reader.read_manifest(path)
        # Files beside the manifest are where it will lie, and were read already.
        found = [
            replace(problem, path=path.name)
            for problem in reader.result().problems
            if problem not in before and problem.code != "missing-companion"
        ]
    if errors := errors_in(found):
        raise CatalogError(errors)
    return tuple(found)
