"""The index on disk: what files came to once they were read and validated.

It is trusted like a ``.pyc``: what can be read from it is believed. So it is one file
in the user's own cache folder, refused unless it belongs to us and nobody else can
write it or its folder, and written aside and renamed, so that nobody reads half of
one. Whatever is wrong with it costs time and nothing else: nothing here raises.
"""

import marshal
import os
import stat
import sys
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from lemm_catalog.load.roots import builtin_root, schemas_folder
from lemm_catalog.load.sight import stamps_below
from lemm_catalog.version import __version__

_MAGIC = b"lemm-catalog index 1\n"
_CHECK = 4
# Bad data can raise any of these; what is well-formed and wrong is caught by the CRC.
_NONSENSE = (OSError, ValueError, EOFError, TypeError)


class Index:
    """What one kind of reading came to, in a folder for such, by what was read."""

    def __init__(self, folder: Path, kind: str, paths: Iterable[str | Path]) -> None:
        given = [builtin_root(), *paths]
        named = (kind, *((str(path), str(Path(path).absolute())) for path in given))
        self._folder = folder
        self._identity: tuple[object, ...] | None
        try:
            self._identity = (__version__, sys.version, named, _tool())
        except OSError:  # in an archive, say: then there is no telling
            self._identity = None
        mark = zlib.crc32(repr((sys.version, named)).encode())
        self._path = folder / f"{mark:08x}.index"

    def read(self) -> list[Any] | None:
        """Return what the index holds, if it is there and ours and of this tool."""
        try:
            raw = self._bytes()
            start = len(_MAGIC) + _CHECK
            check = raw[len(_MAGIC) : start]
            body = memoryview(raw)[start:]
            if not raw.startswith(_MAGIC) or check != _crc(body):
                return None
            identity, *held = marshal.loads(body)  # noqa: S302 - see above
            return held if identity and identity == self._identity else None
        except _NONSENSE:
            return None

    def write(self, held: Iterable[Any]) -> None:
        """Write the index, or give it up in silence."""
        if self._identity is None:
            return
        content: Any = (self._identity, *held)
        body = marshal.dumps(content)
        aside = self._folder / f".{self._path.name}-{os.getpid()}"
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(self._folder.stat()):
                return
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                descriptor = os.open(aside, flags | getattr(os, "O_BINARY", 0), 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_MAGIC + _crc(body) + body)
                aside.replace(self._path)
            finally:
                aside.unlink(missing_ok=True)

    def _bytes(self) -> bytes:
        if not _is_ours(self._folder.stat()):
            raise PermissionError
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self._path, flags | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode) or not _is_ours(info):
                raise PermissionError
            return file.read()


def _crc(body: bytes | memoryview) -> bytes:
    return zlib.crc32(body).to_bytes(_CHECK, "little")


def _is_ours(info: os.stat_result) -> bool:
    """Whether only we can have written it."""
    if os.name == "nt":  # a profile is guarded by other means, and st_uid is 0
        return True
    return info.st_uid == os.geteuid() and not info.st_mode & 0o022


def _tool() -> tuple[object, ...]:
    """Return what an index depends on apart from the catalog: code and libraries."""
    package = Path(__file__).parent.parent
    rooms = [package / name for name in ("model", "rules", "load")]
    alone = [(package / name).stat() for name in ("digest.py", "sizes.py")]
    used = tuple((info.st_size, info.st_mtime_ns) for info in alone)
    ours = (*stamps_below(rooms, ".py"), used)
    schemas = stamps_below([schemas_folder()], ".json")
    # An installation or an update of a library renames something in there.
    places = [Path(one) for one in sys.path if one.endswith("-packages")]
    libraries = tuple(one.stat().st_mtime_ns for one in places if one.is_dir())
    return ours, schemas, libraries
