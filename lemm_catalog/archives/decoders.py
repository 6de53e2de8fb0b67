"""The decompressors: a file in, blocks of at most 1 MiB out, and the true end proven.

Every decompressor of the house is chosen here, so that a faster one comes in by one
line. The laws: output is bounded per call, however well a bomb is compressed; the
end is reached only when the last check sum was right and nothing but the padding
that the format allows follows; errors of the file itself pass through unchanged.
"""

import bz2
import lzma
import queue
import re
import struct
import threading
import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Any, BinaryIO, Protocol

from lemm_catalog.errors import ArchiveError

try:
    from isal import isal_zlib
except ImportError:  # no wheel for this machine; slower, and the same
    isal_zlib = None  # type: ignore[assignment]

IN = 1 << 17
OUT = 1 << 20
# `xz -9` needs 65 MiB; a hostile header may ask for 4 GiB.
_MOST_MEMORY = 1 << 30
_ISAL_ERROR: Any = isal_zlib.error if isal_zlib else zlib.error
_DECODER_ERRORS = (
    _ISAL_ERROR,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
)
# What zlib ("Error -3 while decompressing data: ") and isal ("Error -4 ") put first.
_NUMBERED = re.compile(r"Error -?\d+ (while [a-z ]+: )?")
# Blocks that wait between the thread that decodes and the one that writes.
_AHEAD = 4


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


class _Inflate:
    """A `zlib` decompressor with the manners of the other two."""

    def __init__(self, wbits: int) -> None:
        # Two and a half times as fast as zlib itself, with the same interface.
        self._inner: Any = (isal_zlib or zlib).decompressobj(wbits)
        self._was_full = False

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        # A full output may have left more inside, even with no input left over.
        return not self._was_full and not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._inner.unconsumed_tail:
            data = self._inner.unconsumed_tail + data
        block: bytes = self._inner.decompress(data, max_length)
        self._was_full = len(block) == max_length
        return block


class _Stored:
    """No compression at all; such a stream does not mark its end."""

    eof = False
    needs_input = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return data


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
    """Return the decompressor of a zip's method number; None if it is not known."""
    match method:
        case 0:
            return _Stored()
        case 8:
            return _Inflate(-zlib.MAX_WBITS)
        case 12:
            return bz2.BZ2Decompressor()
        case 14:
            return _ZipLzma(size)
        case _:
            return None


def step(decoder: Decompressor, data: bytes) -> bytes:
    """Return the next output, at most `OUT` bytes unless nothing is compressed.

    Raises:
        ArchiveError: if the compressed bytes are damaged.

    """
    try:
        return decoder.decompress(data, OUT)
    except _DECODER_ERRORS as error:
        why = _NUMBERED.sub("", str(error)).lower()
        raise ArchiveError(f"the archive is damaged ({why})") from error


def plain(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file as it is."""
    while block := file.read(OUT):
        yield block


def gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a gzip file holds; several members and trailing zeros are legal."""
    # 16 + MAX_WBITS lets zlib itself read the header and check CRC and length.
    return ahead(_streams(file, lambda: _Inflate(16 + zlib.MAX_WBITS), padding=1))


def bunzip2(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a bzip2 file holds; several streams are legal, padding is not."""
    return ahead(_streams(file, bz2.BZ2Decompressor, padding=0))


def unxz(file: BinaryIO) -> Iterator[bytes]:
    """Yield what an xz file holds; several streams, and zeros by fours, are legal."""
    return ahead(
        _streams(
            file, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _MOST_MEMORY), padding=4
        )
    )


def ahead(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same blocks, made by a thread of their own, a few of them ahead.

    The decompressors let go of the interpreter's lock, so that decoding goes on while
    the blocks before are hashed and written.
    """
    waiting: queue.Queue[bytes | BaseException | None] = queue.Queue(_AHEAD)
    is_over = threading.Event()

    def put(item: bytes | BaseException | None) -> bool:
        while not is_over.is_set():
            try:
                waiting.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def decode() -> None:
        try:
            for block in blocks:
                if not put(block):
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001 - raised where blocks are read
            put(error)

    worker = threading.Thread(target=decode, name="decode", daemon=True)
    worker.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        is_over.set()
        worker.join()


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
