"""Archives built byte by byte, so that each byte can be wrong."""

import bz2
import lzma
import struct
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

TAR_END = bytes(1024)
PAX_MAGIC = b"ustar\x0000"
GNU_MAGIC = b"ustar  \0"


def octal(value: int, width: int = 12) -> bytes:
    return b"%0*o\0" % (width - 1, value)


def base_256(value: int, width: int = 12) -> bytes:
    return (value % (1 << (8 * width)) | 1 << (8 * width - 1)).to_bytes(width, "big")


def tar_header(
    name: bytes,
    *,
    kind: bytes = b"0",
    size: bytes = octal(0),
    mode: int = 0o644,
    mtime: bytes = octal(1_000_000_000),
    link: bytes = b"",
    prefix: bytes = b"",
    magic: bytes = PAX_MAGIC,
) -> bytes:
    block = b"".join(
        (
            name.ljust(100, b"\0"),
            octal(mode, 8) + octal(0, 8) + octal(0, 8),
            size + mtime + b" " * 8,
            kind + link.ljust(100, b"\0") + magic,
            bytes(80),
            prefix.ljust(167, b"\0"),
        )
    )
    return resealed(block)


def resealed(block: bytes) -> bytes:
    """Return the header with a check sum that fits."""
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


def tar_file(name: bytes, data: bytes = b"", **fields: object) -> bytes:
    given: dict[str, object] = {"size": octal(len(data)), **fields}
    header = tar_header(name, **given)  # type: ignore[arg-type]
    return header + data + bytes(-len(data) % 512)


def tar_folder(name: bytes) -> bytes:
    return tar_header(name, kind=b"5", mode=0o755)


def tar_link(name: bytes, target: bytes, kind: bytes = b"2") -> bytes:
    return tar_header(name, kind=kind, link=target)


def long_name(name: bytes, kind: bytes = b"L") -> bytes:
    return tar_file(b"././@LongLink", name + b"\0", kind=kind, magic=GNU_MAGIC)


def pax(records: Mapping[bytes, bytes], kind: bytes = b"x") -> bytes:
    data = b"".join(pax_record(key, value) for key, value in records.items())
    return tar_file(b"PaxHeaders/x", data, kind=kind)


def pax_record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def tar_of(*members: bytes, end: bytes = TAR_END) -> bytes:
    return b"".join(members) + end


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zip_lzma(data: bytes, dictionary: int = 1 << 16) -> bytes:
    """Return LZMA as a zip holds it, without a mark at its end."""
    alone = lzma.compress(data, lzma.FORMAT_ALONE)
    return b"\x09\x04\x05\x00" + alone[:1] + struct.pack("<L", dictionary) + alone[13:]


PACK: dict[int, Callable[[bytes], bytes]] = {
    0: bytes,
    8: raw_deflate,
    12: bz2.compress,
    14: zip_lzma,
}


@dataclass(frozen=True, kw_only=True)
class ZipMember:
    """One member; ``local`` and ``listed`` make one of its two headers lie."""

    name: bytes
    data: bytes = b""
    method: int = 0
    packed: bytes | None = None
    mode: int = 0o100644
    flags: int = 0
    extra: bytes = b""
    gap: bytes = b""
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    listed: Mapping[str, int | bytes] = field(default_factory=dict)

    def fields(self) -> dict[str, int | bytes]:
        return {
            "flags": self.flags,
            "method": self.method,
            "crc": zlib.crc32(self.data),
            "packed": len(self.content()),
            "size": len(self.data),
            "name": self.name,
            "extra": self.extra,
            "mode": self.mode,
        }

    def content(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return PACK.get(self.method, bytes)(self.data)


def _local(member: ZipMember) -> bytes:
    f = {**member.fields(), **member.local}
    numbers = (f["flags"], f["method"], 0, 0x21, f["crc"], f["packed"], f["size"])
    name, extra = bytes(f["name"]), bytes(f["extra"])
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, *numbers, len(name), len(extra))
    return head + name + extra + member.content() + member.gap


def _listed(member: ZipMember, offset: int) -> bytes:
    f = {**member.fields(), "offset": offset, **member.listed}
    numbers = (f["flags"], f["method"], 0, 0x21, f["crc"], f["packed"], f["size"])
    name, extra = bytes(f["name"]), bytes(f["extra"])
    tail = (len(name), len(extra), 0, 0, 0, int(f["mode"]) << 16, f["offset"])
    head = struct.pack("<4s6H3L5H2L", b"PK\1\2", 0x031E, 20, *numbers, *tail)
    return head + name + extra


def zip_of(
    *members: ZipMember,
    comment: bytes = b"",
    before: bytes = b"",
    count: int | None = None,
    shift: int = 0,
) -> bytes:
    data, listed = bytearray(before), bytearray()
    for member in members:
        listed += _listed(member, len(data))
        data += _local(member)
    number = len(members) if count is None else count
    return bytes(
        data + listed + zip_end(number, len(listed), len(data) + shift, comment)
    )


def zip_end(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    fields = (0, 0, count, count, size, offset, len(comment))
    return struct.pack("<4s4H2LH", b"PK\5\6", *fields) + comment


def zip64_of(member: ZipMember) -> bytes:
    """Return a zip64 with one member, all its lengths in the long fields."""
    size, packed = len(member.data), len(member.content())
    long = 0xFFFFFFFF
    extra = struct.pack("<HHQQ", 1, 16, size, packed)
    both: dict[str, int | bytes] = {"size": long, "packed": long, "extra": extra}
    data = _local(ZipMember(**{**vars(member), "local": both}))
    listed_extra = struct.pack("<HHQQQ", 1, 24, size, packed, 0)
    lies = {**both, "offset": long, "extra": listed_extra}
    listed = _listed(ZipMember(**{**vars(member), "listed": lies}), 0)
    sizes = (1, 1, len(listed), len(data))
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *sizes)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(data) + len(listed), 1)
    short = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, long, long, 0)
    return data + listed + end + locator + short


def many_streams(data: bytes, size: int = 700) -> bytes:
    """Return data as pbzip2 packs it: each part a stream of its own."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(bz2.compress(part) for part in parts or [b""])


def zstd_summed(data: bytes) -> bytes:
    """Return data as the tool `zstd` packs it, with a check sum."""
    options: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}
    return zstd.compress(data, options=options)
