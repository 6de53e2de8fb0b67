"""An archive of which only some members are wanted, as a reader of its own."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from lemm_catalog.archives.base import ArchiveReader, Entry, PickingReader


class Picker(Protocol):
    """Who says which members are wanted, and hears of all there are."""

    def begin(self) -> None:
        """Hear that the archive is read from its beginning."""

    def may_pass(self, name: str) -> bool:
        """Whether a member or folder can be passed over unread; it is left out."""

    def wants(self, name: str) -> bool:
        """Whether a file that could not be passed over is wanted."""


class Picking:
    """Reads an archive, but gives only the files that are wanted, and no folders.

    A folder comes with the files in it.
    """

    def __init__(self, reader: ArchiveReader, picker: Picker) -> None:
        self._reader = reader
        self._picker = picker
        self.name = reader.name
        self.suffixes = reader.suffixes
        self.streams = reader.streams

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        """Yield the wanted files; see `ArchiveReader`."""
        picker = self._picker
        picker.begin()
        for entry in self._not_passed(file, lambda name: not picker.may_pass(name)):
            if not entry.is_dir and picker.wants(entry.name):
                yield entry

    def _not_passed(
        self, file: BinaryIO, wanted: Callable[[str], bool]
    ) -> Iterator[Entry]:
        if isinstance(self._reader, PickingReader):
            return self._reader.picked(file, wanted)
        return (e for e in self._reader.entries(file) if e.is_dir or wanted(e.name))
