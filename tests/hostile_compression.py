"""Compressed tar archives that must be refused: damaged, cut short, bombs."""

import bz2
import gzip
import lzma
import struct
import zlib

from lemm_catalog.archives.tar import TAR, TAR_BZ2, TAR_GZ, TAR_XZ, TAR_ZST
from tests.archive_builders import (
    many_streams,
    tar_file,
    tar_folder,
    tar_header,
    tar_of,
    zstd,
    zstd_summed,
)
from tests.hostile_tars import GOOD_TAR, Case, tar_case

SIXTY_MB = 60 << 20


def _flipped(data: bytes, place: int) -> bytes:
    wrong = bytearray(data)
    wrong[place] ^= 0x10
    return bytes(wrong)


def _huge_xz_dictionary() -> bytes:
    """Return an xz whose header asks for 3 GiB, as no encoder here could write it."""
    data = bytearray(lzma.compress(GOOD_TAR, preset=0))
    data[data.index(b"\x21\x01", 12) + 2] = 39
    end = 12 + (data[12] + 1) * 4 - 4
    data[end : end + 4] = struct.pack("<L", zlib.crc32(data[12:end]))
    return bytes(data)


def _huge_zstd_window() -> bytes:
    """Return a zstd whose header asks for 2 GiB."""
    window = zstd.CompressionParameter.window_log
    options: dict[int, int] = {window: 31}
    packer = zstd.ZstdCompressor(options=options)
    return packer.compress(GOOD_TAR) + packer.flush()


GZ = gzip.compress(GOOD_TAR, mtime=0)
BZ2 = bz2.compress(GOOD_TAR)
XZ = lzma.compress(GOOD_TAR)
ZST = zstd_summed(GOOD_TAR)
DAMAGED: dict[str, Case] = {
    "gzip: nothing": (TAR_GZ, bytes),
    "gzip: a web page": (TAR_GZ, lambda: b"<html>please log in</html>"),
    "gzip: only its magic": (TAR_GZ, lambda: GZ[:2]),
    "gzip: wrong CRC": (TAR_GZ, lambda: _flipped(GZ, -8)),
    "gzip: wrong length": (TAR_GZ, lambda: _flipped(GZ, -4)),
    "gzip: no trailer": (TAR_GZ, lambda: GZ[:-8]),
    "gzip: half a trailer": (TAR_GZ, lambda: GZ[:-3]),
    "gzip: garbage behind": (TAR_GZ, lambda: GZ + b"garbage"),
    "gzip: garbage behind zeros": (TAR_GZ, lambda: GZ + bytes(99) + b"garbage"),
    "gzip: half a member behind": (TAR_GZ, lambda: GZ + GZ[:9]),
    "gzip: a second tar": (TAR_GZ, lambda: GZ + GZ),
    "gzip: no tar inside": (TAR_GZ, lambda: gzip.compress(b"hello")),
    "bzip2: nothing": (TAR_BZ2, bytes),
    "bzip2: wrong CRC": (TAR_BZ2, lambda: _flipped(BZ2, -3)),
    "bzip2: cut": (TAR_BZ2, lambda: BZ2[:-1]),
    "bzip2: garbage": (TAR_BZ2, lambda: BZ2 + b"garbage"),
    "bzip2: zeros": (TAR_BZ2, lambda: BZ2 + bytes(8)),
    "bzip2: is gzip": (TAR_BZ2, lambda: GZ),
    "bzip2: half a stream behind": (TAR_BZ2, lambda: BZ2 + BZ2[:20]),
    "bzip2: a header behind": (TAR_BZ2, lambda: BZ2 + b"BZh9"),
    "bzip2: a second tar": (TAR_BZ2, lambda: BZ2 + BZ2),
    "bzip2: a stream missing": (
        TAR_BZ2,
        lambda: many_streams(GOOD_TAR, 512)[len(bz2.compress(GOOD_TAR[:512])) :],
    ),
    "bzip2: wrong level": (TAR_BZ2, lambda: b"BZh0" + BZ2[4:]),
    "zstd: nothing": (TAR_ZST, bytes),
    "zstd: wrong sum": (TAR_ZST, lambda: _flipped(ZST, -2)),
    "zstd: cut": (TAR_ZST, lambda: ZST[:-1]),
    "zstd: no sum": (TAR_ZST, lambda: ZST[:-4]),
    "zstd: garbage": (TAR_ZST, lambda: ZST + b"garbage"),
    "zstd: zeros": (TAR_ZST, lambda: ZST + bytes(8)),
    "zstd: half a frame behind": (TAR_ZST, lambda: ZST + ZST[:9]),
    "zstd: is gzip": (TAR_ZST, lambda: GZ),
    "zstd: asks for 2 GiB": (TAR_ZST, _huge_zstd_window),
    "xz: nothing": (TAR_XZ, bytes),
    "xz: wrong check": (TAR_XZ, lambda: _flipped(XZ, -5)),
    "xz: cut": (TAR_XZ, lambda: XZ[:-1]),
    "xz: garbage": (TAR_XZ, lambda: XZ + b"garbage"),
    "xz: three zeros": (TAR_XZ, lambda: XZ + bytes(3)),
    "xz: asks for 3 GiB": (TAR_XZ, _huge_xz_dictionary),
}


def _many(count: int) -> bytes:
    start = tar_header(b"m/%08d")
    stem, rest = start[:2], start[10:]
    total = sum(stem) + sum(rest[:138]) + 256 + sum(rest[146:])
    blocks = []
    for number in range(count):
        name = b"%08d" % number
        seal = b"%06o\0 " % (total + sum(name))
        blocks.append(stem + name + rest[:138] + seal + rest[146:])
    return tar_of(*blocks)


BOMBS: dict[str, Case] = {
    "gzip bomb": (
        TAR_GZ,
        lambda: gzip.compress(tar_file(b"zeros", bytes(SIXTY_MB)), 1),
    ),
    "bzip2 bomb": (
        TAR_BZ2,
        lambda: bz2.compress(tar_file(b"zeros", bytes(SIXTY_MB // 4)), 1),
    ),
    "zstd bomb": (
        TAR_ZST,
        lambda: zstd.compress(tar_file(b"zeros", bytes(SIXTY_MB)), 1),
    ),
    "many files whose sum is too large": tar_case(
        *(tar_file(b"f%d" % n, bytes(300_000)) for n in range(5))
    ),
    "a hundred thousand files": (TAR, lambda: _many(100_000)),
    "endless folders": tar_case(*(tar_folder(b"d%d" % (n % 9)) for n in range(20_000))),
}
