"""The marks of a kept file: the sha256 of all before the end of each stride.

They are free where a file is hashed as it comes. With them one flipped byte costs one
stride, fetched and proven before it is written. They are of no use but that: marks
that are missing, damaged or of other bytes mean that the whole file is fetched anew.

A line that says of what they are, then one in hexadecimal for each full stride.
"""

from collections.abc import Sequence
from pathlib import Path

from lemm_catalog.store.files import write_atomically

STRIDE = 1024 * 1024
_HEAD = "lemm-catalog/marks@1"


def write_marks(path: Path, sha256: str, size: int, marks: Sequence[bytes]) -> None:
    """Keep the marks of a file, unless it is too short to have any use of them.

    Raises:
        LocalError: if the disk does not let it.

    """
    if size > STRIDE and len(marks) == size // STRIDE:
        lines = (f"{_HEAD} {STRIDE} {size} {sha256}", *(mark.hex() for mark in marks))
        write_atomically(path, "\n".join(lines) + "\n")


def read_marks(path: Path, sha256: str, size: int) -> list[bytes] | None:
    """Return the digest at the end of each stride of a file, if they are known."""
    head = f"{_HEAD} {STRIDE} {size} {sha256}"
    try:
        if path.lstat().st_size != len(head) + 1 + 65 * (size // STRIDE):
            return None
        first, *lines = path.read_text(encoding="ascii").splitlines()
        marks = [bytes.fromhex(line) for line in lines]
        whole = bytes.fromhex(sha256)
    except (OSError, ValueError):
        return None
    if first != head or {len(mark) for mark in (whole, *marks)} != {32}:
        return None
    return [*marks, whole] if size % STRIDE else [*marks[:-1], whole]
