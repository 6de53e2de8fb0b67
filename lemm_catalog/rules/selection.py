"""Which files of which datasets a selection means.

Laws, each a test: ``minimal`` is within ``balanced`` is within ``comprehensive``;
nothing is selected twice; shuffling the manifests changes nothing; a phase never
selects what is excluded or withdrawn.
"""

import difflib
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lemm_catalog.errors import UsageError
from lemm_catalog.model.catalog import Catalog, Phase
from lemm_catalog.model.manifest import File, Manifest

_HIDDEN = frozenset({"excluded", "withdrawn"})
_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The files wanted of one dataset; never empty, in the manifest's order."""

    manifest: Manifest
    files: tuple[File, ...]
    priority: int


def select(
    catalog: Catalog,
    words: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    priorities: Mapping[str, int] | None = None,
) -> tuple[Wanted, ...]:
    """Return what the words select, in pull order; no words select everything.

    Pull order: the highest priority first, then the lower rung, then the id.

    Raises:
        UsageError: if a word names nothing, or only what is excluded.

    """
    chosen: dict[str, set[str]] = {}
    for word in words or ["*"]:
        for manifest, files in _matches(catalog, word):
            chosen.setdefault(manifest.id, set()).update(files)
    for word in exclude:
        for manifest, files in _matches(catalog, word, hidden=True):
            chosen.get(manifest.id, set()).difference_update(files)
    own = {_dashed(name): value for name, value in (priorities or {}).items()}
    wanted = [
        Wanted(
            manifest=manifest,
            files=tuple(f for f in manifest.files if f.path in chosen[name]),
            priority=own.get(name, manifest.priority),
        )
        for name, manifest in catalog.manifests.items()
        if chosen.get(name)
    ]
    rungs = {name: index for index, name in enumerate(catalog.phases)}
    last = len(rungs)
    return tuple(
        sorted(
            wanted,
            key=lambda w: (
                -w.priority,
                rungs.get(w.manifest.phase, last),
                w.manifest.id,
            ),
        )
    )


def own_files(manifest: Manifest) -> Wanted:
    """Return a dataset as its own phase has it, without what stands beside it."""
    own = tuple(f for f in manifest.files if phase_of(manifest, f) == manifest.phase)
    return Wanted(
        manifest=manifest, files=own or manifest.files, priority=manifest.priority
    )


def is_offered(manifest: Manifest) -> bool:
    """Whether a dataset may be pulled: neither excluded nor withdrawn."""
    return manifest.status.state not in _HIDDEN


def find(catalog: Catalog, name: str) -> Manifest:
    """Return the one dataset of this id; ``_`` and ``-`` are the same.

    Raises:
        UsageError: if there is none.

    """
    manifest = catalog.manifests.get(_dashed(name))
    if manifest is None:
        raise _unknown(catalog, name, "dataset", sorted(catalog.manifests))
    return manifest


def rungs_of(phases: Mapping[str, Phase], name: str) -> tuple[str, ...]:
    """Return a phase and all it extends, each once."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        rung = waiting.pop()
        if rung not in found and rung in phases:
            found[rung] = None
            waiting.extend(phases[rung].extends)
    return tuple(found)


def phase_of(manifest: Manifest, file: File) -> str:
    """Return the phase in which a file first appears."""
    part = manifest.parts.get(file.part or "")
    return part.phase if part and part.phase else manifest.phase


def _matches(
    catalog: Catalog, word: str, *, hidden: bool = False
) -> Iterator[tuple[Manifest, set[str]]]:
    """Give the datasets a word means, each with the paths of its files."""
    name = _dashed(word)
    if name in catalog.phases:
        yield from _by_phase(catalog, name)
    elif name in catalog.manifests:
        manifest = catalog.manifests[name]
        if not is_offered(manifest) and not hidden:
            raise _not_offered(manifest)
        yield manifest, {file.path for file in manifest.files}
    elif any(mark in word for mark in "*?["):
        found = list(_by_glob(catalog, name))
        if not found:
            raise UsageError(f"no dataset matches {word!r}", mend="see `list`")
        yield from found
    elif "/" in word:
        yield _by_part(catalog, word)
    else:
        known = [*catalog.phases, *sorted(catalog.manifests)]
        raise _unknown(catalog, word, "dataset or phase", known)


def _by_phase(catalog: Catalog, phase: str) -> Iterator[tuple[Manifest, set[str]]]:
    rungs = set(rungs_of(catalog.phases, phase))
    for manifest in catalog.manifests.values():
        paths = {f.path for f in manifest.files if phase_of(manifest, f) in rungs}
        if paths and is_offered(manifest):
            yield manifest, paths


def _by_glob(catalog: Catalog, pattern: str) -> Iterator[tuple[Manifest, set[str]]]:
    for manifest in catalog.manifests.values():
        if not is_offered(manifest):
            continue
        if fnmatch.fnmatchcase(manifest.id, pattern):
            yield manifest, {file.path for file in manifest.files}
        elif "/" in pattern:
            paths = {
                file.path
                for file in manifest.files
                if file.part
                and fnmatch.fnmatchcase(f"{manifest.id}/{file.part}", pattern)
            }
            if paths:
                yield manifest, paths


def _by_part(catalog: Catalog, word: str) -> tuple[Manifest, set[str]]:
    name, _, part = word.partition("/")
    manifest = find(catalog, name)
    if not is_offered(manifest):
        raise _not_offered(manifest)
    paths = {file.path for file in manifest.files if file.part == _dashed(part)}
    if not paths:
        parts = sorted({file.part for file in manifest.files if file.part})
        if not parts:
            raise UsageError(f"{manifest.id} has no parts", mend=f"say {manifest.id}")
        raise _unknown(catalog, part, f"part of {manifest.id}", parts)
    return manifest, paths


def _dashed(name: str) -> str:
    return name.replace("_", "-").lower()


def _not_offered(manifest: Manifest) -> UsageError:
    state, reason = manifest.status.state, manifest.status.reason
    return UsageError(f"{manifest.id} is {state}: {reason}")


def _unknown(
    catalog: Catalog, word: str, kind: str, known: Iterable[str]
) -> UsageError:
    names = list(known)
    near = difflib.get_close_matches(_dashed(word), names, n=3, cutoff=0.5)
    listed = ", ".join(near or names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    mend = f"did you mean {listed}?" if near else f"known: {listed}{more}"
    return UsageError(f"there is no {kind} {word!r}", mend=mend)
