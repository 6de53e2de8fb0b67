"""Writing one member: as many bytes as it declares, digested on their way.

The same for whoever writes, this process or one beside it.
"""

import hashlib
from collections.abc import Callable, Iterable
from itertools import chain
from typing import NamedTuple

from lemm_catalog.archives.base import Entry
from lemm_catalog.archives.names import shown
from lemm_catalog.errors import ArchiveError
from lemm_catalog.store.tree import StagedTree

Content = memoryview | bytes | Iterable[memoryview | bytes]
# A member, its path below the tree, and what it holds.
Item = tuple[Entry, str, Content]


class Member(NamedTuple):
    """One unpacked file: its POSIX path below the tree, and how to know it again."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


def write(
    tree: StagedTree,
    entry: Entry,
    path: str,
    content: Content,
    between: Callable[[int], None],
) -> Member:
    """Write a member; ``between`` hears of bytes as they are written, and may raise.

    Raises:
        ArchiveError: if the content is damaged, or not of the declared size.
        LocalError: if this machine cannot take it.

    """
    if isinstance(content, memoryview | bytes):
        return _whole(tree, entry, path, content, between)
    pieces = iter(content)
    first = next(pieces, b"")
    if len(first) != entry.size:
        return _streamed(tree, entry, path, chain((first,), pieces), between)
    # One piece, as of most members: to ask for a second one proves the first.
    if any(pieces):
        raise of_another_size(entry)
    return _whole(tree, entry, path, first, between)


def _whole(
    tree: StagedTree,
    entry: Entry,
    path: str,
    data: memoryview | bytes,
    between: Callable[[int], None],
) -> Member:
    if (size := len(data)) != entry.size:
        raise of_another_size(entry)
    mtime_ns = tree.put(path, data, entry.executable, entry.mtime)
    between(size)
    return Member(path, size, mtime_ns, hashlib.sha256(data).hexdigest())


def _streamed(
    tree: StagedTree,
    entry: Entry,
    path: str,
    chunks: Iterable[memoryview | bytes],
    between: Callable[[int], None],
) -> Member:
    digest = hashlib.sha256()
    size = 0
    with tree.create(path, entry.executable, entry.mtime) as file:
        for chunk in chunks:
            size += len(chunk)
            if size > entry.size:
                raise of_another_size(entry)
            file.write(chunk)
            between(len(chunk))
            digest.update(chunk)
    if size != entry.size:
        raise of_another_size(entry)
    return Member(path, size, file.mtime_ns, digest.hexdigest())


def of_another_size(entry: Entry) -> ArchiveError:
    """Return why a member is refused that is not as large as it declares."""
    return ArchiveError(
        f"the archive holds {shown(entry.name)}, whose content is not of the"
        " declared size"
    )
