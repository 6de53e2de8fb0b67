"""Archives mutated at random: what a second reader sees too, or an `ArchiveError`.

Where ours takes an archive, `tarfile` or `zipfile` takes it too and gives the same
members with the same bytes: nobody is shown one thing and given another.
"""

import bz2
import gzip
import io
import lzma
import random
import resource
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.decoders import MOST
from lemm_catalog.archives.tar import TAR, TAR_BZ2, TAR_GZ, TAR_XZ, TAR_ZST
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.errors import ArchiveError, LocalError
from tests.archive_builders import zstd
from tests.fuzz.effort import examples, in_time, mutated
from tests.pulling import some_bytes
from tests.unit.test_unpack import bring

Members = dict[str, bytes | None]
CONTENT: Members = {
    "top": None,
    "top/a.wav": some_bytes(700),
    "top/empty": b"",
    "top/" + "long" * 40 + ".txt": b"text" * 100,
    "top/na\u00efve \u2713.flac": some_bytes(1500, seed=3),
}
_MOST_GROWN = 256 << 20


@pytest.fixture(scope="module", autouse=True)
def memory_is_bounded() -> Iterator[None]:
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    assert after - before < _MOST_GROWN


def a_tar(form: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in CONTENT.items():
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.size, info.mtime = len(data or b""), 1_600_000_000
            archive.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


def a_zip(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in CONTENT.items():
            place = f"{name}/" if data is None else name
            archive.writestr(zipfile.ZipInfo(place), data or b"", method)
    return out.getvalue()


PAX, GNU = a_tar(tarfile.PAX_FORMAT), a_tar(tarfile.GNU_FORMAT)
SEEDS: dict[str, tuple[ArchiveReader, bytes]] = {
    "pax": (TAR, PAX),
    "gnu": (TAR, GNU),
    "gz": (TAR_GZ, gzip.compress(PAX, mtime=0)),
    "bz2": (TAR_BZ2, bz2.compress(GNU) + bz2.compress(b"")),
    "xz": (TAR_XZ, lzma.compress(PAX)),
    "zst": (TAR_ZST, zstd.compress(GNU)),
    "stored": (ZIP, a_zip(zipfile.ZIP_STORED)),
    "deflated": (ZIP, a_zip(zipfile.ZIP_DEFLATED)),
    "zipped by lzma": (ZIP, a_zip(zipfile.ZIP_LZMA)),
}


def ours(reader: ArchiveReader, data: bytes) -> Members | None:
    """Return what our reader sees, or None if it refuses the archive."""
    found: Members = {}
    try:
        for entry in reader.entries(io.BytesIO(data)):
            content = b""
            for piece in entry.chunks():
                assert len(piece) <= MOST
                content += piece
            found[entry.name] = None if entry.is_dir else content
    except ArchiveError as error:
        assert error.message.isprintable()
        return None
    return found


def theirs(reader: ArchiveReader, data: bytes) -> Members:
    """Return what Python's own reader sees."""
    if reader is ZIP:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            return {
                plain(i.filename): None if i.is_dir() else zipped.read(i)
                for i in zipped.infolist()
            }
    if reader is TAR_ZST:
        data = zstd.decompress(data)
    found: Members = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            file = archive.extractfile(info)
            found[plain(info.name)] = None if file is None else file.read()
    return found


def plain(name: str) -> str:
    return "/".join(part for part in name.split("/") if part and part != ".")


def agree(reader: ArchiveReader, data: bytes) -> None:
    with in_time():
        found = ours(reader, data)
    if found is not None:
        expected = theirs(reader, data)
        expected.pop("", None)
        assert found == expected


@pytest.mark.parametrize("name", SEEDS)
def test_what_is_whole_is_read_as_others_read_it(name: str) -> None:
    assert ours(*SEEDS[name]) == CONTENT
    agree(*SEEDS[name])


@pytest.mark.parametrize("name", SEEDS)
@examples(120)
@given(chance=st.randoms(use_true_random=True))
def test_a_mutation_is_refused_or_read_as_others_read_it(
    name: str, chance: random.Random
) -> None:
    reader, data = SEEDS[name]
    agree(reader, mutated(data, chance))


@pytest.mark.parametrize("name", ["pax", "gz", "stored", "deflated"])
@examples(25)
@given(chance=st.randoms(use_true_random=True))
def test_nothing_lands_outside_and_nothing_but_files_and_folders_inside(
    name: str, chance: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reader, data = SEEDS[name]
    parent = tmp_path_factory.mktemp("parent")
    root = parent / "staged"
    root.mkdir()
    with suppress(ArchiveError, LocalError):
        bring(root, reader, mutated(data, chance))

    assert [path.name for path in parent.iterdir()] == ["staged"]
    assert all(is_plain(path) for path in root.rglob("*"))


def is_plain(path: Path) -> bool:
    return not path.is_symlink() and (path.is_file() or path.is_dir())
