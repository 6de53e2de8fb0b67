"""Archives that look hostile or odd, yet are sound: one file `a` with `data`."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib

from lemm_catalog.archives.tar import TAR, TAR_BZ2, TAR_GZ, TAR_XZ, TAR_ZST
from lemm_catalog.archives.zip import ZIP
from tests.archive_builders import (
    TAR_END,
    ZipMember,
    base_256,
    octal,
    pax,
    tar_file,
    tar_folder,
    tar_header,
    tar_of,
    zip64_of,
    zip_lzma,
    zstd,
    zstd_summed,
)
from tests.hostile_tars import Case, tar_case
from tests.hostile_zip_fields import zip_case


def _setuid() -> bytes:
    return tar_of(tar_file(b"a", b"data", mode=0o7755))


def _by_git() -> bytes:
    return tar_of(
        pax({b"comment": b"0" * 40}, b"g"), tar_folder(b"."), tar_file(b"./a", b"data")
    )


def _by_tarfile() -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        info = tarfile.TarInfo("a")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"data"))
    return raw.getvalue()


TARS: dict[str, Case] = {
    "setuid is dropped": (TAR, _setuid),
    "a header for all": (TAR, _by_git),
    "padded to 10 KiB": (TAR, _by_tarfile),
    "old type": tar_case(tar_file(b"a", b"data", kind=b"\0", magic=bytes(8))),
    "contiguous": tar_case(tar_file(b"a", b"data", kind=b"7")),
    "size in base 256": tar_case(tar_file(b"a", b"data", size=base_256(4))),
    "size by pax": tar_case(
        pax({b"size": b"4"}), tar_file(b"a", b"data", size=octal(0))
    ),
    "negative time": tar_case(tar_file(b"a", b"data", mtime=base_256(-5))),
    "time of pax": tar_case(pax({b"mtime": b"-1.5"}), tar_file(b"a", b"data")),
    "volume label": tar_case(
        tar_header(b"Vol: 1\x1b", kind=b"V"), tar_file(b"a", b"data")
    ),
    "header of Solaris": tar_case(
        pax({b"path": b"a", b"mtime": b"1.5"}, b"X"), tar_file(b"x", b"data")
    ),
    "incremental dump": tar_case(
        tar_file(b".", b"Ya\0Nb\0\0", kind=b"D"), tar_file(b"a", b"data")
    ),
    "extras of pax": tar_case(
        pax({b"SCHILY.xattr.user.x": b"\0\xff", b"LIBARCHIVE.creationtime": b"1"}),
        tar_file(b"a", b"data"),
    ),
    "two zstd frames": (
        TAR_ZST,
        lambda: (
            zstd_summed(tar_file(b"a", b"data"))
            + b"\x50\x2a\x4d\x18\4\0\0\0skip"
            + zstd.compress(TAR_END)
        ),
    ),
    "trailing zeros": (
        TAR_GZ,
        lambda: gzip.compress(tar_of(tar_file(b"a", b"data"))) + bytes(99),
    ),
    "two gzip members": (
        TAR_GZ,
        lambda: (
            gzip.compress(tar_file(b"a", b"data"))
            + bytes(3)
            + gzip.compress(TAR_END)
            + gzip.compress(b"")
        ),
    ),
    "two bzip2 streams": (
        TAR_BZ2,
        lambda: bz2.compress(tar_file(b"a", b"data")) + bz2.compress(TAR_END),
    ),
    "two xz streams": (
        TAR_XZ,
        lambda: (
            lzma.compress(tar_file(b"a", b"data")) + bytes(8) + lzma.compress(TAR_END)
        ),
    ),
}

A_ZIP_MEMBER = ZipMember(name=b"a", data=b"data")
DESCRIPTOR = b"PK\7\x08" + struct.pack("<3L", zlib.crc32(b"data"), 4, 4)
OPEN_SIZES: dict[str, int | bytes] = {"crc": 0, "packed": 0, "size": 0}

ZIPS: dict[str, Case] = {
    "zip64": (ZIP, lambda: zip64_of(A_ZIP_MEMBER)),
    "zip by bzip2": zip_case(ZipMember(name=b"a", data=b"data", method=12)),
    "zip LZMA without an end": zip_case(ZipMember(name=b"a", data=b"data", method=14)),
    "zip LZMA with a huge dictionary": zip_case(
        ZipMember(
            name=b"a", data=b"data", method=14, packed=zip_lzma(b"data", 0xFFFFFFFF)
        )
    ),
    "zip streamed": zip_case(
        ZipMember(name=b"a", data=b"data", flags=8, local=OPEN_SIZES, gap=DESCRIPTOR)
    ),
    "zip with a comment": zip_case(A_ZIP_MEMBER, comment=b"PK\5\6 is no end"),
    "zip with bytes before it": zip_case(A_ZIP_MEMBER, before=b"#!/bin/sh\n"),
    "zip setuid": zip_case(ZipMember(name=b"a", data=b"data", mode=0o104755)),
    "zip of DOS": zip_case(ZipMember(name=b"a", data=b"data", mode=0)),
}
