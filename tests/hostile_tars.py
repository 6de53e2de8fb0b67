"""Tar archives that must be refused, and some that only look so."""

from collections.abc import Callable

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.tar import TAR
from tests.archive_builders import (
    GNU_MAGIC,
    TAR_END,
    base_256,
    long_name,
    octal,
    pax,
    resealed,
    tar_file,
    tar_folder,
    tar_header,
    tar_link,
    tar_of,
)

Case = tuple[ArchiveReader, Callable[[], bytes]]

GOOD = tar_file(b"good.txt", b"good")
GOOD_TAR = tar_of(GOOD)


def named(name: bytes) -> dict[str, Case]:
    """Return the ways in which a tar can give a member its name."""
    bad = tar_file(b"ok", b"evil")
    short = long_name(name) + bad if len(name) > 100 else tar_file(name, b"evil")
    return {
        "tar": tar_case(GOOD, short),
        "pax": tar_case(pax({b"path": name}), bad),
        "long": tar_case(long_name(name), bad),
    }


def tar_case(*members: bytes, end: bytes = TAR_END) -> Case:
    return TAR, lambda: tar_of(*members, end=end)


def _long_links() -> bytes:
    """CVE-2025-4517: links too long for realpath, then a file through them."""
    members, path = [], b""
    for letter in b"abcdefghijklmnop":
        folder = bytes([letter]) * 247
        members += [tar_folder((path + folder)[:100]), tar_link(b"l", folder[:100])]
        path += b"l/"
    climb = tar_link(b"escape", b"l/" * 15 + b"../" * 16)
    return tar_of(*members, climb, tar_file(b"escape/lemm-escaped", b"evil"))


LINKS: dict[str, Case] = {
    "symlink": tar_case(tar_link(b"link", b"/etc/passwd")),
    "symlink within": tar_case(GOOD, tar_link(b"link", b"good.txt")),
    "file through a symlink": tar_case(
        tar_link(b"link", b".."), tar_file(b"link/escaped", b"evil")
    ),
    "file over a symlink": tar_case(
        tar_link(b"x", b"../escaped"), tar_file(b"x", b"evil")
    ),
    "hard link out": tar_case(tar_link(b"link", b"../../etc/passwd", b"1")),
    "hard link to a symlink": tar_case(
        tar_link(b"a", b"/etc/passwd"), tar_link(b"b", b"a", b"1")
    ),
    "hard link with content": tar_case(
        tar_file(b"link", b"evil", kind=b"1", link=b"good.txt")
    ),
    "symlink named by pax": tar_case(
        pax({b"path": b"link", b"linkpath": b"/etc"}), tar_link(b"x", b"y")
    ),
    "symlink named by GNU": tar_case(
        long_name(b"/etc", b"K"), long_name(b"link"), tar_link(b"x", b"y")
    ),
    "long symlink chain": (TAR, _long_links),
    "folders by exit and re-entry": tar_case(
        tar_folder(b"a"), tar_folder(b"a/../../outside/../lemm/a")
    ),
    "character device": tar_case(tar_header(b"dev", kind=b"3")),
    "block device": tar_case(tar_header(b"dev", kind=b"4")),
    "fifo": tar_case(tar_header(b"pipe", kind=b"6")),
    "unknown type": tar_case(tar_header(b"odd", kind=b"Z")),
    "label with content": tar_case(tar_file(b"label", b"evil", kind=b"V")),
    "label of a long name": tar_case(
        long_name(b"evil"), tar_header(b"label", kind=b"V"), GOOD
    ),
    "dumped folder that climbs": tar_case(tar_file(b"../x", b"Ya\0\0", kind=b"D")),
    "dumped folder of a gigabyte": tar_case(
        tar_header(b"d", kind=b"D", size=octal(1 << 30))
    ),
    "size by Solaris twice": tar_case(
        pax({b"size": b"1"}, b"X"), pax({b"size": b"2"}), GOOD
    ),
    "multi-volume": tar_case(tar_header(b"rest", kind=b"M")),
    "sparse": tar_case(tar_header(b"sparse", kind=b"S", magic=GNU_MAGIC)),
    "sparse by pax": tar_case(
        pax({b"GNU.sparse.major": b"1", b"GNU.sparse.name": b"../x"}), GOOD
    ),
}

CLASHES: dict[str, Case] = {
    "file twice": tar_case(GOOD, GOOD),
    "file twice, with a dot": tar_case(GOOD, tar_file(b"./good.txt", b"evil")),
    "file twice, with slashes": tar_case(tar_file(b"a/b"), tar_file(b"a//b")),
    "file, then folder": tar_case(tar_file(b"a", b"1"), tar_folder(b"a")),
    "file, then file below it": tar_case(tar_file(b"a", b"1"), tar_file(b"a/b", b"2")),
    "folder, then file": tar_case(tar_folder(b"a"), tar_file(b"a", b"1")),
    "implied folder, then file": tar_case(tar_file(b"a/b", b"1"), tar_file(b"a", b"1")),
}


def _wrong_third_header() -> bytes:
    third = bytearray(tar_file(b"third", b"3"))
    third[0] ^= 1
    return tar_of(GOOD, tar_file(b"second", b"2"), bytes(third))


DAMAGED: dict[str, Case] = {
    "no bytes": (TAR, bytes),
    "no tar": (TAR, lambda: b"<html>quota exceeded</html>" * 99),
    "wrong sum in the third header": (TAR, _wrong_third_header),
    "no end blocks": tar_case(GOOD, end=b""),
    "one end block": tar_case(GOOD, end=bytes(512)),
    "one and a half end blocks": tar_case(GOOD, end=bytes(700)),
    "an odd tail": tar_case(GOOD, end=bytes(1025)),
    "an empty block between": tar_case(GOOD, bytes(512), tar_file(b"b", b"2")),
    "a second archive": tar_case(GOOD, TAR_END, tar_file(b"b", b"2")),
    "cut within a member": (TAR, lambda: GOOD_TAR[:514]),
    "negative size": tar_case(tar_header(b"a", size=base_256(-1))),
    "huge size": tar_case(tar_header(b"a", size=base_256(2**80))),
    "huge octal size": tar_case(tar_header(b"a", size=b"7" * 12)),
    "odd size": tar_case(tar_header(b"a", size=b"0x10\0".ljust(12))),
    "size with a sign": tar_case(tar_header(b"a", size=b"-0000000001\0")),
    "more than declared": tar_case(
        resealed(tar_header(b"a", size=octal(3))) + b"1" * 512 * 3
    ),
    "folder with content": tar_case(tar_file(b"d", b"data", kind=b"5")),
    "slash with content": tar_case(tar_file(b"d/", b"data")),
    "no name": tar_case(tar_file(b"", b"data")),
    "pax NUL in a name": tar_case(pax({b"path": b"a\0.txt"}), GOOD),
    "long name with NUL": tar_case(long_name(b"a\0b"), GOOD),
    "pax size too long": tar_case(pax({b"size": b"9" * 30}), GOOD),
    "pax size negative": tar_case(pax({b"size": b"-1"}), GOOD),
    "pax size with underscore": tar_case(pax({b"size": b"1_0"}), GOOD),
    "pax size beyond the end": tar_case(pax({b"size": b"100000"}), GOOD),
    "pax size hides a header": tar_case(pax({b"size": b"600"}), GOOD, GOOD),
    "pax time": tar_case(pax({b"mtime": b"NaN"}), GOOD),
    "pax length zero": tar_case(tar_file(b"x", b"0 a=b\n", kind=b"x"), GOOD),
    "pax length short": tar_case(tar_file(b"x", b"3 path=b\n", kind=b"x"), GOOD),
    "pax length long": tar_case(tar_file(b"x", b"99 path=b\n", kind=b"x"), GOOD),
    "pax length endless": tar_case(tar_file(b"x", b"9" * 300, kind=b"x"), GOOD),
    "pax without value": tar_case(tar_file(b"x", b"7 path\n", kind=b"x"), GOOD),
    "pax too large": tar_case(tar_file(b"x", bytes((1 << 20) + 1), kind=b"x"), GOOD),
    "pax twice": tar_case(pax({b"path": b"a"}), pax({b"path": b"b"}), GOOD),
    "pax and long name": tar_case(pax({b"path": b"a"}), long_name(b"b"), GOOD),
    "pax without a member": tar_case(pax({b"path": b"a"})),
    "long name without a member": tar_case(long_name(b"a")),
    "one name for all": tar_case(pax({b"path": b"a"}, b"g"), GOOD),
    "one size for all": tar_case(pax({b"size": b"4"}, b"g"), GOOD),
}
