"""Bzip2 in several threads: a stream is cut into its blocks, each decoded by itself.

A block starts with a mark of 48 bits, anywhere between two bits. Each is made a stream
of its own for the standard library, which checks its sum and that nothing else is in
it; here the sums of all blocks are checked against the one at the end of the stream.
What looks like a mark and is none makes two pieces that decode to nothing; together
they do. Read strictly forward, with a bounded memory, by the same code as without
threads: a second opinion on what bzip2 means would be one too many.
"""

import bz2
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from lemm_catalog.archives.bzip2_cutting import Piece, pieces, rotated
from lemm_catalog.archives.decompressors import MOST, step
from lemm_catalog.errors import ArchiveError
from lemm_catalog.processes import cores

_MOST_THREADS = 16
# A false mark comes up once in 30 terabytes; two of them in one block do not.
_MOST_JOINED = 3

_Decoded = tuple[bytes, bz2.BZ2Decompressor]
_Waiting = deque[tuple[Piece, Future[_Decoded]]]


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a bzip2 file holds; several streams are legal, padding is not."""
    threads = min(cores(), _MOST_THREADS)
    pool = ThreadPoolExecutor(threads, "bunzip2")
    waiting: _Waiting = deque()
    sums = _Sums()
    try:
        for piece in pieces(file):
            waiting.append((piece, pool.submit(_decoded, piece)))
            if len(waiting) > threads + _MOST_JOINED:
                yield from _next(waiting, sums)
        while waiting:
            yield from _next(waiting, sums)
    finally:
        pool.shutdown(cancel_futures=True)


class _Sums:
    """The sum of a stream, made of those of its blocks."""

    def __init__(self) -> None:
        self._total = 0

    def add(self, piece: Piece) -> None:
        """Add a block.

        Raises:
            ArchiveError: if it is the last of its stream and the sum is wrong.

        """
        self._total = rotated(self._total) ^ piece.block_sum
        if piece.stream_sum is not None:
            if piece.stream_sum != self._total:
                raise ArchiveError("the archive is damaged (wrong sum of a stream)")
            self._total = 0


def _next(waiting: _Waiting, sums: _Sums) -> Iterator[bytes]:
    """Yield the content of the next block."""
    piece, future = waiting.popleft()
    try:
        block, decoder = future.result()
    except ArchiveError:
        piece, (block, decoder) = _joined(piece, waiting)
    sums.add(piece)
    yield block
    # A block of one repeated byte comes to 46 MB: only its first part was made ahead.
    while not decoder.eof:
        yield _proven(decoder, step(decoder, b"", MOST))


def _joined(piece: Piece, waiting: _Waiting) -> tuple[Piece, _Decoded]:
    """Return a block that a false mark had cut.

    Raises:
        ArchiveError: if it is damaged instead.

    """
    for _ in range(_MOST_JOINED):
        if piece.stream_sum is not None or not waiting:
            break
        piece = piece.joined(waiting.popleft()[0])
        try:
            return piece, _decoded(piece)
        except ArchiveError:
            continue
    raise ArchiveError("the archive is damaged (a block of bzip2 is not whole)")


def _decoded(piece: Piece) -> _Decoded:
    """Return the first part of a block, and what gives the rest."""
    decoder = bz2.BZ2Decompressor()
    stream, before = piece.as_stream()
    first = _proven(decoder, step(decoder, stream, MOST))
    return first[before:], decoder


def _proven(decoder: bz2.BZ2Decompressor, block: bytes) -> bytes:
    """Return a part of a block, if it is its last or as long as was asked for."""
    if decoder.unused_data or (not decoder.eof and len(block) < MOST):
        raise ArchiveError("the archive is damaged (a block of bzip2 is not whole)")
    return block
