"""A thread ahead of the one that writes."""

import queue
import threading
from collections.abc import Iterator

# What waits between the thread that decodes and the one that writes, and how much
# is handed over at once: waking the other costs more than a block.
_AHEAD = 6
_AT_ONCE = 1 << 19


def ahead(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same blocks, made by a thread of their own, a few of them ahead.

    The decompressors let go of the interpreter's lock, so that decoding goes on while
    the blocks before are hashed and written.
    """
    waiting: queue.Queue[list[bytes] | BaseException | None] = queue.Queue(_AHEAD)
    is_over = threading.Event()

    def put(item: list[bytes] | BaseException | None) -> bool:
        while not is_over.is_set():
            try:
                waiting.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def decode() -> None:
        try:
            for several in _together(blocks):
                if not put(several):
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
            yield from item
    finally:
        is_over.set()
        worker.join()


def _together(blocks: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Yield the blocks several at a time; those before an error come before it."""
    several: list[bytes] = []
    size = 0
    try:
        for block in blocks:
            several.append(block)
            size += len(block)
            if size >= _AT_ONCE:
                yield several
                several, size = [], 0
    except Exception:
        if several:
            yield several
        raise
    if several:
        yield several
