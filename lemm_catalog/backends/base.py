"""What a backend is: bytes of one address, from a start to a stop, and never a write.

Each kind says only how it opens and reads; the base class turns whatever its library
raises into our errors, so that nothing foreign passes this door.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self, final

from lemm_catalog.conduit import Conduit
from lemm_catalog.errors import LemmError, PassingError, SourceError
from lemm_catalog.model.source import redact
from lemm_catalog.model.told import Told, ToldFile

# What libraries quote in their errors: the query of a URL, and its user and password.
_SECRET = re.compile(r"\?[^\s'\")]*=[^\s'\")]*|(?<=//)[^\s/@'\"]*@")


# What an answer's URL, status and headers mean, to somebody who knows the site.
Explain = Callable[[str, int, Mapping[str, str]], SourceError | None]


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where bytes are, and the bearer token that this origin may see.

    ``name`` is what people call it, where that is not the URL; ``explain`` may put
    an answer without bytes in better words than the wire has. With ``anew`` it is
    asked for over a connection that nobody has used before.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    name: str | None = None
    explain: Explain | None = field(default=None, repr=False, compare=False)
    anew: bool = field(default=False, repr=False, compare=False)

    @cached_property
    def shown(self) -> str:
        """The address in a form that is fit to be printed."""
        return redact(self.name or self.url)


class Manners(NamedTuple):
    """How a host may be asked just now: not at all, or several things at once."""

    rests: Callable[[], bool] = lambda: False
    is_proven: Callable[[], bool] = lambda: True


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What a source said of the version of its content, for `If-Range`."""

    etag: str | None = None
    last_modified: str | None = None

    def contradict(self, others: Self) -> bool:
        """Whether both speak, and of different content."""
        if self.etag and others.etag:
            return self.etag.removeprefix("W/") != others.etag.removeprefix("W/")
        dates = {self.last_modified, others.last_modified} - {None}
        return len(dates) > 1


class CrowdedError(PassingError):
    """A host that wants fewer connections, or fewer requests."""


class RangeRefusedError(SourceError):
    """A source that was asked for a part gave something else: start this file anew.

    ``total`` is the size of its content, if it said so.
    """

    def __init__(self, message: str, *, total: int | None = None) -> None:
        super().__init__(message)
        self.total = total


class Reply(ABC):
    """The bytes of an answer, read in order.

    ``start`` is the offset of the first byte; ``total`` the size of the whole
    content, if the source says; ``is_whole`` tells that a range was not honored;
    ``url`` is where the bytes come from, after all redirects; ``waited`` how long the
    answer took to begin, in seconds, without the time to connect, if that is known.
    With ``is_reused`` it came over a connection that had served before: what was left
    over there may have been taken for it. Without ``may_splice`` all of it is read.
    """

    url: str = ""
    start: int = 0
    total: int | None = None
    is_whole: bool = False
    validators: Validators = Validators()
    content_type: str = ""
    waited: float | None = None
    is_reused: bool = False
    may_splice: bool = False

    def __init__(self, address: Address) -> None:
        self.address = address

    @final
    def readinto(self, buffer: memoryview) -> int:
        """Read some bytes; 0 means the answer ended.

        Raises:
            SourceError: if the source broke off.

        """
        try:  # as `translated` does, at a tenth of its cost
            return self._readinto(buffer)
        except LemmError:
            raise
        except Exception as error:
            raise self.translate(error, self.address) from error

    @final
    def splice(self, conduit: Conduit, most: int) -> int | None:
        """Have some bytes moved into a conduit, as `readinto` reads them.

        None means that these have to be read.

        Raises:
            SourceError: if the source broke off.

        """
        with translated(self, self.address):
            return self._splice(conduit, most)

    @abstractmethod
    def _readinto(self, buffer: memoryview) -> int:
        """Read some bytes, raising what the library raises."""

    def _splice(self, conduit: Conduit, most: int) -> int | None:
        """Move some bytes, where these are the kernel's; raises as `_readinto`."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Let go of the answer; never raises."""

    def abort(self) -> None:
        """Make a read that blocks in another thread end; never raises."""
        self.close()

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return a foreign error as ours."""
        return PassingError(f"{address.shown}: broke off: {plain(error)}")


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
    ) -> Iterator[tuple[Address, Reply | SourceError]]:
        """Open whole contents one after the other, asking ahead where that is possible.

        Each reply is to be read to its end, or closed, before the next is taken; what
        is refused unasked may come late. Where a connection breaks while the host
        rests, what it owes is not given.
        """
        return self._several(addresses, manners or Manners())

    def _several(
        self, addresses: Iterator[Address], manners: Manners
    ) -> Iterator[tuple[Address, Reply | SourceError]]:
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


@contextmanager
def translated(door: Backend | Reply, address: Address) -> Iterator[None]:
    """Let our own errors pass and turn all others into ours."""
    try:
        yield
    except LemmError:
        raise
    except Exception as error:
        raise door.translate(error, address) from error


def plain(error: BaseException) -> str:
    """Return an error as one printable line, without what might be a secret."""
    first = str(error).strip().splitlines()
    text = _SECRET.sub("", first[0]) if first else type(error).__name__
    shown = text if text.isprintable() else ascii(text)
    return shown if len(shown) <= 200 else shown[:197] + "..."
