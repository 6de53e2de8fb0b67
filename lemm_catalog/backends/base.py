"""What a backend is: bytes of one address, from a start to a stop, and never a write.

Each kind says only how it opens and reads; the base class turns whatever its library
raises into our errors, so that nothing foreign passes this door.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple, final

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.reply import Reply, plain, translated
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.told import Told, ToldFile


class Manners(NamedTuple):
    """How a host may be asked just now, and how its answers are waited for.

    Not at all while it ``rests``; one thing at a time until something ``is_proven``. If
    whoever asks ``shares`` what waits for many, a `Pause` is given instead of waiting,
    and after it ``was_silent`` tells, once, whether that was for too long.
    """

    rests: Callable[[], bool] = lambda: False
    is_proven: Callable[[], bool] = lambda: True
    shares: Callable[[], bool] = lambda: False
    was_silent: Callable[[], bool] = lambda: False


class Pause(NamedTuple):
    """Given in place of an answer: over a descriptor nothing has come yet.

    Without one what comes next may wait long, and is for a thread of its own.
    """

    descriptor: int | None = None


# What is given for each address, sooner or later, and between two of them.
Turn = tuple[Address, Reply | SourceError] | Pause


class CrowdedError(PassingError):
    """A host that wants fewer connections, or fewer requests."""


class RangeRefusedError(SourceError):
    """A source that was asked for a part gave something else: start this file anew.

    ``total`` is the size of its content, if it said so.
    """

    def __init__(self, message: str, *, total: int | None = None) -> None:
        super().__init__(message)
        self.total = total


class Backend(ABC):
    """Code that speaks to one kind of source."""

    @final
    def open(
        self,
        address: Address,
        start: int = 0,
        stop: int | None = None,
        validators: Validators | None = None,
    ) -> Reply:
        """Open the bytes from ``start`` to before ``stop`` (None: to the end).

        With ``validators``, the reply is whole if the content has changed since.

        Raises:
            PassingError: if asking again may help.
            SourceError: if it would not.

        """
        with translated(self, address):
            return self._open(address, start, stop, validators or Validators())

    @final
    def several(
        self, addresses: Iterator[Address], manners: Manners | None = None
    ) -> Iterator[Turn]:
        """Open whole contents one after the other, asking ahead where that is possible.

        Each reply is to be read to its end, or closed, before the next is taken; what
        is refused unasked may come late. Where a connection breaks while the host
        rests, what it owes is not given. Pauses are given only to who asks for them.
        """
        return self._several(addresses, manners or Manners())

    def _several(
        self, addresses: Iterator[Address], manners: Manners
    ) -> Iterator[Turn]:
        """Open each as it comes; what fails is given in place of a reply."""
        for address in addresses:
            try:
                yield address, self.open(address)
            except SourceError as error:
                yield address, error

    @final
    def probe(self, address: Address) -> Told:
        """Return what the source tells of one file, which has the path ``""``.

        Raises:
            PassingError: if asking again may help.
            SourceError: if it would not.

        """
        with translated(self, address):
            return self._probe(address)

    @final
    def listing(self, address: Address) -> Told:
        """Return what the source tells of all files below a folder.

        Raises:
            PassingError: if asking again may help.
            SourceError: if it would not, or such a source lists nothing.

        """
        with translated(self, address):
            return self._listing(address)

    @final
    def peek(self, address: Address) -> ToldFile:
        """Return what comes with the first byte of a file, which has the path ``""``.

        Some servers answer that and refuse a HEAD; and that bytes do come is more
        than a list of files can promise.

        Raises:
            PassingError: if asking again may help.
            SourceError: if it would not.

        """
        try:
            reply = self.open(address, 0, 1)
        except RangeRefusedError as error:
            if error.total != 0:
                raise
            return ToldFile("", 0)
        # With the one byte read, the next question goes over this connection.
        with suppress(SourceError):
            while not reply.is_whole and reply.readinto(memoryview(bytearray(1))):
                pass
        reply.close()
        said = reply.validators
        return ToldFile(
            *("", reply.total),
            etag=said.etag,
            last_modified=said.last_modified,
            content_type=reply.content_type,
        )

    def _probe(self, address: Address) -> Told:
        """Ask for the first byte, raising what the library raises."""
        return Told((self.peek(address),))

    def _listing(self, address: Address) -> Told:
        """List, raising what the library raises."""
        scheme = address.url.partition(":")[0]
        raise SourceError(
            f"{address.shown}: {scheme} gives no list of a folder's files",
            mend="name the files one by one, or use hf://, s3:// or ftp://",
        )

    @abstractmethod
    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        """Open, raising what the library raises."""

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return a foreign error as ours; in doubt, asking again may help."""
        return PassingError(f"{address.shown}: {plain(error)}")
