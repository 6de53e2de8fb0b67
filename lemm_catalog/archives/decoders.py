"""What each compression comes to: a file in, blocks of at most 1 MiB out.

Every decompressor of the house is chosen here, so that a faster one comes in by one
line. The laws: output is bounded per call, however well a bomb is compressed; the
end is reached only when the last check sum was right and nothing but the padding
that the format allows follows; errors of the file itself pass through unchanged.
"""

from collections.abc import Callable, Generator, Iterator
from typing import BinaryIO

from lemm_catalog.archives import decompressors
from lemm_catalog.archives.ahead import ahead
from lemm_catalog.archives.bzip2 import blocks
from lemm_catalog.archives.decompressors import (
    IN,
    MOST,
    OUT,
    Decompressor,
    crc32,
    in_zip,
    step,
)
from lemm_catalog.errors import ArchiveError

__all__ = ["IN", "MOST", "OUT", "bunzip2", "crc32", "gunzip", "in_zip", "plain"]
__all__ += ["step", "unxz", "unzstd"]


def plain(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file as it is."""
    while block := file.read(OUT):
        yield block


def gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a gzip file holds; several members and trailing zeros are legal."""
    return ahead(_streams(file, decompressors.gzip, padding=1))


def bunzip2(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a bzip2 file holds; several streams are legal, padding is not."""
    return blocks(file)


def unxz(file: BinaryIO) -> Iterator[bytes]:
    """Yield what an xz file holds; several streams, and zeros by fours, are legal."""
    return ahead(_streams(file, decompressors.xz, padding=4))


def unzstd(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a zstd file holds; several frames are legal, padding is not."""
    return ahead(_streams(file, decompressors.zstandard, padding=0))


def _streams(
    file: BinaryIO, new: Callable[[], Decompressor], *, padding: int
) -> Iterator[bytes]:
    data = file.read(IN)
    while True:
        left = yield from _one_stream(file, new(), data)
        data = _after_padding(file, left, padding)
        if not data:
            return


def _one_stream(
    file: BinaryIO, decoder: Decompressor, data: bytes
) -> Generator[bytes, None, bytes]:
    while not decoder.eof:
        if decoder.needs_input and not data:
            data = file.read(IN)
            if not data:
                raise ArchiveError(
                    "the archive is cut short: its compression ends early"
                )
        block = step(decoder, data)
        data = b""
        if block:
            yield block
    return decoder.unused_data


def _after_padding(file: BinaryIO, data: bytes, padding: int) -> bytes:
    """Return the first bytes after padding, none at the end of the file."""
    zeros = 0
    rest = b""
    while not rest:
        data = data or file.read(IN)
        if not data:
            break
        rest = data.lstrip(b"\0")
        zeros += len(data) - len(rest)
        data = b""
    if zeros and (not padding or zeros % padding):
        raise ArchiveError("the archive is followed by bytes that do not belong to it")
    return rest
