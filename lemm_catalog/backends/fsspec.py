"""Every other protocol: whatever fsspec opens hands over bytes, and no more than that.

Size, digest, temporary file and rename stay ours. The packages behind a protocol are
extras (`pip install lemm-catalog[s3]`), imported when a manifest first needs them.
"""

import ftplib
import socket
from contextlib import suppress
from typing import Any

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend
from lemm_catalog.backends.reply import Reply, plain
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.told import Told, ToldFile

_BLOCK = 4 * 1024 * 1024
_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "adl": "adlfs",
    "sftp": "paramiko",
    "ssh": "paramiko",
    "webdav": "webdav4",
    "oci": "ocifs",
    "oss": "ossfs",
}


class FsspecBackend(Backend):
    """Opens a URL through its fsspec file system."""

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        from fsspec.core import get_filesystem_class, url_to_fs

        # fsspec shares one connection among all who ask; only its asynchronous
        # file systems can be used from several threads at once.
        kind = get_filesystem_class(address.url.partition(":")[0])
        shares = bool(getattr(kind, "async_impl", False))
        system, path = url_to_fs(address.url, skip_instance_cache=not shares)
        size = system.info(path).get("size")
        file = system.open(path, "rb", block_size=_BLOCK, cache_type="readahead")
        if start:
            file.seek(min(start, size) if isinstance(size, int) else start)
        return _FsspecReply(address, file, start, size)

    def _listing(self, address: Address) -> Told:
        from fsspec.core import url_to_fs

        system, path = url_to_fs(address.url, skip_instance_cache=True)
        root = system._strip_protocol(path).rstrip("/")
        found = system.find(root, detail=True, withdirs=False)
        files = (_told(name[len(root) + 1 :], info) for name, info in found.items())
        told = tuple(sorted(files))
        if not told and not system.isdir(root):
            raise FileNotFoundError(root)
        return Told(told)

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what the file system raises in words."""
        scheme = address.url.partition(":")[0]
        if isinstance(error, ImportError):
            package = _PACKAGES.get(scheme, f"fsspec[{scheme}]")
            return SourceError(
                f"{address.shown}: {scheme}: needs a package that is not installed",
                mend=f"pip install {package}",
            )
        if isinstance(error, FileNotFoundError):
            return SourceError(f"{address.shown}: there is no such file")
        if isinstance(error, PermissionError):
            return SourceError(f"{address.shown}: access is refused")
        if isinstance(error, ConnectionRefusedError | socket.gaierror):
            return PassingError(f"{address.shown}: cannot be reached")
        if isinstance(error, ftplib.error_perm):
            return SourceError(f"{address.shown}: is refused: {plain(error)}")
        if isinstance(error, ValueError):
            return SourceError(f"{address.shown}: {plain(error)}")
        return PassingError(f"{address.shown}: {plain(error)}")


def _told(path: str, info: Any) -> ToldFile:
    size = info.get("size")
    etag = info.get("ETag") or info.get("etag")
    return ToldFile(
        path,
        size if isinstance(size, int) else None,
        etag=str(etag) if etag else None,
    )


class _FsspecReply(Reply):
    def __init__(self, address: Address, file: Any, start: int, size: Any) -> None:
        super().__init__(address)
        self._file = file
        self.start = start
        self.total = size if isinstance(size, int) else None

    def _readinto(self, buffer: memoryview) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        with suppress(Exception):
            self._file.close()
