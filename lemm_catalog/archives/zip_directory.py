"""The directory at the end of a zip: found without guessing, read without trust.

An own reader, because `zipfile` cuts names at NUL, ignores the declared count, moves
offsets until they fit, takes the last of several possible directories, and (before
3.12) lets members overlap. Here the file must have exactly one reading: one end
record that reaches the end of the file, every offset true as it stands.
"""

import calendar
import io
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from lemm_catalog.errors import ArchiveError

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LONG = 0xFFFFFFFF
_SHORT = 0xFFFF
# Some five million members: more than any dataset, less than would fill the memory.
_MOST_DIRECTORY = 1 << 29


class Record(NamedTuple):
    """One member as the directory describes it; ``name`` is still raw."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mtime: int
    mode: int
    offset: int


class _End(NamedTuple):
    members: int
    size: int
    offset: int
    is_long: bool


def directory(file: BinaryIO) -> tuple[list[Record], int]:
    """Return the members in the order they lie in the file, and where they end.

    Raises:
        ArchiveError: if the directory is damaged, or could be read in two ways.

    """
    end = _end(file)
    if end.size > _MOST_DIRECTORY:
        raise ArchiveError(f"the archive has a directory of {end.size} bytes")
    file.seek(end.offset)
    data = file.read(end.size)
    if len(data) != end.size:
        raise ArchiveError("the archive is cut short: its directory is not whole")
    records = list(_records(data))
    # Old writers without zip64 let the count run over.
    wanted = len(records) if end.is_long else len(records) & _SHORT
    if wanted != end.members:
        raise ArchiveError(
            f"the archive declares {end.members} members, but lists {len(records)}"
        )
    records.sort(key=lambda record: record.offset)
    return records, end.offset


def _end(file: BinaryIO) -> _End:
    whole = file.seek(0, io.SEEK_END)
    start = max(0, whole - _END.size - _SHORT)
    file.seek(start)
    tail = file.read(whole - start)
    places = [
        at
        for at in _places(tail, b"PK\5\6")
        if len(tail) - at >= _END.size
        and at + _END.size + _END.unpack_from(tail, at)[7] == len(tail)
    ]
    if not places:
        raise ArchiveError(
            "the archive is no zip, is cut short, or is followed by other bytes"
        )
    if len(places) > 1:
        raise ArchiveError("the archive has two ends, so it could be read in two ways")
    _, *fields, _ = _END.unpack_from(tail, places[0])
    return _checked_end(file, fields, start + places[0])


def _places(tail: bytes, mark: bytes) -> Iterator[int]:
    at = tail.find(mark)
    while at >= 0:
        yield at
        at = tail.find(mark, at + 1)


def _checked_end(file: BinaryIO, short: list[int], place: int) -> _End:
    long = _end_64(file, place)
    if long is None:
        fields, limit = short, place
    else:
        fields, limit = long
        full = [_SHORT] * 4 + [_LONG] * 2
        if any(a not in (b, c) for a, b, c in zip(short, fields, full, strict=True)):
            raise ArchiveError("the archive has two ends that contradict each other")
    disk, first_disk, here, count, size, offset = fields
    if disk or first_disk or here != count:
        raise ArchiveError("the archive is one of several volumes")
    if offset + size != limit:
        raise ArchiveError("the archive is damaged: its directory is not where it says")
    return _End(members=count, size=size, offset=offset, is_long=long is not None)


def _end_64(file: BinaryIO, place: int) -> tuple[list[int], int] | None:
    """Return the fields of the zip64 end record and its place, if there is one."""
    at = place - _LOCATOR_64.size
    if at < 0:
        return None
    file.seek(at)
    mark, _, offset, disks = _LOCATOR_64.unpack(file.read(_LOCATOR_64.size))
    if mark != b"PK\6\7":
        return None
    if disks > 1 or offset + _END_64.size > at:
        raise ArchiveError("the archive is damaged (wrong zip64 locator)")
    file.seek(offset)
    mark, length, _, _, *fields = _END_64.unpack(file.read(_END_64.size))
    if mark != b"PK\6\6" or offset + 12 + length != at:
        raise ArchiveError("the archive is damaged (wrong zip64 end record)")
    return fields, offset


def _records(data: bytes) -> Iterator[Record]:
    at = 0
    while at < len(data):
        if len(data) - at < _CENTRAL.size:
            raise ArchiveError("the archive is damaged: its directory is not whole")
        fields = _CENTRAL.unpack_from(data, at)
        names = at + _CENTRAL.size
        extra = names + fields[10]
        comment = extra + fields[11]
        at = comment + fields[12]
        if fields[0] != b"PK\1\2" or at > len(data):
            raise ArchiveError("the archive is damaged: its directory is not whole")
        yield _record(fields, data[names:extra], data[extra:comment])


def _record(fields: tuple[int, ...], name: bytes, extra: bytes) -> Record:
    size, packed, offset = _long_sizes(fields, extra)
    return Record(
        name=name,
        flags=fields[3],
        method=fields[4],
        crc=fields[7],
        packed=packed,
        size=size,
        mtime=_mtime(fields[6], fields[5], extra),
        mode=fields[15] >> 16,
        offset=offset,
    )


def _long_sizes(fields: tuple[int, ...], extra: bytes) -> tuple[int, int, int]:
    """Return size, packed size and offset, from the zip64 field where it holds them."""
    values = [fields[9], fields[8], fields[16]]
    data = _extra(extra, 0x0001)
    for place, value in enumerate(values):
        if value == _LONG and len(data) >= 8:
            values[place] = int.from_bytes(data[:8], "little")
            data = data[8:]
    size, packed, offset = values
    return size, packed, offset


def _extra(extra: bytes, wanted: int) -> bytes:
    """Return the first extra field of a kind, empty if there is none."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return b""


def _mtime(date: int, time: int, extra: bytes) -> int:
    stamp = _extra(extra, 0x5455)
    if len(stamp) >= 5 and stamp[0] & 1:
        return int.from_bytes(stamp[1:5], "little", signed=True)
    return _dos_time(date, time)


# Many members are of the same second.
@lru_cache(maxsize=1024)
def _dos_time(date: int, time: int) -> int:
    # DOS time has no zone; taken as UTC, so that all machines agree on it.
    year, month, day = 1980 + (date >> 9), (date >> 5) & 15, date & 31
    if not 1 <= month <= 12 or not day:
        return 0
    clock = (time >> 11, (time >> 5) & 63, (time & 31) * 2)
    return calendar.timegm((year, month, day, *clock))
