"""A dataset behind a server that counts, damaged and repaired."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lemm_catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.settings import Settings
from lemm_catalog.store.store import Store
from tests.pulling import QUICK as _QUICK
from tests.pulling import KiB, Listener, write_manifest
from tests.servers.http import HttpServer

SLACK = 256 * KiB


class Ward:
    """One artifact, pulled from a server, to be damaged and mended."""

    def __init__(
        self, root: Path, server: HttpServer, path: str, data: bytes, **more: Any
    ) -> None:
        self.server = server
        self.path = path
        self.size = len(data)
        self.listener = Listener()
        server.put(f"/{path}", data)
        self._file = {
            "path": path,
            "size": len(data),
            "checksums": {"sha256": hashlib.sha256(data).hexdigest()},
            "source": [server.url(path)],
            **more,
        }
        self._catalog = root / "catalog"
        self.settings = Settings(
            cache_dir=root / "cache", network=Network(waits=_QUICK)
        )
        self.store = Store(root / "cache")
        self.place = root / "cache" / "notes"
        assert self.catalog().pull("notes", settings=self.settings).exit_code == 0
        self.whole = contents(self.place)
        server.forget()

    def catalog(self, **more: Any) -> Catalog:
        write_manifest(self._catalog, "notes", {**self._file, **more})
        return Catalog.load(self._catalog)

    def damaged(self, *, quick: bool = False) -> tuple[str, ...]:
        found = self.catalog().verify("notes", settings=self.settings, quick=quick)
        return tuple(f for files in found["notes"].damaged.values() for f in files)

    def repair(self, **more: Any) -> DatasetOutcome:
        outcome = self.catalog(**more).repair(
            ["notes"], self.settings, observer=self.listener
        )
        return outcome.datasets[0]

    def assert_mended(self) -> None:
        assert self.damaged() == ()
        assert self.damaged(quick=True) == ()
        assert contents(self.place) == self.whole
        assert not (self.store.layout.staging("notes")).exists()


def contents(folder: Path) -> Mapping[str, tuple[bytes, int, int]]:
    """Return the bytes, mode and time of each file below a folder."""
    return {
        path.relative_to(folder).as_posix(): (
            path.read_bytes(),
            path.stat().st_mode & 0o777,
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def flip(path: Path, at: int | None = None) -> None:
    """Flip a bit under an unchanged size and time."""
    info = path.stat()
    with path.open("r+b") as file:
        file.seek(info.st_size // 2 if at is None else at)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
