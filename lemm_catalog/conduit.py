"""Bytes that the kernel moves itself, from a socket or a file into another file.

They wait in a pipe in between and are copied once, where reading and writing them
copies them twice. Linux alone does so, and not with every socket and file: whoever is
told None has to read them.
"""

import errno
import os
from contextlib import suppress
from typing import Self

# What a pipe may hold without leave. It holds pages, not copies of them.
_MOST = 1024 * 1024
# That this kernel, this file system or a sandbox does not do it at all.
_UNABLE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})


class Conduit:
    """A pipe of this process; for one thread."""

    def __init__(self) -> None:
        self._outlet, self._inlet = os.pipe()
        with suppress(ImportError, AttributeError, OSError):
            import fcntl

            fcntl.fcntl(self._inlet, fcntl.F_SETPIPE_SZ, _MOST)

    @classmethod
    def made(cls) -> Self | None:
        """Return a new one, or None where there is no such thing."""
        if hasattr(os, "splice"):
            with suppress(OSError):  # too many files are open
                return cls()
        return None

    def fill(self, source: int, most: int) -> int | None:
        """Take at least a byte from a descriptor, waiting for it as a read would.

        Returns how many came, 0 at the end; None if they have to be read. What came
        is to be drained before there is more.

        Raises:
            OSError: what a read would.

        """
        try:
            return os.splice(source, self._inlet, most)
        except OSError as error:
            if error.errno in _UNABLE:
                return None
            raise

    def drain(self, count: int, target: int, offset: int) -> bytes:
        """Write what came into a file.

        Returns the last of it that has to be written instead, as not every file
        system does it; nothing as a rule.

        Raises:
            OSError: what a write would.

        """
        while count:
            try:
                moved = os.splice(self._outlet, target, count, offset_dst=offset)
            except OSError as error:
                if error.errno in _UNABLE:
                    return self._read(count)
                raise
            count, offset = count - moved, offset + moved
        return b""

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += os.read(self._outlet, count - len(data))
        return data

    def close(self) -> None:
        """Let go of it, and of what still waits in it."""
        os.close(self._outlet)
        os.close(self._inlet)
