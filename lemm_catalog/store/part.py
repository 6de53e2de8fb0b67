"""The growing file: its bytes, and a journal of which of them are there.

The journal is a line of JSON (what the bytes are of) and one counter for each
segment: how many bytes of it, from its start, are written. A counter is written in
place right after its bytes, so that a kill at any instruction costs at most one
buffer. Nothing in it is trusted as to content: that is what the digest is for.
"""

import json
import os
import struct
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from lemm_catalog.conduit import Conduit
from lemm_catalog.errors import LocalError
from lemm_catalog.store.at import read_at, write_at
from lemm_catalog.store.behind import written_behind
from lemm_catalog.store.files import local_error, local_errors, write_atomically

SEGMENT = 256 * 1024
_HEADER = 4096
_COUNTER = struct.Struct("<I")
# What reading a journal raises that a crash, or a cat on the keyboard, has left.
_NONSENSE = (
    *(OSError, ValueError, TypeError, KeyError, AttributeError),
    *(struct.error, RecursionError),
)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What the bytes so far are of: the URL and what it said of its content."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


class PartFile:
    """A file of known size that grows in segments, in any order."""

    def __init__(self, folder: Path, size: int) -> None:
        self.path = folder / "data"
        self.size = size
        self._journal_path = folder / "journal"
        self._counts = [0] * (-(-size // SEGMENT))
        self.origin: Origin | None = None
        self._data: BinaryIO
        self._journal: BinaryIO
        self._seeking = threading.Lock()

    def __enter__(self) -> Self:
        with local_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._load()
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._data = os.fdopen(os.open(self.path, flags, 0o666), "r+b", 0)
            try:
                # What lies beyond the size is no part of what the digest proves.
                is_longer = os.fstat(self._data.fileno()).st_size > self.size
                if self.origin is None or is_longer:
                    self._data.truncate(0 if self.origin is None else self.size)
                self._open_journal()
            except BaseException:
                self._data.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self._data.close()
        self._journal.close()

    @staticmethod
    def done_in(folder: Path, size: int) -> int:
        """Return how many bytes a part file holds, without changing anything."""
        part = PartFile(folder, size)
        with suppress(OSError):
            part._load()
        return part.done

    def written_behind(self) -> AbstractContextManager[Callable[[int], None]]:
        """Give what is told of bytes that came, and has them synced on the way."""
        return written_behind(self._data.fileno(), self.size)

    @property
    def done(self) -> int:
        """The bytes that are written."""
        return sum(self._counts)

    @property
    def front(self) -> int:
        """The bytes that are written without a gap from the start."""
        total = 0
        for index, count in enumerate(self._counts):
            total += count
            if count < self.length(index):
                break
        return total

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return len(self._counts)

    def length(self, index: int) -> int:
        """Return the full length of a segment."""
        return min(SEGMENT, self.size - index * SEGMENT)

    def count(self, index: int) -> int:
        """Return how many bytes of a segment are there."""
        return self._counts[index]

    def first_gap(self, start: int, stop: int) -> int | None:
        """Return the first of some segments that is not full; None if all are."""
        for index in range(start, stop):
            if self._counts[index] < self.length(index):
                return index
        return None

    def begin(self, origin: Origin) -> None:
        """Say where the bytes to come are from; those so far stay."""
        if origin != self.origin:
            self.origin = origin
            self._save_header()

    def reset(self) -> None:
        """Forget all bytes."""
        self.origin = None
        self._counts = [0] * len(self._counts)
        with local_errors(self.path):
            self._data.truncate(0)
            self._journal.close()
            self._open_journal()

    def rewind(self) -> int:
        """Make ready to be read from the start: of a file on disk nothing is lost."""
        return 0

    def await_room(self, count: int, stop: threading.Event) -> None:
        """Wait for nothing: a disk that is full will say so."""

    def let_go(self, reader: str, offset: int) -> None:
        """Keep all bytes, whoever has read them."""

    def declare_complete(self) -> None:
        """Note that all bytes are there, put by somebody else."""
        self._data.close()
        self._data = self.path.open("r+b", 0)
        for index in range(self.segments):
            self._counts[index] = self.length(index)
            counted = _COUNTER.pack(self._counts[index])
            place = _HEADER + index * _COUNTER.size
            write_at(self._journal, memoryview(counted), place, self._seeking)
        self.begin(Origin(url=""))

    def write(self, index: int, data: memoryview) -> None:
        """Add bytes to a segment and those after it, and note that they are there.

        Raises:
            LocalError: if the disk does not take them.

        """
        with local_errors(self.path):
            write_at(self._data, data, self._end_of(index), self._seeking)
            self._note(index, len(data))

    def write_from(self, conduit: Conduit, index: int, count: int) -> None:
        """Add bytes that wait in a conduit, as `write` does.

        Raises:
            LocalError: if the disk does not take them.

        """
        with local_errors(self.path):
            offset = self._end_of(index)
            rest = memoryview(conduit.drain(count, self._data.fileno(), offset))
            write_at(self._data, rest, offset + count - len(rest), self._seeking)
            self._note(index, count)

    def _end_of(self, index: int) -> int:
        return index * SEGMENT + self._counts[index]

    def _note(self, index: int, left: int) -> None:
        """Note that so many bytes more are there, from a segment on."""
        counts = []
        for at in range(index, self.segments):
            taken = min(left, self.length(at) - self._counts[at])
            counts.append(self._counts[at] + taken)
            left -= taken
            if not left:
                break
        counted = b"".join(map(_COUNTER.pack, counts))
        place = _HEADER + index * _COUNTER.size
        write_at(self._journal, memoryview(counted), place, self._seeking)
        self._counts[index : index + len(counts)] = counts

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes that are there, ``count`` at most.

        Raises:
            LocalError: if the disk does not give them, or somebody took them away.

        """
        try:
            data = read_at(self._data, offset, count, self._seeking)
        except OSError as error:
            raise local_error(error, self.path) from error
        if count and not data:
            raise self._shorter()
        return data

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read bytes that are there into a buffer, and return how many.

        Raises:
            LocalError: if the disk does not give them, or somebody took them away.

        """
        if not hasattr(os, "preadv"):
            data = self.read(offset, len(buffer))
            buffer[: len(data)] = data
            return len(data)
        try:
            count = os.preadv(self._data.fileno(), [buffer], offset)
        except OSError as error:
            raise local_error(error, self.path) from error
        if len(buffer) and not count:
            raise self._shorter()
        return count

    def _shorter(self) -> LocalError:
        return LocalError(
            f"{self.path}: has become shorter", mend="run it again, alone"
        )

    def sync(self) -> None:
        """Make the bytes survive a power cut."""
        with local_errors(self.path):
            os.fsync(self._data.fileno())

    def _load(self) -> None:
        """Read the journal; one that makes no sense means an empty file."""
        try:
            raw = self._journal_path.read_bytes()
            header = json.loads(raw[:_HEADER].rstrip(b"\0"))
            size, segment = header.pop("size"), header.pop("segment")
            origin = Origin(**header)
            if not all(isinstance(said, str | None) for said in header.values()):
                return
            on_disk = self.path.stat().st_size
            counts = [c for (c,) in _COUNTER.iter_unpack(raw[_HEADER:])]
        except _NONSENSE:
            return
        is_ours = (size, segment, len(counts)) == (self.size, SEGMENT, self.segments)
        if is_ours and all(self._is_sane(i, c, on_disk) for i, c in enumerate(counts)):
            self.origin, self._counts = origin, counts

    def _is_sane(self, index: int, count: int, on_disk: int) -> bool:
        return count == 0 or (
            count <= self.length(index) and index * SEGMENT + count <= on_disk
        )

    def _open_journal(self) -> None:
        if self.origin is None:
            write_atomically(self._journal_path, self._header().decode())
        self._journal = self._journal_path.open("r+b", 0)
        self._journal.truncate(_HEADER + len(self._counts) * _COUNTER.size)

    def _save_header(self) -> None:
        with local_errors(self._journal_path):
            write_at(self._journal, memoryview(self._header()), 0, self._seeking)

    def _header(self) -> bytes:
        about: dict[str, Any] = asdict(self.origin) if self.origin else {"url": ""}
        line = json.dumps({"size": self.size, "segment": SEGMENT, **about}) + "\n"
        if len(line) > _HEADER:  # an absurd URL or ETag: resume without validators
            return self._header_of_nothing()
        return line.encode().ljust(_HEADER, b"\0")

    def _header_of_nothing(self) -> bytes:
        line = json.dumps({"size": self.size, "segment": SEGMENT, "url": ""}) + "\n"
        return line.encode().ljust(_HEADER, b"\0")
