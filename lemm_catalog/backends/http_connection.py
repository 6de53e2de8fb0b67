"""One connection to an HTTP server: a socket, perhaps with TLS or through a proxy.

Reads go straight from the socket into the caller's buffer. A plain socket blocks in
the kernel with a limit of its own (`SO_RCVTIMEO`), which spares a poll for each read
that Python's time-outs would cost.
"""

import select
import socket
import ssl
import struct
import sys
import time
from contextlib import suppress
from typing import Any

from lemm_catalog.backends.http_head import Head, SilentError, WireError, parse_head
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import NothingYetError
from lemm_catalog.conduit import Conduit

_MOST_HEAD = 64 * 1024
_MOST_INTERIM = 20
# What a read raises that got nothing, be it in time or at once.
_NOTHING = (TimeoutError, BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Connection:
    """A connection that is kept between requests; for one thread at a time.

    Raises `WireError` for all that the other side does, and nothing else but what
    `ssl` says of a certificate.
    """

    def __init__(self, link: socket.socket, waits: Waits) -> None:
        self._socket = link
        self._waits = waits
        self._ahead = b""  # what was read beyond a head or a line
        self._waits_here = True
        self._head_until: float | None = None  # by when the next head must have come
        self._ready: Any = None
        if isinstance(link, ssl.SSLSocket) and hasattr(select, "poll"):
            self._ready = select.poll()
            self._ready.register(link.fileno(), select.POLLIN)
        limit(link, waits.read)

    def send(self, request: bytes) -> None:
        """Send a request, or several."""
        try:
            self._socket.sendall(request)
        except TimeoutError as error:
            raise SilentError from error
        except OSError as error:
            raise WireError("broke off") from error

    def head(self) -> Head:
        """Read the head of an answer; interim ones are skipped.

        However it drips in, it may take no more than twice the longest silence.

        Raises:
            NothingYetError: after `unblock`, where it has not come whole.

        """
        if self._head_until is None:
            self._head_until = self.until()
        for _ in range(_MOST_INTERIM):
            head = parse_head(self._until_blank_line(self._head_until))
            if not 100 <= head.status < 200 or head.status == 101:
                self._head_until = None
                return head
        raise WireError("broke off: interim answers without an end")

    def _until_blank_line(self, until: float) -> bytes:
        # Of what may stand before an answer only empty lines are harmless.
        while (end := _end_of_head(self._ahead)) < 0:
            if len(self._ahead) > _MOST_HEAD:
                raise WireError("broke off: its headers have no end")
            if time.monotonic() > until:
                raise SilentError
            more = self._some(8192)
            if not more:
                raise WireError("broke off")
            self._ahead += more
        data, self._ahead = self._ahead[:end], self._ahead[end:]
        return data

    def until(self) -> float:
        """Return by when what drips in must have come."""
        return time.monotonic() + 2 * self._waits.read

    def line(self, most: int, until: float) -> bytes:
        """Read a line, without its end, of at most so many bytes, by a time."""
        while (end := self._ahead.find(b"\n")) < 0:
            if len(self._ahead) > most:
                raise WireError("broke off: a line without an end")
            if time.monotonic() > until:
                raise SilentError
            more = self._some(8192)
            if not more:
                raise WireError("broke off")
            self._ahead += more
        line, self._ahead = self._ahead[:end], self._ahead[end + 1 :]
        return line.removesuffix(b"\r")

    def readinto(self, buffer: memoryview) -> int:
        """Read what there is, at least a byte; 0 if the other side has closed."""
        if self._ahead:
            count = min(len(buffer), len(self._ahead))
            buffer[:count] = self._ahead[:count]
            self._ahead = self._ahead[count:]
            return count
        try:
            count = self._socket.recv_into(buffer)
        except _NOTHING as error:
            raise self._nothing(error) from error
        except OSError as error:
            raise WireError("broke off") from error
        return self._rest_of_records(buffer, count) if self._ready else count

    def _rest_of_records(self, buffer: memoryview, count: int) -> int:
        """Read what else has come: TLS gives a record of 16 KiB at a time."""
        try:
            while 0 < count < len(buffer) and self._has_record():
                more = self._socket.recv_into(buffer[count:])
                if not more:
                    break
                count += more
        except _NOTHING as error:
            if self._waits_here:
                raise SilentError from error
        except OSError as error:
            raise WireError("broke off") from error
        return count

    def _has_record(self) -> bool:
        # Whoever does not wait is told by the read itself.
        return not self._waits_here or bool(self._ready.poll(0))

    def _nothing(self, error: OSError) -> Exception:
        """Return what a read raises that got nothing, in time or at once."""
        if self._waits_here:
            return SilentError()
        if isinstance(error, TimeoutError):
            return WireError("broke off")
        return NothingYetError()

    def unblock(self) -> int:
        """Let reads wait no longer, and return the descriptor to wait for instead."""
        if self._waits_here:
            self._waits_here = False
            try:
                self._socket.settimeout(0)
            except OSError as error:
                raise WireError("broke off") from error
        if (descriptor := self._socket.fileno()) < 0:  # it is closed
            raise WireError("broke off")
        return descriptor

    def block(self) -> None:
        """Let reads wait again."""
        if not self._waits_here:
            self._waits_here = True
            with suppress(OSError):  # it is closed
                limit(self._socket, self._waits.read)

    @property
    def may_splice(self) -> bool:
        """Whether bytes come as they are, and the kernel waits for them.

        It does not where a time-out is Python's own.
        """
        is_plain = not isinstance(self._socket, ssl.SSLSocket)
        return is_plain and not (self._waits_here and self._socket.gettimeout())

    def splice(self, conduit: Conduit, most: int) -> int | None:
        """Have what there is moved by the kernel, as `readinto` reads it.

        None if it has to be read, as what is here already.
        """
        if self._ahead or not self.may_splice:
            return None
        try:
            return conduit.fill(self._socket.fileno(), most)
        except _NOTHING as error:
            raise self._nothing(error) from error
        except OSError as error:
            raise WireError("broke off") from error

    def _some(self, most: int) -> bytes:
        try:
            return self._socket.recv(most)
        except _NOTHING as error:
            raise self._nothing(error) from error
        except OSError as error:
            raise WireError("broke off") from error

    @property
    def ahead(self) -> int:
        """How many bytes are here already, beyond what was asked of it."""
        return len(self._ahead)

    @property
    def is_stale(self) -> bool:
        """Whether an idle connection was closed, or speaks without being asked."""
        if self._ahead:
            return True
        try:
            self.unblock()
            if isinstance(self._socket, ssl.SSLSocket):
                # What TLS has to say of its own, a ticket for one, is read on the way.
                self._socket.recv(1)
            else:
                self._socket.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except (OSError, WireError):
            return True
        finally:
            self.block()
        return True

    def shutdown(self) -> None:
        """Make a read that blocks in another thread end; never raises."""
        with suppress(Exception):
            # Under TLS: its own way would wait for the very read it is to end.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection; never raises."""
        with suppress(Exception):
            self._socket.close()


def limit(link: socket.socket, seconds: float) -> None:
    """Bound how long a read or a write may block."""
    if isinstance(link, ssl.SSLSocket):
        link.settimeout(seconds)
        return
    if sys.platform == "win32":
        bound: int | bytes = int(seconds * 1000)
    else:
        bound = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
    try:
        link.settimeout(None)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)
    except OSError:
        link.settimeout(seconds)


def _end_of_head(data: bytes) -> int:
    """Return where the body begins; -1 if the head has not come whole."""
    start = len(data) - len(data.lstrip(b"\r\n"))
    usual = data.find(b"\r\n\r\n", start)
    # What follows the head may be long, and is not searched.
    bare = data.find(b"\n\n", start, usual if usual >= 0 else len(data))
    if bare >= 0:
        return bare + 2
    return usual + 4 if usual >= 0 else -1
