"""Parts of one content, asked for where they are needed, and counted.

A source that breaks off is asked again from there; one that gives no parts, changes
on the way or is of another size is of no use here.
"""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import RangeRefusedError
from lemm_catalog.backends.reply import Reply
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.transfer.checks import ask, check_unchanged
from lemm_catalog.transfer.front import StoppedError
from lemm_catalog.transfer.patience import Patience, StallWatch

# How much is asked for beyond what is needed: little, and more where reading goes on.
_AHEAD, _MOST_AHEAD = 4096, 256 * 1024
_BUFFER = 256 * 1024


class Ranges:
    """The content at one address, of known size; ``told`` hears of bytes that came."""

    def __init__(
        self,
        backends: Backends,
        address: Address,
        size: int,
        told: Callable[[int], None],
        stop: threading.Event,
    ) -> None:
        self.size = size
        self.address = address
        self._backend = backends.for_url(address.url)
        self._waits = backends.waits
        self._told = told
        self._stop = stop
        self._validators = Validators()

    def read(self, start: int, stop: int) -> bytes:
        """Return all bytes of a part.

        Raises:
            SourceError: if the source does not give them.

        """
        data = bytearray(stop - start)
        with RangeStream(self, start, stop) as stream:
            view = memoryview(data)
            while view:
                view = view[stream.readinto(view) :]
        return bytes(data)

    def stream(self) -> io.BufferedReader:
        """Return the content to be read in order, from the start."""
        return io.BufferedReader(RangeStream(self, 0, None), 1024 * 1024)

    def file(self) -> io.BufferedReader:
        """Return the content to be read here and there."""
        return io.BufferedReader(RangeFile(self), _AHEAD)

    def patience(self) -> Patience:
        """Return what it takes to ask again."""
        return Patience(self._stop, self._waits)

    def watch(self) -> StallWatch:
        """Return what notices a source that is too slow."""
        return StallWatch(self._waits)

    def came(self, count: int) -> None:
        """Tell that bytes came.

        Raises:
            StoppedError: if nobody wants them any more.

        """
        if self._stop.is_set():
            raise StoppedError
        self._told(count)

    def open(self, start: int, stop: int | None) -> Reply:
        """Open a part, exactly.

        Raises:
            SourceError: if the source gives something else.

        """
        known = self._validators
        try:
            reply = ask(self._backend, self.address, self.size, start, stop, known)
        except SourceError as error:
            if isinstance(error, PassingError) or not error.is_doubtful:
                raise
            anew = replace(self.address, anew=True)
            reply = ask(self._backend, anew, self.size, start, stop, known)
        is_part = start > 0 or (stop or self.size) < self.size
        if reply.is_whole and is_part:
            reply.close()
            raise RangeRefusedError(f"{self.address.shown}: gives no parts")
        check_unchanged(known, reply)
        self._validators = reply.validators
        return reply


class RangeStream(io.RawIOBase):
    """A part of a content, read in order; it goes on where a source breaks off."""

    def __init__(self, ranges: Ranges, start: int, stop: int | None) -> None:
        super().__init__()
        self._ranges = ranges
        self._at = start
        self._stop = stop
        self._end = ranges.size if stop is None else stop
        self._reply: Reply | None = None
        self._patience = ranges.patience()
        self._watch = ranges.watch()
        self._progress = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; 0 is the end.

        Raises:
            SourceError: if the source does not give them.

        """
        view = memoryview(buffer)[: min(len(buffer), self._end - self._at, _BUFFER)]
        while view:
            try:
                if self._reply is None:
                    self._watch = self._ranges.watch()
                    self._reply = self._ranges.open(self._at, self._stop)
                count = self._reply.readinto(view)
                if not count:
                    shown = self._ranges.address.shown
                    raise PassingError(f"{shown}: broke off")
                self._ranges.came(count)
                self._watch.saw(count, self._ranges.address.shown)
            except PassingError as error:
                self._let_go()
                self._patience.wait_after(error, progress=self._progress)
                self._progress = 0
                self._ranges.came(0)
                continue
            self._at += count
            self._progress += count
            return count
        return 0

    def _let_go(self) -> None:
        if self._reply is not None:
            self._reply.close()
            self._reply = None

    def close(self) -> None:
        """Let go of the source."""
        self._let_go()
        super().close()


class RangeFile(io.RawIOBase):
    """A content that can seek: what is asked for is fetched, and little more."""

    def __init__(self, ranges: Ranges) -> None:
        super().__init__()
        self._ranges = ranges
        self._at = 0
        self._start = 0
        self._block = b""
        self._ahead = _AHEAD

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can seek."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._ranges.size}
        self._at = max(base[whence] + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; 0 is the end.

        Raises:
            SourceError: if the source does not give them.

        """
        wanted = min(len(buffer), self._ranges.size - self._at)
        if wanted <= 0:
            return 0
        if not self._start <= self._at < self._start + len(self._block):
            self._fetch(wanted)
        offset = self._at - self._start
        data = self._block[offset : offset + wanted]
        memoryview(buffer)[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _fetch(self, wanted: int) -> None:
        goes_on = self._block and self._at == self._start + len(self._block)
        self._ahead = min(2 * self._ahead, _MOST_AHEAD) if goes_on else _AHEAD
        stop = min(self._at + max(wanted, self._ahead), self._ranges.size)
        self._start, self._block = self._at, self._ranges.read(self._at, stop)
