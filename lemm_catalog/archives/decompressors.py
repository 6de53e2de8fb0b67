"""The decompressors, one step at a time, behind one interface.

The laws: what comes out of one call is bounded, however well a bomb is compressed,
and no library's exception gets past `step`.
"""

import bz2
import lzma
import re
import struct
import sys
import zlib
from typing import Any, Protocol

from lemm_catalog.errors import ArchiveError

try:
    from isal import igzip_lib, isal_zlib
except ImportError:  # no wheel for this machine; slower, and the same
    igzip_lib = isal_zlib = None  # type: ignore[assignment]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# From 128 KiB on, malloc asks the system for new pages each time and gives them back,
# which costs more than the further calls.
OUT = (1 << 17) - 4096
IN = 3 << 15
MOST = 1 << 20
# `xz -9` needs 65 MiB; a hostile header may ask for 4 GiB.
_MOST_MEMORY = 1 << 30
# `zstd --long` and `zstd -22` need a window of 128 MiB; more must be asked for.
_MOST_WINDOW = 27
_ISAL_ERROR: Any = isal_zlib.error if isal_zlib else zlib.error
_RAW, _GZIP = (igzip_lib.DECOMP_DEFLATE, igzip_lib.DECOMP_GZIP) if igzip_lib else (0, 0)
_DECODER_ERRORS = (
    _ISAL_ERROR,
    zlib.error,
    lzma.LZMAError,
    zstd.ZstdError,
    OSError,
    EOFError,
    ValueError,
)
# What zlib ("Error -3 while decompressing data: ") and isal ("Error -4 ") put first.
_NUMBERED = re.compile(r"Error -?\d+ (while [a-z ]+: )?")

crc32 = isal_zlib.crc32 if isal_zlib else zlib.crc32


class Decompressor(Protocol):
    """What the decompressors of `bz2` and `lzma` have in common."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether there is no more output without more input."""

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the end of the stream."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take in more bytes and return at most so many."""


class _Bounded:
    """A decompressor that tells when a full output may have left more inside."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._was_full = False

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input and not self._was_full

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        block: bytes = self._inner.decompress(data, max_length)
        self._was_full = len(block) == max_length
        return block


class _Igzip(_Bounded):
    """Isal's own decompressor, which keeps what is left of the input.

    With zlib's manners a tail of it is copied at each call: a sixth of the time.
    """

    def __init__(self, flag: int) -> None:
        super().__init__(igzip_lib.IgzipDecompressor(flag))


class _Inflate(_Bounded):
    """A `zlib` decompressor with the manners of the other two."""

    def __init__(self, wbits: int) -> None:
        super().__init__(zlib.decompressobj(wbits))

    @property
    def needs_input(self) -> bool:
        return not self._was_full and not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._inner.unconsumed_tail:
            data = self._inner.unconsumed_tail + data
        return super().decompress(data, max_length)


class _ZipLzma:
    """LZMA as a zip holds it: nine bytes of properties before a raw stream."""

    def __init__(self, size: int) -> None:
        self._head = b""
        self._size = size
        self._inner: lzma.LZMADecompressor | None = None

    @property
    def eof(self) -> bool:
        return self._inner is not None and self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner is None or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return b"" if self._inner is None else self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 9:
                return b""
            self._inner = self._opened()
            data = self._head[9:]
        return self._inner.decompress(data, max_length)

    def _opened(self) -> lzma.LZMADecompressor:
        length, flags, dictionary = struct.unpack("<xxHBL", self._head[:9])
        if length != 5 or flags >= 9 * 5 * 5:
            raise ArchiveError("the archive is damaged (wrong LZMA properties)")
        pb, rest = divmod(flags, 45)
        lp, lc = divmod(rest, 9)
        # No more than the member is long, or a lie here would cost 4 GiB of memory.
        most = min(dictionary, max(self._size, 4096), _MOST_MEMORY)
        chain = {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb}
        filters = [{**chain, "dict_size": max(most, 4096)}]
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)


def in_zip(method: int, size: int) -> Decompressor | None:
    """Return the decompressor of a zip's method number; None if there is none."""
    match method:
        case 8:
            return _Igzip(_RAW) if igzip_lib else _Inflate(-zlib.MAX_WBITS)
        case 12:
            return bz2.BZ2Decompressor()
        case 14:
            return _ZipLzma(size)
        case _:
            return None


def step(decoder: Decompressor, data: bytes, most: int = OUT) -> bytes:
    """Return the next output, at most ``most`` bytes.

    Raises:
        ArchiveError: if the compressed bytes are damaged.

    """
    try:
        return decoder.decompress(data, most)
    except _DECODER_ERRORS as error:
        why = _NUMBERED.sub("", str(error)).lower()
        raise ArchiveError(f"the archive is damaged ({why})") from error


def gzip() -> Decompressor:
    """Return a decompressor of one gzip member."""
    # Both read the header themselves, and check CRC and length; so does zlib with 16.
    return _Igzip(_GZIP) if igzip_lib else _Inflate(16 + zlib.MAX_WBITS)


def xz() -> Decompressor:
    """Return a decompressor of one xz stream."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _MOST_MEMORY)


def zstandard() -> Decompressor:
    """Return a decompressor of one frame of zstd."""
    most: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _MOST_WINDOW}
    return zstd.ZstdDecompressor(options=most)
