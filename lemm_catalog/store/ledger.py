"""The ledger of an artifact: one line for each file it brought.

``sha256 <tab> bytes <tab> mtime in ns <tab> path``, in the order they were written.
A ledger is written as the archive is unpacked and never rewritten: a change to one
artifact of a dataset touches no other's.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, TextIO

from lemm_catalog.store.files import local_error, local_errors


@dataclass(frozen=True, slots=True)
class Line:
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
            self._file.write(f"{sha256}\t{size}\t{mtime_ns}\t{path}\n")
        except OSError as error:
            raise local_error(error, self._path) from error


def read_ledger(path: Path) -> Iterator[Line] | None:
    """Return the lines of a ledger, or None if there is none that makes sense."""
    try:
        # Not splitlines(): a name may hold what it takes for the end of a line.
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines.pop():
            return None  # its last line was cut off
        return iter([_parsed(line) for line in lines])
    except (OSError, ValueError):
        return None


def first_of(path: Path) -> str | None:
    """Return the path of the first file in a ledger, without reading the rest."""
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            return _parsed(file.readline().removesuffix("\n")).path
    except (OSError, ValueError):
        return None


def _parsed(line: str) -> Line:
    sha256, size, mtime_ns, path = line.split("\t", 3)
    if len(sha256) != 64 or "\0" in path or {"", ".", ".."} & set(path.split("/")):
        raise ValueError(line)
    return Line(sha256, int(size), int(mtime_ns), path)
