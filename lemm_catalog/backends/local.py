"""Files of this machine: beside a manifest, or a site's own mirror (`file://`)."""

import os
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
        return _LocalReply(address, path.open("rb", buffering=0), start)

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what the system says; asking again would not help."""
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
