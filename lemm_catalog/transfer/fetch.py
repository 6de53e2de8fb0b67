"""One artifact from whichever of its sources gives the right bytes.

Sources are tried in order; the next one on failure and on wrong bytes. Hashing runs
beside the network, and so does whatever follows the bytes in order (the unpacker).
"""

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Generic, TypeVar, cast

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.base import RangeRefusedError
from lemm_catalog.backends.table import Backends
from lemm_catalog.digest import Digest, algorithms_for
from lemm_catalog.errors import (
    LemmError,
    LocalError,
    PassingError,
    SourceError,
    WrongBytesError,
)
from lemm_catalog.transfer.checks import WrongSizeError
from lemm_catalog.transfer.download import Download
from lemm_catalog.transfer.front import (
    Follower,
    Front,
    FrontReader,
    StoppedError,
    digests_behind,
)
from lemm_catalog.transfer.growing import Growing
from lemm_catalog.transfer.patience import Patience
from lemm_catalog.transfer.traffic import Traffic
from lemm_catalog.transfer.window import FOLLOWER, Window

Result = TypeVar("Result")
# A source whose content keeps changing is given up; one that cannot resume, when it
# has cost as much as the file in vain.
_FRESH_STARTS = 3


@dataclass(frozen=True, kw_only=True)
class Fetched(Generic[Result]):
    """Verified bytes: their digests, the address that gave the last of them.

    ``marks`` are the sha256 of all before the end of each full stride.
    """

    digests: tuple[Digest, ...]
    source: str
    followed: Result
    marks: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Whom to tell: bytes that came (or were given back), and remarks."""

    advanced: Callable[[int], None]
    noted: Callable[[str], None]


def fetch(
    part: Growing,
    expected: Sequence[Digest],
    addresses: Sequence[Address],
    backends: Backends,
    follow: Callable[[BinaryIO], Result],
    watch: Watch,
    traffic: Traffic,
) -> Fetched[Result]:
    """Fill a part file with the expected bytes, and return what came of it.

    ``follow`` reads the file in order while it grows; it may be called again from
    the start, and its result counts only if the digests match.

    Raises:
        SourceError: if no source gave the right bytes; it says why for each.
        ArchiveError: if the bytes are right and ``follow`` refuses them.
        LocalError: if this machine failed.

    """
    failures: list[SourceError] = []
    for address in addresses:
        attempt = _Attempt(part, expected, backends, follow, watch, traffic)
        try:
            return _beside(attempt, address)
        except SourceError as error:
            if attempt.bytes_were_right:
                raise
            failures.append(error)
            if len(failures) < len(addresses):
                watch.noted(f"{error.message}; trying the next source")
    if len(failures) == 1:
        raise failures[0]
    message = "; ".join(error.message for error in failures)
    raise SourceError(f"no source works: {message}", mend="run it again later")


def _beside(attempt: "_Attempt[Result]", address: Address) -> Fetched[Result]:
    """Run an attempt in a thread of its own and wait for it.

    A signal that comes just before a read blocks does not end the read: whoever is to
    hear Ctrl-C must not read from a network that may be silent.
    """
    worker = Follower("fetch", lambda: attempt.from_address(address))
    try:
        with attempt.traffic.under_way(attempt.give_up):
            return worker.result()
    except LemmError:
        raise
    except BaseException:
        attempt.give_up()
        worker.join(1.0)
        raise


class _Attempt(Generic[Result]):
    """One source, with fresh starts where its content changes on the way."""

    def __init__(
        self,
        part: Growing,
        expected: Sequence[Digest],
        backends: Backends,
        follow: Callable[[BinaryIO], Result],
        watch: Watch,
        traffic: Traffic,
    ) -> None:
        self._part = part
        self._expected = expected
        self._backends = backends
        self._follow = follow
        self._watch = watch
        self.traffic = traffic
        self._stop = threading.Event()
        self._download: Download | None = None
        self._wasted = 0
        self._is_patched = False
        self.bytes_were_right = False

    def from_address(self, address: Address) -> Fetched[Result]:
        patience = Patience(self._stop, self._backends.waits)
        in_one, fresh_starts = False, 0
        while not self._stop.is_set():
            before = self._part.done
            try:
                return self._once(address, in_one=in_one)
            except PassingError as error:
                patience.wait_after(error, progress=self._part.done - before)
            except (RangeRefusedError, WrongBytesError) as error:
                if isinstance(error, WrongSizeError):
                    address = _believed_no_more(address, error)
                    continue
                fresh_starts += 1
                is_wrong = isinstance(error, WrongBytesError)
                is_its_fault = is_wrong and not before and not self._is_patched
                is_last = is_its_fault or fresh_starts == _FRESH_STARTS
                self._start_anew(None if is_last else error.message)
                if is_last:
                    raise
                # Its parts do not make a whole, or were of another answer: once more,
                # in one piece, over a connection on which nothing can be left over.
                in_one, address = True, replace(address, anew=True)
            except SourceError as error:
                address = _believed_no_more(address, error)
        raise StoppedError

    def give_up(self) -> None:
        """Let everybody stop who works on this in other threads."""
        self._stop.set()
        if self._download is not None:
            self._download.give_up(StoppedError())

    def _advanced(self, count: int) -> None:
        self._wasted -= min(count, 0)
        self._watch.advanced(count)

    def _start_anew(self, reason: str | None) -> None:
        if self._part.done:
            if reason:
                self._watch.noted(f"{reason}; starting this file anew")
            self._advanced(-self._part.done)
            self._part.reset()

    def _once(self, address: Address, *, in_one: bool) -> Fetched[Result]:
        self._advanced(-self._part.rewind())
        self._download = download = Download(
            self._part,
            self._backends.for_url(address.url),
            address,
            self._advanced,
            self._backends.waits,
            self.traffic,
            in_order=isinstance(self._part, Window),
            in_one=in_one,
        )
        reply = download.open()
        if reply is not None and self._wasted > self._part.size:
            reply.close()
            raise SourceError(f"{address.shown}: breaks off, and cannot go on")
        front = download.front
        marks: list[bytes] = []
        followers: list[Follower[Any]] = []
        try:
            hasher = self._hasher(front, marks)
            followers.append(hasher)
            follower = self._follower(download)
            followers.append(follower)
            if reply is not None:
                download.run(reply)
            digests = hasher.result()
            self._check(digests, address)
            return Fetched(
                digests=digests,
                source=address.shown,
                followed=follower.result(),
                marks=tuple(marks),
            )
        except LemmError as error:
            front.fail(error)
            raise
        except BaseException:
            front.fail(StoppedError())
            raise
        finally:
            self._is_patched = download.is_glued or download.is_reused
            if reply is not None:
                reply.close()
            # Nobody may still read the part file when it is started anew.
            for one in followers:
                one.wait()

    def _hasher(self, front: Front, marks: list[bytes]) -> Follower[tuple[Digest, ...]]:
        algorithms = algorithms_for(self._expected)
        return Follower("hash", lambda: digests_behind(front, algorithms, marks))

    def _follower(self, download: Download) -> Follower[Result]:
        reader = io.BufferedReader(FrontReader(download.front), 1024 * 1024)
        stream = cast(BinaryIO, reader)
        return Follower("follow", lambda: self._followed(stream, download))

    def _followed(self, stream: BinaryIO, download: Download) -> Result:
        """Follow; a disk that fails here need not be told after the last byte.

        An archive that is refused waits for the digest: the bytes may be at fault.
        """
        try:
            return self._follow(stream)
        except LocalError as error:
            download.give_up(error)
            raise
        finally:
            download.front.let_go(FOLLOWER, self._part.size)

    def _check(self, digests: tuple[Digest, ...], address: Address) -> None:
        found = {digest.algorithm: digest for digest in digests}
        for digest in self._expected:
            if found[digest.algorithm] != digest:
                raise WrongBytesError(
                    f"{address.shown}: gave bytes whose {digest.algorithm} is "
                    f"{found[digest.algorithm].value}, "
                    f"the manifest says {digest.value}",
                    mend="upstream may have changed the file; compare, then report it",
                )
        self.bytes_were_right = True


def _believed_no_more(address: Address, error: SourceError) -> Address:
    """Return where to ask once more after an answer that may have been of another.

    Raises:
        SourceError: the error itself, if there is no doubt of it.

    """
    if address.anew or not error.is_doubtful:
        raise error
    return replace(address, anew=True)
