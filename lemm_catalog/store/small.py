"""Where the small files of a dataset wait together: one tree, and one ledger.

A file in here has no record and no journal: its bytes are its proof. Whoever begins
anew keeps those whose digest is right and drops the rest, so that what is published
from here was verified by the very pull that publishes it. The ledger is written when
no more come: whoever is killed before has lost nothing that would be believed.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from lemm_catalog.store.files import local_errors, remove_tree
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import LedgerWriter, Line
from lemm_catalog.store.tree import StagedTree


class SmallStage:
    """The staged small files of one dataset, open for more."""

    def __init__(self, layout: Layout, dataset: str) -> None:
        self._root = layout.small(dataset)
        self._ledger = layout.small_ledger(dataset)
        self._lines: list[Line] = []

    def kept(
        self, sizes: Mapping[str, int], is_right: Callable[[str, Path], bool]
    ) -> dict[str, int]:
        """Drop all but the wanted files that are right; return their times in ns.

        Raises:
            LocalError: if the disk does not let it.

        """
        tree, kept = self._root / "tree", dict[str, int]()
        remove_tree(self._ledger)
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
        self._tree = StagedTree(self._root / "tree")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._tree.close()
        if kind is None:
            with LedgerWriter(self._ledger, "a") as ledger:
                for line in self._lines:
                    ledger.add(*line)
            self._lines.clear()

    def add(self, path: str, data: memoryview, sha256: str) -> None:
        """Write a file whose bytes are right.

        Raises:
            ArchiveError: if its name is taken, or cannot be one here.
            LocalError: if the disk does not let it.

        """
        mtime_ns = self._tree.put(path, data, executable=False, mtime=0)
        self.note(path, len(data), sha256, mtime_ns)

    def note(self, path: str, size: int, sha256: str, mtime_ns: int) -> None:
        """Note what the ledger is to say of a file that is here."""
        self._lines.append(Line(sha256, size, mtime_ns, path))
