"""Which parts of which datasets a selection means.

Laws, each a test: ``minimal`` is within ``balanced`` is within ``comprehensive``;
nothing is selected twice; shuffling the manifests changes nothing; a phase never
selects what is excluded or withdrawn.
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Entry, Ladder, Shelf

_SHOWN = 12
Parts = Iterable[str | None]


class Wanted(NamedTuple):
    """The parts wanted of one dataset; never empty, in the manifest's order.

    None among them stands for the files that belong to no part.
    """

    entry: Entry
    parts: tuple[str | None, ...]
    priority: int


def select(
    shelf: Shelf,
    words: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    priorities: Mapping[str, int] | None = None,
    any_state: bool = False,
) -> tuple[Wanted, ...]:
    """Return what the words select, in pull order; no words select everything.

    Pull order: the highest priority first, then the lower rung, then the id. What is
    excluded or withdrawn is only selected with ``any_state``, and if it is named.

    Raises:
        UsageError: if a word names nothing, or only what is excluded.

    """
    chosen: dict[str, set[str | None]] = {}
    for word in words or ["*"]:
        for entry, parts in _matches(shelf, word, hidden=any_state):
            chosen.setdefault(entry.id, set()).update(parts)
    for word in exclude:
        for entry, parts in _matches(shelf, word, hidden=True):
            chosen.get(entry.id, set()).difference_update(parts)
    own = {_dashed(name): value for name, value in (priorities or {}).items()}
    wanted = []
    for name, parts in chosen.items():
        entry = shelf.entries[name]
        taken = tuple(part for part in entry.rungs if part in parts)
        if taken:
            priority = own.get(name, entry.priority)
            wanted.append(Wanted(entry=entry, parts=taken, priority=priority))
    rungs = {name: index for index, name in enumerate(shelf.ladder)}
    last = len(rungs)
    wanted.sort(key=lambda w: (-w.priority, rungs.get(w.entry.phase, last), w.entry.id))
    return tuple(wanted)


def own_parts(entry: Entry) -> Wanted:
    """Return a dataset as its own phase has it, without what stands beside it."""
    own = tuple(part for part, rung in entry.rungs.items() if rung == entry.phase)
    return Wanted(entry=entry, parts=own or tuple(entry.rungs), priority=entry.priority)


def find(shelf: Shelf, name: str) -> Entry:
    """Return the one dataset of this id; ``_`` and ``-`` are the same.

    Raises:
        UsageError: if there is none.

    """
    entry = shelf.entries.get(_dashed(name))
    if entry is None:
        raise unknown(name, "dataset", sorted(shelf.entries))
    return entry


def rungs_of(ladder: Ladder, name: str) -> tuple[str, ...]:
    """Return a phase and all it extends, each once."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        rung = waiting.pop()
        if rung not in found and rung in ladder:
            found[rung] = None
            waiting.extend(ladder[rung])
    return tuple(found)


def _matches(
    shelf: Shelf, word: str, *, hidden: bool = False
) -> Iterator[tuple[Entry, Parts]]:
    """Give the datasets a word means, each with the parts it means."""
    name = _dashed(word)
    if name in shelf.ladder:
        yield from _by_phase(shelf, name)
    elif name in shelf.entries:
        entry = shelf.entries[name]
        if not entry.is_offered and not hidden:
            raise _not_offered(entry)
        yield entry, entry.rungs
    elif any(mark in word for mark in "*?["):
        found = list(_by_glob(shelf, name))
        if not found:
            raise UsageError(f"no dataset matches {word!r}", mend="see `list`")
        yield from found
    elif "/" in word:
        yield _by_part(shelf, word, hidden=hidden)
    else:
        known = [*shelf.ladder, *sorted(shelf.entries)]
        raise unknown(word, "dataset or phase", known)


def _by_phase(shelf: Shelf, phase: str) -> Iterator[tuple[Entry, Parts]]:
    taken = set(rungs_of(shelf.ladder, phase))
    for entry in shelf.entries.values():
        rungs = entry.rungs
        if not taken.isdisjoint(rungs.values()) and entry.is_offered:
            yield entry, [part for part, rung in rungs.items() if rung in taken]


def _by_glob(shelf: Shelf, pattern: str) -> Iterator[tuple[Entry, Parts]]:
    # Compiled once: fnmatch looks its cache up for each of ten thousand names.
    fits = re.compile(fnmatch.translate(pattern)).match
    for entry in shelf.entries.values():
        if not entry.is_offered:
            continue
        if fits(entry.id):
            yield entry, entry.rungs
        elif "/" in pattern:
            named = filter(None, entry.rungs)
            parts = [part for part in named if fits(f"{entry.id}/{part}")]
            if parts:
                yield entry, parts


def _by_part(shelf: Shelf, word: str, *, hidden: bool = False) -> tuple[Entry, Parts]:
    name, _, part = word.partition("/")
    entry = find(shelf, name)
    if not entry.is_offered and not hidden:
        raise _not_offered(entry)
    if _dashed(part) not in entry.rungs:
        parts = sorted(filter(None, entry.rungs))
        if not parts:
            raise UsageError(f"{entry.id} has no parts", mend=f"say {entry.id}")
        raise unknown(part, f"part of {entry.id}", parts)
    return entry, [_dashed(part)]


def _dashed(name: str) -> str:
    return name.replace("_", "-").lower()


def _not_offered(entry: Entry) -> UsageError:
    return UsageError(f"{entry.id} is {entry.state}: {entry.reason}")


def unknown(word: str, kind: str, known: Iterable[str]) -> UsageError:
    """Return the error of a word that names nothing, with those that are near."""
    from difflib import get_close_matches  # for those who mistyped only

    names = list(known)
    near = get_close_matches(_dashed(word), names, n=3, cutoff=0.5)
    listed = ", ".join(near or names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    mend = f"did you mean {listed}?" if near else f"known: {listed}{more}"
    return UsageError(f"there is no {kind} {word!r}", mend=mend)
