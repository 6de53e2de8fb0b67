"""Generated inputs: the same bytes each time, written in pieces, kept in a folder.

They are made once and found again by a record beside them, which is written last.
The process that measures must stay small, as Linux counts its memory as the least
peak of each child; hence no input is ever held whole.
"""

import bz2
import gzip
import hashlib
import json
import struct
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from typing import IO, Any

from benchmarks.tools import where

_MIB = 1 << 20
_MTIME = 1_700_000_000
_PER_FOLDER = 100
# High bytes of 16-bit samples: a bell around zero, so that gzip leaves about 77 % of a
# recording, as it does of real ones.
_LOUDNESS = bytes(
    round(sum(Random(i * 7 + k).uniform(-1, 1) for k in range(3))) & 0xFF
    for i in range(256)
)
_WORDS = (
    b"pitch velocity instrument quality note source family sample rate 16000 ".split()
)


@dataclass(frozen=True, kw_only=True)
class Blob:
    """One generated file."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Archive(Blob):
    """One generated archive, and what it unpacks to."""

    members: int
    unpacked: int


Members = Callable[[], Iterator[tuple[str, bytes]]]


def recordings(count: int, size: int = 81_000) -> Iterator[tuple[str, bytes]]:
    """Yield WAV files whose samples compress as real audio does."""
    for number in range(count):
        random = Random(number)
        frames = size // 2
        data = bytearray(frames * 2)
        data[0::2] = random.randbytes(frames)
        data[1::2] = random.randbytes(frames).translate(_LOUDNESS)
        yield _named(number, "wav"), _wav_head(len(data)) + bytes(data)


def notes(count: int, size: int = 5_000) -> Iterator[tuple[str, bytes]]:
    """Yield tiny files of text, of half to one and a half times the size."""
    random = Random(0)
    text = b" ".join(random.choices(_WORDS, k=40_000))
    for number in range(count):
        start = random.randrange(len(text) - 2 * size)
        length = random.randrange(size // 2, size * 3 // 2)
        yield _named(number, "txt"), b"%d " % number + text[start : start + length]


class Inputs:
    """The inputs in a folder, made when they are first asked for."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._say = say

    def blob(self, size: int, seed: int = 0) -> Blob:
        """Return a file of bytes that do not compress."""

        def write(path: Path) -> dict[str, int]:
            random = Random(seed)
            with path.open("wb") as file:
                for start in range(0, size, _MIB):
                    file.write(random.randbytes(min(_MIB, size - start)))
            return {}

        return Blob(**self._made(f"blob-{size}-{seed}.bin", write))

    def small_files(self, count: int, size: int) -> list[Blob]:
        """Return many small files in one folder."""
        folder = self.folder / f"small-{count}-{size}"
        folder.mkdir(parents=True, exist_ok=True)
        blobs = []
        for number in range(count):
            data = Random(number).randbytes(size)
            path = folder / f"{number:06}.bin"
            if not path.exists():
                path.write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            blobs.append(Blob(path=path, size=size, sha256=digest))
        return blobs

    def tar(self, name: str, members: Members) -> Archive:
        """Return a tar archive; its name says how it is compressed."""

        def write(path: Path) -> dict[str, int]:
            with _compressed(path) as sink, _tar(sink) as tar:
                return _filled(members(), lambda *m: _add(tar, *m))

        return Archive(**self._made(name, write))

    def zip(self, name: str, members: Members) -> Archive:
        """Return a zip archive of members that are stored as they are."""

        def write(path: Path) -> dict[str, int]:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
                return _filled(
                    members(), lambda *m: archive.writestr(zipfile.ZipInfo(m[0]), m[1])
                )

        return Archive(**self._made(name, write))

    def _made(
        self, name: str, write: Callable[[Path], dict[str, int]]
    ) -> dict[str, Any]:
        path = self.folder / name
        record = path.with_name(f"{name}.json")
        if not record.exists():
            self._say(f"making {name}")
            facts = write(path)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            facts |= {"size": path.stat().st_size}
            record.write_text(json.dumps({"sha256": digest, **facts}), "utf-8")
        return {"path": path, **json.loads(record.read_text("utf-8"))}


def _filled(
    members: Iterator[tuple[str, bytes]], add: Callable[[str, bytes], None]
) -> dict[str, int]:
    count = total = 0
    for name, data in members:
        add(name, data)
        count, total = count + 1, total + len(data)
    return {"members": count, "unpacked": total}


def _named(number: int, suffix: str) -> str:
    return f"notes/{number // _PER_FOLDER:04}/{number:06}.{suffix}"


def _wav_head(size: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
    head = struct.pack("<4sI4s", b"RIFF", size + 36, b"WAVE")
    return head + form + struct.pack("<4sI", b"data", size)


def _tar(sink: IO[bytes]) -> tarfile.TarFile:
    return tarfile.open(fileobj=sink, mode="w|", format=tarfile.USTAR_FORMAT)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), _MTIME, 0o644
    tar.addfile(info, BytesIO(data))
    # Otherwise it remembers every one of 300,000; typeshed does not know the list.
    tar.members.clear()  # type: ignore[attr-defined]


@contextmanager
def _compressed(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to be written through the compressor that its name tells."""
    programs = {".gz": ("pigz", "-6"), ".bz2": ("lbzip2", "-9")}
    command = programs.get(path.suffix)
    if command is None or where(command[0]) is None:
        with _slowly_compressed(path) as sink:
            yield sink
        return
    with path.open("wb") as file:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file)
        assert process.stdin is not None
        try:
            with process.stdin as sink:
                yield sink
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
    if code:
        raise OSError(f"{command[0]} ended with exit code {code}")


def _slowly_compressed(path: Path) -> IO[bytes]:
    match path.suffix:
        case ".gz":
            return gzip.GzipFile(path, "wb", 6, mtime=_MTIME)  # type: ignore[return-value]
        case ".bz2":
            return bz2.BZ2File(path, "wb")
    return path.open("wb")
