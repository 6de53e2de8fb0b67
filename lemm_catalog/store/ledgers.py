"""What is said of the files of a dataset, by artifact.

An artifact that was brought alone has a ledger of its own. All small files share one:
a line for each, found by its path. A line in there that makes no sense counts for
nothing, and the others stay; an artifact's own ledger counts before its line.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from lemm_catalog.store.files import remove_tree, write_state
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import Line, parse_line, read_ledger, written


class Place(NamedTuple):
    """Where the lines of an artifact are: a file, and a range of its bytes."""

    file: str
    start: int
    stop: int


class _Row(NamedTuple):
    line: Line
    start: int
    stop: int


def lines_of(layout: Layout, dataset: str, path: str) -> Iterable[Line] | None:
    """Return the lines of a published artifact; None if they are lost."""
    own = layout.ledger(dataset, path)
    if os.path.lexists(own):
        return read_ledger(own)
    row = _rows_in(layout.shared_ledger(dataset)).get(path)
    return None if row is None else (row.line,)


def place_of(layout: Layout, dataset: str, path: str) -> Place | None:
    """Return where the lines of a published artifact are; None if they are lost."""
    own = layout.ledger(dataset, path)
    try:
        info = own.lstat()
    except OSError:
        shared = layout.shared_ledger(dataset)
        row = _rows_in(shared).get(path)
        return None if row is None else Place(str(shared), row.start, row.stop)
    return Place(str(own), 0, info.st_size) if stat.S_ISREG(info.st_mode) else None


def read_shared(place: Path) -> dict[str, Line]:
    """Return the lines of a ledger that small files share, by their paths."""
    return {path: row.line for path, row in _rows_in(place).items()}


def write_shared(place: Path, lines: Iterable[Line]) -> None:
    """Write a ledger that small files share; without lines there is none.

    Raises:
        LocalError: if the disk does not let it.

    """
    if text := "".join(written(*line) for line in lines):
        write_state(place, text)
    else:
        remove_tree(place)
    _rows.cache_clear()


def _rows_in(place: Path) -> Mapping[str, _Row]:
    try:
        info = place.lstat()
    except OSError:
        return {}
    # Asked for each of thousands of files, and read once.
    return _rows(str(place), (info.st_ino, info.st_size, info.st_mtime_ns))


@lru_cache(maxsize=4)
def _rows(place: str, _identity: tuple[int, ...]) -> Mapping[str, _Row]:
    try:
        data = Path(place).read_bytes()
    except OSError:
        return {}
    rows: dict[str, _Row] = {}
    start = 0
    # Not splitlines(): a name may hold what it takes for the end of a line.
    while stop := data.find(b"\n", start) + 1:
        if line := parse_line(data[start:stop]):
            rows[line.path] = _Row(line, start, stop)
        start = stop
    return rows
