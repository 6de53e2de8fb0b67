"""Unpacking: the members of an archive into a staged tree, contained and bounded.

The reader proves the archive, the tree contains it, and this file bounds it: by bytes
that were really written: no member gets more than it declares, nor all of them more
than the manifest does. The first fault ends it, and every thread with it; the caller
then deletes the staged folder, so that nothing half-made is ever seen.
"""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, NamedTuple, Self

from lemm_catalog.archives.ahead import cores
from lemm_catalog.archives.base import ArchiveReader, Entry
from lemm_catalog.archives.names import shown
from lemm_catalog.errors import ArchiveError
from lemm_catalog.store.tree import StagedTree

# Folders cost no bytes and are no members, so they need a bound of their own.
_FOLDERS_PER_MEMBER = 16
_FOLDERS_AT_LEAST = 1024
_TOLD_BYTES = 1 << 20
_MOST_THREADS = 8
# What a thread is given at a time, in bytes; each member costs as much as so many more.
_BATCH, _COST = 1 << 20, 1 << 15


Content = memoryview | bytes | Iterator[memoryview | bytes]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most an archive may unpack to; ``members`` counts regular files."""

    bytes: int
    members: int | None


class Member(NamedTuple):
    """One unpacked file: its POSIX path below the tree, and how to know it again."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """What an archive came to."""

    members: int
    bytes: int


def unpack(
    archive: BinaryIO,
    reader: ArchiveReader,
    tree: StagedTree,
    *,
    limits: Limits,
    strip: int = 0,
    record: Callable[[Member], None],
    advanced: Callable[[int], None],
) -> Unpacked:
    """Write all members into the tree, without their ``strip`` leading folders.

    Each file is told to ``record`` once it is written, and now and then the bytes
    written since to ``advanced``. Errors of ``archive`` itself pass through unchanged.

    Raises:
        ArchiveError: if the archive is damaged or hostile, or exceeds its limits.
        LocalError: if this machine cannot take the files.

    """
    tally = _Tally(limits, advanced)
    with _Hands(tree, tally, record, is_ordered=reader.streams) as hands:
        for entry in reader.entries(archive):
            path = _stripped(entry, strip) if strip else entry.name
            if entry.is_dir:
                tally.add_folder()
                if path:
                    tree.make_dir(path)
            else:
                tally.add_member(entry)
                hands.write(entry, path)
    tally.tell()
    return Unpacked(members=tally.members, bytes=tally.bytes)


class _Tally:
    """Counts what was written, and refuses what exceeds the limits."""

    def __init__(self, limits: Limits, advanced: Callable[[int], None]) -> None:
        self._limits = limits
        self._advanced = advanced
        self._declared = 0
        self._told = 0
        self._folders = 0
        self._lock = threading.Lock()
        self.members = 0
        self.bytes = 0

    def add_folder(self) -> None:
        self._folders += 1
        most = self._limits.members
        if most is None:
            return
        if self._folders > _FOLDERS_AT_LEAST + _FOLDERS_PER_MEMBER * most:
            raise ArchiveError(
                f"the archive holds more than {self._folders - 1} folders, too many"
                f" for {most} files"
            )

    def add_member(self, entry: Entry) -> None:
        self.members += 1
        most = self._limits.members
        if most is not None and self.members > most:
            raise ArchiveError(f"the archive holds more than the declared {most} files")
        # None will be written beyond what it declares.
        self._declared += entry.size
        if self._declared > self._limits.bytes:
            raise ArchiveError(
                "the archive unpacks to more than the declared"
                f" {self._limits.bytes} bytes"
            )

    def add_bytes(self, count: int) -> None:
        """Add what was written, by any thread."""
        with self._lock:
            self.bytes += count

    def tell(self, at_least: int = 1) -> None:
        """Tell how many bytes were written since it was last told."""
        # Whoever watches need not hear of every small file.
        if (count := self.bytes - self._told) >= at_least:
            self._advanced(count)
            self._told += count


class _Hands:
    """Writes the members, several at once where the archive allows it.

    They are recorded in the order of the archive, whichever is done first.
    """

    def __init__(
        self,
        tree: StagedTree,
        tally: _Tally,
        record: Callable[[Member], None],
        *,
        is_ordered: bool,
    ) -> None:
        self._tree = tree
        self._tally = tally
        self._record = record
        self._threads = 1 if is_ordered else min(cores(), _MOST_THREADS)
        self._pool: ThreadPoolExecutor | None = None
        # Members for a thread: several at once, since handing over costs as much as
        # writing a small one.
        self._batch: list[tuple[Entry, str, Content]] = []
        self._batched = 0
        self._running: deque[Future[list[Member]]] = deque()
        self._is_over = threading.Event()

    def write(self, entry: Entry, path: str) -> None:
        """Write a member, now or soon."""
        if self._threads > 1:
            # The reader sees by this that it need not read the content itself.
            content = entry.chunks() if entry.whole is None else entry.whole
            self._batch.append((entry, path, content))
            self._batched += entry.size + _COST
            if self._batched >= _BATCH:
                self._hand_over()
        elif (whole := entry.whole) is not None:
            self._record(self._whole(entry, path, whole))
        else:
            self._record(self._streamed(entry, path, entry.chunks(), self._told))
        self._told()

    def _told(self) -> None:
        self._tally.tell(_TOLD_BYTES)

    def _hand_over(self) -> None:
        batch, self._batch, self._batched = self._batch, [], 0
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, "unpack")
        while len(self._running) >= 2 * self._threads:
            self._settle_one()
        self._running.append(self._pool.submit(self._written, batch))

    def _written(self, batch: Sequence[tuple[Entry, str, Content]]) -> list[Member]:
        members = []
        for entry, path, content in batch:
            self._go_on()
            if isinstance(content, memoryview | bytes):
                members.append(self._whole(entry, path, content))
            else:
                members.append(self._proven(entry, path, content))
        return members

    def _proven(
        self, entry: Entry, path: str, pieces: Iterator[memoryview | bytes]
    ) -> Member:
        first = next(pieces, b"")
        if len(first) != entry.size:
            pieces = chain((first,), pieces)
            return self._streamed(entry, path, pieces, self._go_on)
        # One piece, as of most members: to ask for a second one proves the first.
        if any(pieces):
            raise _of_another_size(entry)
        return self._whole(entry, path, first)

    def _go_on(self) -> None:
        if self._is_over.is_set():
            raise _GivenUpError

    def _settle_one(self) -> None:
        first = self._running.popleft()
        while True:
            try:
                # Not longer at once: progress is told from this thread only.
                first.exception(timeout=0.2)
                break
            except TimeoutError:
                self._told()
        for member in first.result():
            self._record(member)

    def _whole(self, entry: Entry, path: str, data: memoryview | bytes) -> Member:
        if (size := len(data)) != entry.size:
            raise _of_another_size(entry)
        mtime_ns = self._tree.put(path, data, entry.executable, entry.mtime)
        self._tally.add_bytes(size)
        return Member(path, size, mtime_ns, hashlib.sha256(data).hexdigest())

    def _streamed(
        self,
        entry: Entry,
        path: str,
        chunks: Iterator[memoryview | bytes],
        between: Callable[[], None],
    ) -> Member:
        digest = hashlib.sha256()
        size = 0
        with self._tree.create(path, entry.executable, entry.mtime) as file:
            for chunk in chunks:
                between()
                size += len(chunk)
                if size > entry.size:
                    raise _of_another_size(entry)
                file.write(chunk)
                self._tally.add_bytes(len(chunk))
                digest.update(chunk)
        if size != entry.size:
            raise _of_another_size(entry)
        return Member(path, size, file.mtime_ns, digest.hexdigest())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and self._batch:
                self._hand_over()
            while kind is None and self._running:
                self._settle_one()
        finally:
            self._is_over.set()
            if self._pool:
                self._pool.shutdown(cancel_futures=True)


class _GivenUpError(Exception):
    """Another member was at fault; nobody looks at this one any more."""


def _of_another_size(entry: Entry) -> ArchiveError:
    return ArchiveError(
        f"the archive holds {shown(entry.name)}, whose content is not of the"
        " declared size"
    )


def _stripped(entry: Entry, strip: int) -> str:
    parts = entry.name.split("/", strip)
    if not entry.is_dir and len(parts) <= strip:
        noun = "folder" if strip == 1 else "folders"
        raise ArchiveError(
            f"the archive holds {shown(entry.name)}, a file that nothing is left of"
            f" without its {strip} leading {noun}"
        )
    return parts[strip] if len(parts) > strip else ""
