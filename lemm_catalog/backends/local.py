"""Files of this machine: beside a manifest, or a site's own mirror (`file://`)."""

import os
import stat
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend
from lemm_catalog.backends.reply import Reply
from lemm_catalog.conduit import Conduit
from lemm_catalog.errors import SourceError
from lemm_catalog.model.told import Told, ToldFile


class LocalBackend(Backend):
    """Reads plain files."""

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        path = _path(address)
        # A pipe would keep us waiting for whoever writes into it.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(path, flags), "rb", buffering=0)
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise SourceError(f"{address.shown}: is not a plain file")
        return _LocalReply(address, file, start)

    def _listing(self, address: Address) -> Told:
        root, files = _path(address), []

        def fail(error: OSError) -> None:
            raise error

        for folder, inner, names in os.walk(root, onerror=fail):
            inner[:] = [n for n in inner if not Path(folder, n).is_symlink()]
            for name in names:
                info = Path(folder, name).lstat()
                if stat.S_ISREG(info.st_mode):
                    path = Path(folder, name).relative_to(root).as_posix()
                    files.append(ToldFile(path, info.st_size))
        return Told(tuple(sorted(files)))

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what the system says; asking again would not help."""
        if isinstance(error, FileNotFoundError):
            return SourceError(f"{address.shown}: there is no such file")
        words = error.strerror if isinstance(error, OSError) else str(error)
        return SourceError(f"{address.shown}: cannot be read: {words}")


def _path(address: Address) -> Path:
    return Path(url2pathname(urlsplit(address.url).path))


class _LocalReply(Reply):
    may_splice = True

    def __init__(self, address: Address, file: BinaryIO, start: int) -> None:
        super().__init__(address)
        self._file = file
        self.start = start
        self.total = os.fstat(file.fileno()).st_size
        file.seek(start)

    def _readinto(self, buffer: memoryview) -> int:
        return self._file.readinto(buffer) or 0  # type: ignore[attr-defined]

    def _splice(self, conduit: Conduit, most: int) -> int | None:
        return conduit.fill(self._file.fileno(), most)

    def close(self) -> None:
        self._file.close()
