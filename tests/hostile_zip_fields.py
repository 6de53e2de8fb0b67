"""Zip archives that must be refused, and some that only look so."""

import io
import zipfile
from collections.abc import Mapping

from lemm_catalog.archives.zip import ZIP
from tests.archive_builders import (
    ZipMember,
    raw_deflate,
    zip64_of,
    zip_end,
    zip_lzma,
    zip_of,
)
from tests.hostile_tars import Case


def zip_case(*members: ZipMember, **fields: object) -> Case:
    return ZIP, lambda: zip_of(*members, **fields)  # type: ignore[arg-type]


def _zip_lie(
    local: Mapping[str, int | bytes] | None = None,
    listed: Mapping[str, int | bytes] | None = None,
    **fields: object,
) -> Case:
    given: dict[str, object] = {"name": b"a", "data": b"data", **fields}
    lies = {"local": local or {}, "listed": listed or {}}
    return zip_case(ZipMember(**given, **lies))  # type: ignore[arg-type]


def _both(**lies: int | bytes) -> Case:
    return _zip_lie(local=lies, listed=lies)


def _zip_with_two_ends() -> bytes:
    inner = zip_of(ZipMember(name=b"hidden", data=b"evil"))
    other = zip_end(0, 0, 0)
    return zip_of(ZipMember(name=b"a", data=b"1"), comment=inner + other)


def _encrypted() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("a", "data")
    data = bytearray(raw.getvalue())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


GOOD_ZIP = zip_of(ZipMember(name=b"a", data=b"data"))
STREAMED = ZipMember(name=b"a", data=b"data", flags=8, local={"crc": 0, "size": 0})
LIES: dict[str, Case] = {
    "zip: nothing": (ZIP, bytes),
    "zip: a web page": (ZIP, lambda: b"<html>quota</html>" * 5000),
    "zip: garbage behind": (ZIP, lambda: GOOD_ZIP + b"garbage"),
    "zip: shifted by bytes before it": (ZIP, lambda: b"#!/bin/sh\n" + GOOD_ZIP),
    "zip: no end": (ZIP, lambda: GOOD_ZIP[:-22]),
    "zip: end only, of more": (ZIP, lambda: zip_end(1, 46, 0)),
    "zip: more members than declared": zip_case(
        ZipMember(name=b"a"), ZipMember(name=b"b"), count=1
    ),
    "zip: fewer members than declared": zip_case(ZipMember(name=b"a"), count=2),
    "zip: directory elsewhere": zip_case(ZipMember(name=b"a"), shift=1),
    "zip: comment longer than it is": (ZIP, lambda: GOOD_ZIP[:-2] + b"\5\0"),
    "zip: comment with another end": (ZIP, _zip_with_two_ends),
    "zip: cut zip64": (
        ZIP,
        lambda: zip64_of(ZipMember(name=b"a", data=b"data")).replace(
            b"PK\6\6", b"PK\6\5"
        ),
    ),
    "zip: encrypted": (ZIP, _encrypted),
    "zip: strongly encrypted": zip_case(ZipMember(name=b"a", flags=0x41)),
    "zip: encrypted locally only": _zip_lie(local={"flags": 1}),
    "zip: masked headers": zip_case(ZipMember(name=b"a", flags=0x2000)),
    "zip: patch data": zip_case(ZipMember(name=b"a", flags=0x20)),
    "zip: unknown method": zip_case(ZipMember(name=b"a", data=b"data", method=97)),
    "zip: deflate64": zip_case(ZipMember(name=b"a", data=b"data", method=9)),
    "zip: methods differ": _zip_lie(local={"method": 8}),
    "zip: names differ": _zip_lie(local={"name": b"../a"}),
    "zip: names differ in length": _zip_lie(local={"name": b"abc"}),
    "zip: sizes differ": _zip_lie(local={"size": 3}),
    "zip: packed sizes differ": _zip_lie(local={"packed": 3}),
    "zip: sums differ": _zip_lie(local={"crc": 3}),
    "zip: size too small": _both(size=3),
    "zip: size too large": _both(size=5),
    "zip: size huge": _both(size=0xFFFFFFFE),
    "zip: packed beyond the end": _both(packed=4000),
    "zip: packed too small": _both(packed=3),
    "zip: wrong CRC": _both(crc=0xDEADBEEF),
    "zip: offset beyond the end": _zip_lie(listed={"offset": 100_000}),
    "zip: offset of nothing": _zip_lie(listed={"offset": 2}),
    "zip: NUL in the name": zip_case(ZipMember(name=b"a.txt\0.exe", data=b"1")),
    "zip: empty name": zip_case(ZipMember(name=b"", data=b"1")),
    "zip: only NUL": zip_case(ZipMember(name=b"\0", data=b"1")),
    "zip: folder with content": zip_case(ZipMember(name=b"a/", data=b"1")),
    "zip: folder by mode only": zip_case(ZipMember(name=b"a", mode=0o040755)),
    "zip: deflate cut": zip_case(
        ZipMember(name=b"a", data=b"d" * 99, method=8, packed=raw_deflate(b"d")[:-1])
    ),
    "zip: deflate with a tail": zip_case(
        ZipMember(
            name=b"a", data=b"data", method=8, packed=raw_deflate(b"data") + b"more"
        )
    ),
    "zip: deflate of nonsense": zip_case(
        ZipMember(name=b"a", data=b"data", method=8, packed=b"\xff" * 9)
    ),
    "zip: bzip2 of nonsense": zip_case(
        ZipMember(name=b"a", data=b"data", method=12, packed=b"BZh9nonsense")
    ),
    "zip: LZMA of nonsense": zip_case(
        ZipMember(name=b"a", data=b"data", method=14, packed=b"\xff" * 20)
    ),
    "zip: LZMA without properties": zip_case(
        ZipMember(name=b"a", data=b"data", method=14, packed=b"\x09\x04")
    ),
    "zip: LZMA that needs its end": zip_case(
        ZipMember(
            name=b"a", data=b"data", method=14, flags=2, packed=zip_lzma(b"data")[:-6]
        )
    ),
}
