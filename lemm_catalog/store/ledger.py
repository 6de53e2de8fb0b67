"""The ledger of an artifact: one line for each file it brought.

``sha256 <tab> bytes <tab> mtime in ns <tab> path``, in the order they were written.
A ledger is written as the archive is unpacked and never rewritten: a change to one
artifact of a dataset touches no other's.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, Self, TextIO

from lemm_catalog.store.files import local_error, local_errors

# A name may hold what `str.splitlines` takes for the end of a line, or a tab.
_PART = r"(?!\.{0,2}[/\n])[^/\n\0]+"
# No number that Python would refuse to read, or the system to set as a time.
_LINE = re.compile(
    rf"[0-9a-f]{{64}}\t[0-9]{{1,18}}\t-?[0-9]{{1,19}}\t{_PART}(?:/{_PART})*\n"
)
_MOST_LINE = 1 << 16
_BLOCK = 1 << 20


class Line(NamedTuple):
    """One file: its digest, its size in bytes, its time and its relative path."""

    sha256: str
    size: int
    mtime_ns: int
    path: str


class LedgerWriter:
    """Writes a ledger, line by line; mode ``a`` goes on with one."""

    def __init__(self, path: Path, mode: Literal["w", "a"] = "w") -> None:
        self._path = path
        self._mode = mode
        self._file: TextIO

    def __enter__(self) -> Self:
        with local_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open(self._mode, encoding="utf-8", newline="\n")
        return self

    def __exit__(self, *_: object) -> None:
        with local_errors(self._path):
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
            finally:
                self._file.close()

    def add(self, sha256: str, size: int, mtime_ns: int, path: str) -> None:
        """Add one file."""
        try:
            self._file.write(written(sha256, size, mtime_ns, path))
        except OSError as error:
            raise local_error(error, self._path) from error


def written(sha256: str, size: int, mtime_ns: int, path: str) -> str:
    """Return a line as it stands in a ledger."""
    return f"{sha256}\t{size}\t{mtime_ns}\t{path}\n"


def read_ledger(path: Path) -> Iterator[Line] | None:
    """Return the lines of a ledger, or None if there is none that makes sense.

    All of them are seen to make sense before the first is given, and none is kept.
    """
    try:
        text = path.read_bytes().decode()
    except (OSError, ValueError):
        return None
    end = 0
    for found in _LINE.finditer(text):
        if found.start() != end:
            return None
        end = found.end()
    # What does not fit, or was cut off, leaves a gap.
    return _lines(text) if end == len(text) else None


def _lines(text: str) -> Iterator[Line]:
    start = 0
    while start < len(text):
        stop = text.find("\n", start + _BLOCK) + 1 or len(text)
        yield from map(_parsed, text[start : stop - 1].split("\n"))
        start = stop


def _parsed(line: str) -> Line:
    sha256, size, mtime_ns, path = line.split("\t", 3)
    return Line(sha256, int(size), int(mtime_ns), path)


def first_of(path: Path) -> str | None:
    """Return the path of the first file in a ledger, without reading the rest."""
    try:
        with path.open("rb") as file:
            line = parse_line(file.readline(_MOST_LINE))
    except OSError:
        return None
    return line.path if line else None


def parse_line(raw: bytes) -> Line | None:
    """Return what a line says, given with its end; None if it makes no sense."""
    try:
        found = _LINE.fullmatch(raw.decode())
    except ValueError:
        return None
    return _parsed(found[0][:-1]) if found else None
