"""The fields of a tar header: ustar, GNU and pax, read with suspicion.

Numbers are octal or, since GNU, base 256; text ends at the first NUL. A header that
does not add up to its own check sum is never looked at.
"""

import re
import struct
import zlib
from contextlib import suppress
from typing import NamedTuple

from lemm_catalog.archives.names import decoded, shown
from lemm_catalog.errors import ArchiveError

BLOCK = 512
MOST_SIZE = 2**63 - 1
# The check sum is taken with spaces in its own place.
_SPACES = 8 * ord(" ")
# name, the numbers, kind, magic, prefix
_FIELDS = struct.Struct("100s56sc100x6s82x155s12x")
# The numbers as nearly everybody writes them: mode, owners, size, mtime, check sum.
_PLAIN = re.compile(
    rb"([0-7]{7})[\0 ].{16}([0-7]{11})[\0 ]([0-7]{11})[\0 ]([0-7]{6})\0 ", re.DOTALL
)
_DECIMAL = re.compile(rb"[0-9]{1,19}")
_SECONDS = re.compile(rb"(-?[0-9]{1,19})(\.[0-9]*)?")
_RECORD = re.compile(rb"([1-9][0-9]{0,6}) ")


class Header(NamedTuple):
    """One header block: ``name`` is still raw, ``kind`` is the type flag."""

    kind: bytes
    name: bytes
    size: int
    mtime: int
    mode: int


def parse(block: bytes) -> Header:
    """Return the header in a block of 512 bytes.

    Raises:
        ArchiveError: if its check sum or one of its numbers is wrong.

    """
    raw, numbers, kind, magic, prefix = _FIELDS.unpack(block)
    if plain := _PLAIN.fullmatch(numbers):
        digits = plain.groups()
        mode, size = int(digits[0], 8), int(digits[1], 8)
        mtime, stored = int(digits[2], 8), int(digits[3], 8)
    else:
        mode, size, mtime, stored = _numbers(numbers)
    if stored != _sum(block):
        _verify_signed_sum(block)
    name: bytes = raw.rstrip(b"\0")
    if b"\0" in name:
        name = _text(name)
    # In GNU's own header (magic "ustar ") other fields lie where ustar's prefix is.
    if prefix[0] and magic == b"ustar\0":
        name = _text(prefix) + b"/" + name
    if not 0 <= size <= MOST_SIZE:
        raise ArchiveError(f"the archive holds {shown(name)}, of an impossible size")
    return Header(kind, name, size, mtime, mode)


def _numbers(fields: bytes) -> tuple[int, int, int, int]:
    mode, size, mtime, stored = fields[:8], fields[24:36], fields[36:48], fields[48:]
    return number(mode), number(size), number(mtime), number(stored)


def _verify_signed_sum(block: bytes) -> None:
    """Check the sum of some old systems, which added the bytes up as signed."""
    rest = block[:148] + block[156:]
    signed = sum(rest) + _SPACES - 256 * sum(byte > 127 for byte in rest)
    if number(block[148:156]) != signed:
        raise ArchiveError("the archive is damaged (wrong check sum of a tar header)")


def _sum(block: bytes) -> int:
    """Return the check sum of a header, ten times faster than `sum`.

    The low half of an Adler-32 is 1 plus the sum modulo 65521, which 256 bytes (at
    most 65280) never reach.
    """
    before = zlib.adler32(block[:148]) & 0xFFFF
    behind = zlib.adler32(block[156:412]) & 0xFFFF
    last = zlib.adler32(block[412:]) & 0xFFFF
    return before + behind + last - 3 + _SPACES


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def number(field: bytes) -> int:
    """Return the number in a field, octal or in base 256.

    Raises:
        ArchiveError: if it is neither.

    """
    # Most fields are plain octal, and there are four in each header.
    plain = field.rstrip(b" \0")
    if plain.isdigit():
        with suppress(ValueError):
            return int(plain, 8)
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        is_negative = bool(field[0] & 0x40)
        return value - (1 << (8 * len(field) - 1)) if is_negative else value
    digits = _text(field).strip(b" ")
    if not digits:
        return 0
    try:
        # `int` alone would take signs, underscores and "0o".
        if digits.isdigit():
            return int(digits, 8)
    except ValueError:
        pass
    raise ArchiveError(f"the archive is damaged (a tar header holds {shown(digits)})")


def pax_records(data: bytes) -> dict[str, bytes]:
    """Return the records of a pax header, each a line ``length key=value``.

    Raises:
        ArchiveError: if a length is wrong, or a record is not of this form.

    """
    records: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        found = _RECORD.match(data, at)
        end = at + int(found[1]) if found else 0
        if not found or end > len(data) or data[end - 1 : end] != b"\n":
            raise ArchiveError("the archive is damaged (wrong length of a pax record)")
        key, separator, value = data[found.end() : end - 1].partition(b"=")
        if not separator or not key:
            raise ArchiveError("the archive is damaged (a pax record without a value)")
        records[decoded(key)] = value
        at = end
    return records


def pax_size(value: bytes) -> int:
    """Return the size in a pax record.

    Raises:
        ArchiveError: if it is not a plain number that a file can have.

    """
    if not _DECIMAL.fullmatch(value) or int(value) > MOST_SIZE:
        raise ArchiveError(f"the archive declares an impossible size, {shown(value)}")
    return int(value)


def pax_seconds(value: bytes) -> int:
    """Return the whole seconds of a time in a pax record.

    Raises:
        ArchiveError: if it is not a time.

    """
    if not (found := _SECONDS.fullmatch(value)):
        raise ArchiveError(f"the archive declares an impossible time, {shown(value)}")
    return int(found[1])
