"""Where the small files of a dataset wait together: one tree, and a ledger for each.

A file in here has no record and no journal: its bytes are its proof. Whoever begins
anew keeps those whose digest is right and drops the rest, so that what is published
from here was verified by the very pull that publishes it.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from lemm_catalog.store.files import local_error, local_errors, remove_tree
from lemm_catalog.store.layout import Layout, key_of
from lemm_catalog.store.tree import StagedTree

_LEDGER = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_TRUNC
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class SmallStage:
    """The staged small files of one dataset, open for more."""

    def __init__(self, layout: Layout, dataset: str) -> None:
        self._root = layout.small(dataset)
        self._ledgers = os.path.join(self._root, "ledgers", "")  # noqa: PTH118

    def kept(
        self, sizes: Mapping[str, int], is_right: Callable[[str, Path], bool]
    ) -> dict[str, int]:
        """Drop all but the wanted files that are right; return their times in ns.

        Raises:
            LocalError: if the disk does not let it.

        """
        tree, kept = self._root / "tree", dict[str, int]()
        remove_tree(self._root / "ledgers")
        with local_errors(self._root):
            for place in sorted(tree.rglob("*"), reverse=True):
                path = place.relative_to(tree).as_posix()
                info = place.lstat()
                if place.is_dir() and not place.is_symlink():
                    if not any(place.iterdir()):
                        place.rmdir()
                elif info.st_size == sizes.get(path) and is_right(path, place):
                    kept[path] = info.st_mtime_ns
                else:
                    place.unlink()
        if not kept:
            remove_tree(self._root)
        return kept

    def __enter__(self) -> Self:
        with local_errors(self._root):
            (self._root / "tree").mkdir(parents=True, exist_ok=True)
            (self._root / "ledgers").mkdir(exist_ok=True)
        self._tree = StagedTree(self._root / "tree")
        return self

    def __exit__(self, *_: object) -> None:
        self._tree.close()

    def add(self, path: str, data: memoryview, sha256: str) -> None:
        """Write a file whose bytes are right.

        Raises:
            ArchiveError: if its name is taken, or cannot be one here.
            LocalError: if the disk does not let it.

        """
        mtime_ns = self._tree.put(path, data, executable=False, mtime=0)
        self.note(path, len(data), sha256, mtime_ns)

    def note(self, path: str, size: int, sha256: str, mtime_ns: int) -> None:
        """Write the ledger of a file that is here.

        Raises:
            LocalError: if the disk does not let it.

        """
        # Without paths or files of Python's: there are as many of them as files.
        ledger = f"{self._ledgers}{key_of(path)}.tsv"
        line = f"{sha256}\t{size}\t{mtime_ns}\t{path}\n".encode()
        try:
            descriptor = os.open(ledger, _LEDGER, 0o666)
            try:
                while line:
                    line = line[os.write(descriptor, line) :]
            finally:
                os.close(descriptor)
        except OSError as error:
            raise local_error(error, ledger) from error
