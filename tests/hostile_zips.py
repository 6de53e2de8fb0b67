"""Zip archives that must be refused: links, clashes and bombs."""

import struct

from lemm_catalog.archives.zip import ZIP
from tests.archive_builders import ZipMember, raw_deflate, zip_of
from tests.hostile_tars import Case

SIXTY_MB = 60 << 20

LINKS: dict[str, Case] = {
    "zip symlink": (
        ZIP,
        lambda: zip_of(ZipMember(name=b"l", data=b"/etc", mode=0o120777)),
    ),
    "zip fifo": (ZIP, lambda: zip_of(ZipMember(name=b"p", mode=0o010644))),
    "zip device": (ZIP, lambda: zip_of(ZipMember(name=b"d", mode=0o020644))),
    "zip socket": (ZIP, lambda: zip_of(ZipMember(name=b"s", mode=0o140644))),
}

CLASHES: dict[str, Case] = {
    "zip file twice": (
        ZIP,
        lambda: zip_of(ZipMember(name=b"a", data=b"1"), ZipMember(name=b"a")),
    ),
    "zip file and folder": (
        ZIP,
        lambda: zip_of(ZipMember(name=b"a"), ZipMember(name=b"a/", mode=0o040755)),
    ),
    "zip file below a file": (
        ZIP,
        lambda: zip_of(ZipMember(name=b"a"), ZipMember(name=b"a/b")),
    ),
}


def _overlapping() -> bytes:
    """Members that all share one content (as in the better zip bombs)."""
    data = bytes(500_000)
    shared = ZipMember(name=b"a", data=data, method=8)
    same = {"offset": 0}
    twins = [
        ZipMember(name=b"a%d" % n, data=data, method=8, listed=same) for n in range(9)
    ]
    return zip_of(shared, *twins)


def _quoted_overlap() -> bytes:
    """CVE-2024-0450: a stored block quotes the next local header as its content."""
    kernel = zip_of(ZipMember(name=b"b", data=bytes(100_000), method=8))
    inner = kernel[: kernel.index(b"PK\1\2")]
    quote = b"\x00" + struct.pack("<HH", 31, 31 ^ 0xFFFF)
    first = ZipMember(
        name=b"a",
        data=inner[:31] + bytes(100_000),
        method=8,
        packed=quote + inner,
    )
    second = {"offset": 31 + len(quote)}
    return zip_of(
        first,
        ZipMember(name=b"b", data=bytes(100_000), method=8, listed=second),
    )


BOMBS: dict[str, Case] = {
    "zip bomb": (
        ZIP,
        lambda: zip_of(ZipMember(name=b"zeros", data=bytes(SIXTY_MB), method=8)),
    ),
    "zip bomb by bzip2": (
        ZIP,
        lambda: zip_of(ZipMember(name=b"z", data=bytes(SIXTY_MB // 4), method=12)),
    ),
    "zip bomb by LZMA": (
        ZIP,
        lambda: zip_of(ZipMember(name=b"z", data=bytes(SIXTY_MB // 4), method=14)),
    ),
    "zip bomb that declares little": (
        ZIP,
        lambda: zip_of(
            ZipMember(
                name=b"z",
                data=b"tiny",
                method=8,
                packed=raw_deflate(bytes(SIXTY_MB // 4)),
            )
        ),
    ),
    "zip members that overlap": (ZIP, _overlapping),
    "zip quoted overlap": (ZIP, _quoted_overlap),
}
