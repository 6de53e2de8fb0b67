"""Members of an archive mended: found in it, proven by the ledger, put in place.

Of an archive with a directory (zip) only those members are read; one that reads
forward is read until the last of them was found.
"""

from collections.abc import Iterator
from typing import BinaryIO, cast

from lemm_catalog.archives.base import ArchiveReader, Entry, PickingReader
from lemm_catalog.model.artifact import Unpacking
from lemm_catalog.store.amend import PublishedTree
from lemm_catalog.store.ledger import Line
from lemm_catalog.transfer.ranges import Ranges


class Members:
    """The members of one archive that are wanted, by the path they have here."""

    def __init__(
        self, tree: PublishedTree, unpack: Unpacking, lines: dict[str, Line]
    ) -> None:
        self.wanted = lines
        self._tree = tree
        self._unpack = unpack

    def mend_from(self, source: Ranges, reader: ArchiveReader) -> None:
        """Put those in place that the source has; they are not wanted any more.

        Raises:
            SourceError: if the source fails, or the archive is refused.
            LocalError: if the disk does not let it.

        """
        is_picking = isinstance(reader, PickingReader)
        with source.file() if is_picking else source.stream() as file:
            for entry in self._entries(cast(BinaryIO, file), reader):
                line = self.wanted.get(self._path_of(entry.name))
                if line is not None and not entry.is_dir and entry.size == line.size:
                    self._put(entry, line)
                if not self.wanted:
                    return

    def _entries(self, file: BinaryIO, reader: ArchiveReader) -> Iterator[Entry]:
        if isinstance(reader, PickingReader):
            return reader.picked(file, lambda name: self._path_of(name) in self.wanted)
        return reader.entries(file)

    def _put(self, entry: Entry, line: Line) -> None:
        with self._tree.new(line, executable=entry.executable) as new:
            for chunk in entry.chunks():
                new.write(chunk)
        if new.is_in_place:
            del self.wanted[line.path]

    def _path_of(self, name: str) -> str:
        return path_of(self._unpack, name)


def path_of(unpack: Unpacking, name: str) -> str:
    """Return where a member lies in the dataset, by its name in the archive."""
    return unpack.place_of(name)
