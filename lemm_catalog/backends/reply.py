"""The bytes of an answer, and how what a library raises becomes an error of ours."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, final

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.conduit import Conduit
from lemm_catalog.errors import LemmError, PassingError, SourceError

# What libraries quote in their errors: the query of a URL, and its user and password.
_SECRET = re.compile(r"\?[^\s'\")]*=[^\s'\")]*|(?<=//)[^\s/@'\"]*@")


class NothingYetError(LemmError):
    """A reply that is not to wait for bytes has none just now."""

    def __init__(self) -> None:
        super().__init__("nothing has come yet")


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

    @property
    def is_over(self) -> bool:
        """Whether all of it was read, as far as can be told without reading on."""
        return False

    def __init__(self, address: Address) -> None:
        self.address = address

    @final
    def readinto(self, buffer: memoryview) -> int:
        """Read some bytes; 0 means the answer ended.

        Raises:
            SourceError: if the source broke off.
            NothingYetError: after `unblock`, where it would have to wait.

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
            NothingYetError: after `unblock`, where it would have to wait.

        """
        with translated(self, self.address):
            return self._splice(conduit, most)

    def unblock(self) -> int | None:
        """Let reads wait no longer, and return the descriptor to wait for instead.

        None if they go on waiting, as not every reply can tell what there is.

        Raises:
            SourceError: if the source broke off.

        """
        return None

    def block(self) -> None:  # noqa: B027
        """Let reads wait again."""

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


class _Door(Protocol):
    """What foreign errors come through."""

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return a foreign error as ours."""


@contextmanager
def translated(door: _Door, address: Address) -> Iterator[None]:
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
