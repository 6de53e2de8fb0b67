"""A process that writes members: it reads them itself, and says what they came to.

Batches come in on stdin as `marshal` writes them; what is said on stdout goes with
its length before it. First it says that it is there: an empty answer.
"""

import gc
import marshal
import mmap
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from lemm_catalog.errors import LemmError
from lemm_catalog.store.tree import StagedTree

_TOLD_BYTES = 1 << 23

# The time and the digest of a member.
Row = tuple[int, str]
# Writes a batch, and tells of the bytes meanwhile.
Write = Callable[[StagedTree, Any, Callable[[int], None]], list[Row]]


def serve(kind: str, source: int, root: int, alive: int) -> None:
    """Write batches until there are no more, or nobody is left who wants them.

    All but ``kind`` are descriptors: what members are read from, the folder they are
    written into, and a pipe whose other end closes with the process that started us.
    """
    gc.disable()  # nothing here goes in circles
    # Whoever started us hears these, and ends us.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
    write = _from_zip(source) if kind == "zip" else _from_ring(source)
    with StagedTree(root) as tree, open(0, "rb", closefd=False) as batches:
        _say(None)
        with suppress(EOFError):
            while True:
                batch = marshal.load(batches)  # noqa: S302 - our own parent wrote it
                _say(_answer(tree, write, batch))


def _end_with(alive: int) -> None:
    # At once, also amid a member: the next process may be clearing up already.
    os.read(alive, 1)
    os._exit(1)


def _say(what: Any) -> None:
    data = marshal.dumps(what)
    data = len(data).to_bytes(4, "little") + data
    while data:
        data = data[os.write(1, data) :]


def _answer(tree: StagedTree, write: Write, batch: Any) -> tuple[str, Any, Any]:
    """Return the time and digest of each member, or the first fault."""
    untold = 0

    def between(count: int) -> None:
        nonlocal untold
        untold += count
        if untold >= _TOLD_BYTES:
            _say(untold)
            untold = 0

    try:
        rows = write(tree, batch, between)
    except LemmError as error:
        return type(error).__name__, error.message, error.mend
    except OSError as error:
        return "OSError", error.errno, error.strerror
    return "", rows, untold


def _from_zip(descriptor: int) -> Write:
    # Brings all decompressors: only for those who need one.
    from lemm_catalog.archives.base import Entry
    from lemm_catalog.archives.zip_content import Content, Source
    from lemm_catalog.archives.zip_directory import Record
    from lemm_catalog.unpacking.writing import write

    source = Source(open(descriptor, "rb", closefd=False))  # noqa: SIM115

    def written(
        tree: StagedTree, batch: Any, between: Callable[[int], None]
    ) -> list[Row]:
        rows = []
        for name, path, can_run, fields, limit in batch:
            record = Record(*fields)
            entry = Entry(name, False, record.size, can_run, record.mtime, None)
            content = Content(source, record, limit)
            member = write(tree, entry, path, content, between)
            rows.append((member.mtime_ns, member.sha256))
        return rows

    return written


def _from_ring(descriptor: int) -> Write:
    ring = memoryview(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ))

    def written(
        tree: StagedTree, batch: Any, between: Callable[[int], None]
    ) -> list[Row]:
        rows = []
        start, members = batch
        for path, can_run, mtime, size in members:
            data = ring[start : start + size]
            mtime_ns = tree.put(path, data, can_run, mtime)
            rows.append((mtime_ns, sha256(data).hexdigest()))
            start += size
        between(sum(size for _, _, _, size in members))
        return rows

    return written
