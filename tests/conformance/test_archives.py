"""The suite that every archive format passes; each kind is one small class."""

import bz2
import gzip
import io
import itertools
import lzma
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from typing import Protocol

import pytest

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.table import READERS, reader_for
from lemm_catalog.archives.tar import TAR, TAR_BZ2, TAR_GZ, TAR_XZ, TAR_ZST
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.errors import ArchiveError, PassingError
from tests.archive_builders import many_streams, zstd_summed

Members = dict[str, bytes | None]
SMALL: Members = {"a/": None, "a/one.txt": b"one and one " * 9, "two": b"\x80\0two"}


class Kind(Protocol):
    """How the standard library writes archives of one kind."""

    reader: ArchiveReader
    # Whether every byte of the content is under some check sum.
    protects: bool

    def build(self, members: Members) -> bytes: ...


class Tar:
    def __init__(
        self,
        reader: ArchiveReader,
        pack: Callable[[bytes], bytes],
        form: int = tarfile.PAX_FORMAT,
    ) -> None:
        self.reader = reader
        self.pack = pack
        self.form = form
        self.protects = reader is not TAR

    def build(self, members: Members) -> bytes:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=self.form) as tar:
            for name, data in members.items():
                info = tarfile.TarInfo(name.removesuffix("/"))
                info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
                info.size = len(data or b"")
                info.mtime = 1_234_567_890
                tar.addfile(info, io.BytesIO(data or b""))
            end = tar.offset + 1024
        # Without the padding to 10 KiB, so that every byte counts.
        return self.pack(raw.getvalue()[:end])


class Zip:
    reader: ArchiveReader = ZIP
    protects = True

    def __init__(self, method: int) -> None:
        self.method = method

    def build(self, members: Members) -> bytes:
        raw = io.BytesIO()
        with zipfile.ZipFile(raw, "w", self.method) as archive:
            for name, data in members.items():
                info = zipfile.ZipInfo(name, (2009, 2, 13, 23, 31, 30))
                info.compress_type = self.method
                archive.writestr(info, data or b"")
        return raw.getvalue()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


KINDS: dict[str, Kind] = {
    "tar-pax": Tar(TAR, bytes),
    "tar-gnu": Tar(TAR, bytes, tarfile.GNU_FORMAT),
    "tar.gz": Tar(TAR_GZ, _gzip),
    "tar.gz-gnu": Tar(TAR_GZ, _gzip, tarfile.GNU_FORMAT),
    "tar.bz2": Tar(TAR_BZ2, bz2.compress),
    "tar.bz2-parallel": Tar(TAR_BZ2, many_streams),
    "tar.xz": Tar(TAR_XZ, lzma.compress),
    "tar.zst": Tar(TAR_ZST, zstd_summed),
    "zip-stored": Zip(zipfile.ZIP_STORED),
    "zip-deflate": Zip(zipfile.ZIP_DEFLATED),
    "zip-bzip2": Zip(zipfile.ZIP_BZIP2),  # as the zips of FMA
    "zip-lzma": Zip(zipfile.ZIP_LZMA),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def contents(reader: ArchiveReader, data: bytes) -> Members:
    return {
        entry.name: None if entry.is_dir else b"".join(map(bytes, entry.chunks()))
        for entry in reader.entries(io.BytesIO(data))
    }


def expected(members: Members) -> Members:
    return {name.removesuffix("/"): data for name, data in members.items()}


MEMBERS: dict[str, Members] = {
    "empty": {},
    "small": SMALL,
    "only folders": {"a/": None, "a/b/": None},
    "empty files": {"a": b"", "b/c": b""},
    "long path": {"/".join(["folder" * 8] * 6) + "/file.wav": b"deep"},
    "long name": {"n" * 255: b"long"},
    "many": {f"d{n % 7}/{n}": b"%d" % n for n in range(400)},
    "large": {"large": bytes(range(256)) * 4_100, "after": b"it"},
    "blocks": {str(n): b"x" * n for n in (511, 512, 513, 1024)},
    "unicode": {
        unicodedata.normalize(form, f"Björk/{form} 音楽 é.flac"): form.encode()
        for form in ("NFC", "NFD")
    },
    "odd but legal": {"what? (12:30) *live*.mp3": b"?", "...": b".", " ": b" "},
}


@pytest.mark.parametrize("case", MEMBERS)
def test_what_was_written_is_read(kind: Kind, case: str) -> None:
    archive = kind.build(MEMBERS[case])

    assert expected(MEMBERS[case]) == contents(kind.reader, archive)


def test_a_large_member_comes_in_bounded_pieces(kind: Kind) -> None:
    archive = kind.build({"zeros": bytes(5_000_000)})
    (entry,) = itertools.islice(kind.reader.entries(io.BytesIO(archive)), 1)

    assert max(len(chunk) for chunk in entry.chunks()) <= 1 << 20


def test_times_and_sizes_are_told(kind: Kind) -> None:
    archive = kind.build({"a": b"12345"})
    (entry,) = itertools.islice(kind.reader.entries(io.BytesIO(archive)), 1)

    assert (entry.size, entry.mtime) == (5, 1_234_567_890)


def test_members_that_are_not_read_are_still_checked(kind: Kind) -> None:
    names = [entry.name for entry in kind.reader.entries(io.BytesIO(kind.build(SMALL)))]

    assert names == ["a", "a/one.txt", "two"]


def test_an_archive_cut_short_anywhere_is_refused(kind: Kind) -> None:
    archive = kind.build(SMALL)
    for length in range(len(archive)):
        with pytest.raises(ArchiveError):
            contents(kind.reader, archive[:length])


def test_bytes_behind_the_end_are_refused(kind: Kind) -> None:
    archive = kind.build(SMALL)
    for garbage in (b"x", b"PK", b"\1" * 512, b"\x1f\x8b", b"BZh9", archive):
        if garbage == archive and kind.reader is ZIP:
            continue  # see tests/unit/archives/test_zip.py
        with pytest.raises(ArchiveError):
            contents(kind.reader, archive + garbage)


def test_a_flipped_bit_never_changes_the_content_in_silence(kind: Kind) -> None:
    archive = kind.build(SMALL)
    right = expected(SMALL)
    bare: set[int] = set()
    if not kind.protects:  # a plain tar has check sums for its headers only
        for data in filter(None, right.values()):
            bare.update(range(at := archive.index(data), at + len(data)))
    for place in set(range(len(archive))) - bare:
        # Of the long ones (plain tar) one bit of each byte is enough.
        for bit in range(8) if len(archive) < 1500 else [place % 8]:
            wrong = bytearray(archive)
            wrong[place] ^= 1 << bit
            try:
                found = contents(kind.reader, bytes(wrong))
            except ArchiveError:
                continue
            assert right == found, f"bit {bit} of byte {place}"


class Failing(io.BytesIO):
    """A file whose reads fail after a while."""

    def __init__(self, data: bytes, reads: int, error: Exception) -> None:
        super().__init__(data)
        self.reads = reads
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads -= 1
        if self.reads < 0:
            raise self.error
        return super().read(size)


@pytest.mark.parametrize("error", [PassingError("the network"), OSError("the disk")])
def test_errors_of_the_file_itself_pass_through(kind: Kind, error: Exception) -> None:
    archive = kind.build(SMALL)
    for reads in itertools.count():
        try:
            list(kind.reader.entries(Failing(archive, reads, error)))
        except (PassingError, OSError) as caught:
            assert error is caught
        else:
            break

    assert reads >= 2


def test_readers_that_stream_never_seek(kind: Kind) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.inner = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            return self.inner.read(min(size, 7))

    if not kind.reader.streams:
        return
    pipe: io.BytesIO = Pipe(kind.build(SMALL))  # type: ignore[assignment]
    found = {entry.name for entry in kind.reader.entries(pipe)}

    assert expected(SMALL).keys() == found


def test_every_reader_is_found_by_its_suffixes_and_passes_this_suite() -> None:
    for reader in READERS:
        for suffix in reader.suffixes:
            assert reader is reader_for("Data" + suffix.upper())
        assert any(kind.reader is reader for kind in KINDS.values())
