"""Members written one after the other, or by a team: threads or processes.

They are recorded in the order of the archive, whichever is done first, and of several
faults the first in that order is told.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, Self

from lemm_catalog.archives.base import Entry
from lemm_catalog.errors import ArchiveError
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpacking.tally import Tally
from lemm_catalog.unpacking.writing import Content, Item, Member, write

_TOLD_BYTES = 1 << 20
# What a member costs beyond its bytes, in bytes.
COST = 1 << 15


class Team(Protocol):
    """Whoever writes batches of members beside the thread that reads them.

    A batch comes to about ``batch`` bytes, and at most ``most`` are waited for.
    """

    batch: int
    most: int

    def content(self, entry: Entry) -> Content | None:
        """Return what a batch holds of a member; None if the reader must write it."""

    def submit(self, items: Sequence[Item]) -> Future[list[Member]] | None:
        """Have a batch written; None if it cannot be taken now."""

    def wait(self, one: Future[list[Member]]) -> None:
        """Wait for a batch, if only for a while."""

    def close(self) -> None:
        """End all of them, whatever they are at."""


class Hands:
    """Writes the members, now or soon, alone or with a team."""

    def __init__(
        self,
        tree: StagedTree,
        tally: Tally,
        record: Callable[[Member], None],
        team: Team | None,
    ) -> None:
        self._tree = tree
        self._tally = tally
        self._record = record
        self._team = team
        # Several at once, since handing over costs as much as writing a small one.
        self._batch: list[Item] = []
        self._batched = 0
        self._running: deque[Future[list[Member]]] = deque()
        self._is_told = False

    def write(self, entry: Entry, path: str) -> None:
        """Write a member, now or soon."""
        if self._team is None:
            content = entry.pieces if entry.whole is None else entry.whole
            self._record(write(self._tree, entry, path, content, self._between))
        elif (given := self._team.content(entry)) is None:
            self._hand_over()
            self._write_now([(entry, path, entry.chunks())])
        else:
            self._batch.append((entry, path, given))
            self._batched += entry.size + COST
            if self._batched >= self._team.batch:
                self._hand_over()

    def _between(self, count: int) -> None:
        self._tally.add_bytes(count)
        self._tally.tell(_TOLD_BYTES)

    def _hand_over(self) -> None:
        batch, self._batch, self._batched = self._batch, [], 0
        assert self._team is not None
        while self._running and (
            self._running[0].done() or len(self._running) >= self._team.most
        ):
            self._settle_one()
        if not batch:
            return
        if (one := self._team.submit(batch)) is None:
            self._write_now(batch)
        else:
            self._running.append(one)
        self._tally.tell(_TOLD_BYTES)

    def _write_now(self, batch: Sequence[Item]) -> None:
        done: Future[list[Member]] = Future()
        done.set_result([write(self._tree, *item, self._between) for item in batch])
        self._running.append(done)

    def _settle_one(self) -> None:
        assert self._team is not None
        first = self._running.popleft()
        try:
            while not first.done():
                self._team.wait(first)
                # Progress is told from this thread only.
                self._tally.tell(_TOLD_BYTES)
            members = first.result()
        except BaseException:
            # Whatever else is at fault comes later in the archive.
            self._is_told = True
            raise
        for member in members:
            self._record(member)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._team is None:
            return
        try:
            # What lies before a fault of the archive is looked at first.
            at_fault = kind is not None and issubclass(kind, ArchiveError)
            if kind is None or (at_fault and not self._is_told):
                self._hand_over()
                while self._running:
                    self._settle_one()
        finally:
            self._team.close()


class Threads:
    """A team of threads, for readers whose members can be read in any of them."""

    def __init__(self, tree: StagedTree, tally: Tally, count: int) -> None:
        self.batch = 1 << 20
        self.most = 2 * count
        self._tree = tree
        self._tally = tally
        self._count = count
        self._pool: ThreadPoolExecutor | None = None
        self._is_over = threading.Event()

    def content(self, entry: Entry) -> Content:
        """Return what a thread will read."""
        # The reader sees by this that it need not read the content itself.
        return iter(entry.pieces) if entry.whole is None else entry.whole

    def submit(self, items: Sequence[Item]) -> Future[list[Member]]:
        """Have a batch written by one of the threads."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._count, "unpack")
        return self._pool.submit(self._written, items)

    def _written(self, items: Sequence[Item]) -> list[Member]:
        self._between(0)
        return [write(self._tree, *item, self._between) for item in items]

    def _between(self, count: int) -> None:
        self._tally.add_bytes(count)
        if self._is_over.is_set():
            raise _GivenUpError

    def wait(self, one: Future[list[Member]]) -> None:
        """Wait for a batch, but not longer at once than people wait to be told."""
        try:
            one.exception(timeout=0.2)
        except TimeoutError:
            return

    def close(self) -> None:
        """End all of them."""
        self._is_over.set()
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


class _GivenUpError(Exception):
    """Another member was at fault; nobody looks at this one any more."""
