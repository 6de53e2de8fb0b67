"""A kept file mended segment by segment, as its marks prove them."""

import hashlib
import os
from collections.abc import Callable

from lemm_catalog.errors import WrongBytesError
from lemm_catalog.store.amend import PublishedTree, write_piece
from lemm_catalog.store.ledger import Line
from lemm_catalog.store.marks import STRIDE

# Where more than every other segment is wrong, several connections bring them sooner.
_AT_LEAST = 4

Part = Callable[[int, int], bytes]


def mend_file(tree: PublishedTree, line: Line, marks: list[bytes], fetch: Part) -> bool:
    """Mend a file, and return whether all of it is right now.

    ``fetch`` gives the bytes of a part. A segment is written once it is proven.

    Raises:
        SourceError: if the source does not give them.
        OSError: if the disk does not let it, or there is no such file.

    """
    file = tree.open(line.path, os.O_RDWR)
    try:
        if os.fstat(file).st_size < line.size // 2:
            return False
        if not _is_mended(file, line, marks, fetch):
            return False
        os.ftruncate(file, line.size)
        os.fsync(file)
        os.utime(file, ns=(line.mtime_ns, line.mtime_ns))
    finally:
        os.close(file)
    return True


def _is_mended(file: int, line: Line, marks: list[bytes], fetch: Part) -> bool:
    before = hashlib.sha256()
    left = max(len(marks) // 2, _AT_LEAST)
    for index, mark in enumerate(marks):
        start = index * STRIDE
        stop = min(start + STRIDE, line.size)
        after = before.copy()
        after.update(_read(file, start, stop - start))
        if after.digest() != mark:
            if not left:
                return False
            left -= 1
            piece = fetch(start, stop)
            after = before.copy()
            after.update(piece)
            if after.digest() != mark:
                raise WrongBytesError(f"{line.path}: other bytes come than are missing")
            write_piece(file, piece, start)
        before = after
    return before.hexdigest() == line.sha256


def _read(file: int, start: int, count: int) -> bytes:
    os.lseek(file, start, os.SEEK_SET)
    pieces = []
    try:
        while count and (piece := os.read(file, count)):
            pieces.append(piece)
            count -= len(piece)
    except OSError:
        return b""  # a sector that cannot be read is as good as a wrong one
    return b"".join(pieces)
