"""Small files: many in flight, each held whole and checked before it is written.

Nothing is retried here and nothing is kept in between: what does not come right at
the first asking is left to the patient way (`fetch`), and a host that fails a few
times is left altogether.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.base import Backend, CrowdedError, Manners, Pause
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import Reply
from lemm_catalog.backends.table import Backends
from lemm_catalog.digest import Digest, RunningDigests, algorithms_for
from lemm_catalog.errors import (
    LemmError,
    NoThreadError,
    SourceError,
    WrongBytesError,
)
from lemm_catalog.transfer.front import Follower, StoppedError
from lemm_catalog.transfer.lanes import Lanes
from lemm_catalog.transfer.small_lane import SmallLane
from lemm_catalog.transfer.traffic import Traffic

_MOST_FAILURES = 3


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A small file: its path and part, where it is, its size and its digests."""

    path: str
    address: Address
    size: int
    digests: tuple[Digest, ...]
    part: str | None = None


# Writes a file whose bytes are right, and tells of it.
Place = Callable[[Wanted, memoryview, tuple[Digest, ...]], None]


def fetch_small(
    wanted: Iterable[Wanted],
    backends: Backends,
    traffic: Traffic,
    place: Place,
) -> None:
    """Fetch small files and have each placed that comes right at once.

    ``place`` is called from several threads at once.

    Raises:
        LocalError: if a file cannot be placed.

    """
    by_host = sorted(wanted, key=lambda one: traffic.hosts.name_of(one.address.url))
    rounds = [
        _Round(
            queue=deque(group),
            backend=backends.for_url(host),
            lanes=traffic.hosts.of(host),
            traffic=traffic,
            waits=backends.waits,
            place=place,
        )
        for host, group in groupby(
            by_host, key=lambda one: traffic.hosts.name_of(one.address.url)
        )
    ]

    def give_up() -> None:
        for one in rounds:
            one.give_up()

    try:
        with traffic.under_way(give_up):
            for one in rounds:
                one.call_for_help(is_first=True)
            for one in rounds:
                one.wait()
    except BaseException:
        give_up()
        raise


@dataclass
class _Round:
    """The small files of one host, and who brings them."""

    queue: deque[Wanted]
    backend: Backend
    lanes: Lanes
    traffic: Traffic
    waits: Waits
    place: Place
    failures: int = 0
    is_proven: bool = False  # the last that came was right
    crew: list[Follower[None]] = field(default_factory=list)
    replies: set[Reply] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)
    spawning: threading.Lock = field(default_factory=threading.Lock)

    def call_for_help(self, *, is_first: bool = False) -> None:
        """Begin to use the lanes there are."""
        with self.spawning:
            if is_first:
                self.lanes.enter()
            elif not self.queue or not self.lanes.try_enter():
                return
            try:
                self.crew.append(Follower(f"small-{len(self.crew)}", self._work))
            except NoThreadError:  # those there are bring the rest
                self.lanes.leave()
                if is_first:
                    raise

    def wait(self) -> None:
        """Wait until all is fetched, or given up."""
        done, stopped = 0, None
        while done < len(self.crew):
            try:
                self.crew[done].result()
            except StoppedError as error:
                stopped = error  # somebody else failed, whose reason is what counts
            done += 1
        if stopped:
            raise stopped

    def give_up(self) -> None:
        """Let everybody stop."""
        self.stop.set()
        for reply in tuple(self.replies):
            reply.abort()

    def _work(self) -> None:
        lane = SmallLane(self.lanes, self.traffic, self.waits)
        try:
            lane.carry_out(self._steps(lane))
        except LemmError:
            self.give_up()
            raise

    def _steps(self, lane: SmallLane) -> Iterator[Pause]:
        """Bring what is left; give a pause wherever nothing has come."""
        taken: deque[Wanted] = deque()
        manners = Manners(
            rests=lambda: self.lanes.rests,
            is_proven=lambda: self.is_proven,
            shares=lambda: lane.shares,
            was_silent=lane.was_silent,
        )
        try:
            for turn in self.backend.several(self._take(taken), manners):
                if isinstance(turn, Pause):
                    yield turn
                    continue
                address, reply = turn
                one = _of(address, taken)
                lane.answered(reply)
                try:
                    yield from self._bring(one, reply, lane)
                except SourceError as error:
                    self._failed(error)
                # Where nothing comes right, more would ask in vain.
                if self.is_proven and self.lanes.has_room:
                    self.call_for_help()
        finally:
            # What was asked and not answered is no failure of theirs.
            self.queue.extendleft(reversed(taken))
            self.lanes.leave()

    def _take(self, taken: deque[Wanted]) -> Iterator[Address]:
        """Give the addresses of what is left, and note whose they are."""
        while not self.stop.is_set() and self.failures < _MOST_FAILURES:
            if self.lanes.rests:
                return
            try:
                one = self.queue.popleft()
            except IndexError:
                return
            taken.append(one)
            yield one.address

    def _failed(self, error: SourceError) -> None:
        self.failures += 1
        self.is_proven = False
        if isinstance(error, CrowdedError):
            # What is too long, the host says again to whoever is patient.
            wanted = error.retry_after or 0.0
            rest = wanted if wanted <= self.waits.longest else 0.0
            self.lanes.refused(error.retry_after, rest=rest)
            self.failures = _MOST_FAILURES

    def _bring(
        self, one: Wanted, reply: Reply | SourceError, lane: SmallLane
    ) -> Iterator[Pause]:
        if isinstance(reply, SourceError):
            raise reply
        self.replies.add(reply)
        try:
            if reply.total not in {None, one.size}:
                raise WrongBytesError(f"{one.address.shown}: is of another size")
            data = yield from lane.read(reply, one.size + 1)
        finally:
            self.replies.discard(reply)
            reply.close()
        if self.stop.is_set():
            raise StoppedError
        if len(data) != one.size:
            raise WrongBytesError(f"{one.address.shown}: is of another size")
        running = RunningDigests(algorithms_for(one.digests))
        running.update(data)
        digests = running.digests()
        if not set(one.digests) <= set(digests):
            raise WrongBytesError(f"{one.address.shown}: gave other bytes")
        self.is_proven = True
        self.place(one, data, digests)


def _of(address: Address, taken: deque[Wanted]) -> Wanted:
    """Take out whose address it is: what nobody had to ask for may come last."""
    for index, one in enumerate(taken):
        if one.address is address:
            del taken[index]
            return one
    raise AssertionError(f"{address.shown}: was never asked for")
