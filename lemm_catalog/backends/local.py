"""Files of this machine: beside a manifest, or a site's own mirror (`file://`)."""

import os
import stat
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

from lemm_catalog.backends.base import Address, Backend, Reply, Validators
from lemm_catalog.errors import SourceError


class LocalBackend(Backend):
    """Reads plain files."""

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        path = Path(url2pathname(urlsplit(address.url).path))
        # A pipe would keep us waiting for whoever writes into it.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(path, flags), "rb", buffering=0)
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise SourceError(f"{address.shown}: is not a plain file")
        return _LocalReply(address, file, start)

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what the system says; asking again would not help."""
        if isinstance(error, FileNotFoundError):
            return SourceError(f"{address.shown}: there is no such file")
        words = error.strerror if isinstance(error, OSError) else str(error)
        return SourceError(f"{address.shown}: cannot be read: {words}")


class _LocalReply(Reply):
    def __init__(self, address: Address, file: BinaryIO, start: int) -> None:
        super().__init__(address)
        self._file = file
        self.start = start
        self.total = os.fstat(file.fileno()).st_size
        file.seek(start)

    def _readinto(self, buffer: memoryview) -> int:
        return self._file.readinto(buffer) or 0  # type: ignore[attr-defined]

    def close(self) -> None:
        self._file.close()
