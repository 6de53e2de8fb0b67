"""Reading and writing at a place of an open file, from several threads at once."""

import os
import threading
from typing import BinaryIO


def write_at(
    file: BinaryIO, data: memoryview, offset: int, seeking: threading.Lock
) -> None:
    """Write all of some bytes; ``seeking`` is the lock of this file.

    Raises:
        OSError: if the disk does not take them.

    """
    if hasattr(os, "pwrite"):
        while data:
            written = os.pwrite(file.fileno(), data, offset)
            data, offset = data[written:], offset + written
        return
    with seeking:  # on Windows a seek and a write must not be torn apart
        file.seek(offset)
        while data:
            data = data[file.write(data) :]


def read_at(file: BinaryIO, offset: int, count: int, seeking: threading.Lock) -> bytes:
    """Return at most so many bytes; ``seeking`` is the lock of this file.

    Raises:
        OSError: if the disk does not give them.

    """
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), count, offset)
    with seeking:
        file.seek(offset)
        return file.read(count)
