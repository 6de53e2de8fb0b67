"""A lost ledger written anew, from what proves it and never from the tree alone.

A kept file's is a line of what the receipt says. An archive's is read from the whole
archive once more, whose digest must be the manifest's; nothing in the tree is written.
"""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.digest import RunningDigests
from lemm_catalog.errors import ArchiveError, WrongBytesError
from lemm_catalog.mend.members import path_of
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.store.amend import PublishedTree
from lemm_catalog.store.files import NEW, move, remove_tree
from lemm_catalog.store.ledger import LedgerWriter
from lemm_catalog.transfer.ranges import Ranges

_SECOND = 1_000_000_000


def write_from_receipt(
    place: Path, received: ReceivedArtifact, tree: PublishedTree
) -> None:
    """Write the ledger of a file that was kept as it is.

    Raises:
        LocalError: if the disk does not let it.

    """
    with _Aside(place) as ledger:
        _add_kept(ledger, received, tree)


def write_from_archive(
    place: Path,
    artifact: Artifact,
    received: ReceivedArtifact,
    tree: PublishedTree,
    source: Ranges,
    reader: ArchiveReader,
) -> bool:
    """Write the ledger of an unpacked archive; True once it is in place.

    Raises:
        SourceError: if the source fails, or does not give the manifest's bytes.
        LocalError: if the disk does not let it.

    """
    assert artifact.unpack is not None
    running = RunningDigests({digest.algorithm for digest in artifact.digests})
    members = total = 0
    with source.stream() as raw, _Aside(place) as ledger:
        whole = _Heard(raw, running.update)
        file = io.BufferedReader(whole, 1 << 20)
        for entry in reader.entries(cast(BinaryIO, file)):
            digest = hashlib.sha256()
            for chunk in entry.chunks():
                digest.update(chunk)
                total += len(chunk)
                if total > received.unpacked_bytes:
                    raise ArchiveError(f"{artifact.path}: holds more than it did")
            if not entry.is_dir:
                members += 1
                path = path_of(artifact.unpack, entry.name)
                mtime_ns = tree.mtime_of(path) or entry.mtime * _SECOND
                ledger.add(digest.hexdigest(), entry.size, mtime_ns, path)
        while file.read(1 << 20):
            pass
        if set(running.digests()) != set(artifact.digests):
            raise WrongBytesError(f"{source.address.shown}: gave other bytes")
        if members != received.members:
            raise ArchiveError(f"{artifact.path}: holds other members than it did")
        if received.kept:
            _add_kept(ledger, received, tree)
    return True


def _add_kept(
    ledger: LedgerWriter, received: ReceivedArtifact, tree: PublishedTree
) -> None:
    mtime_ns = tree.mtime_of(received.path) or 0
    sha256 = received.checksums["sha256"]
    ledger.add(sha256, received.size, mtime_ns, received.path)


class _Aside:
    """A ledger that takes its place only when it is whole."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._new = place.parent / f"{NEW}{place.name}"
        self._writer = LedgerWriter(self._new)

    def __enter__(self) -> LedgerWriter:
        return self._writer.__enter__()

    def __exit__(self, kind: Any, *rest: Any) -> None:
        self._writer.__exit__(kind, *rest)
        if kind is None:
            remove_tree(self._place)  # a folder may be in its place
            move(self._new, self._place)
        else:
            remove_tree(self._new)


class _Heard(io.RawIOBase):
    """A stream of which somebody hears every byte."""

    def __init__(
        self, raw: BinaryIO | io.BufferedReader, heard: Callable[[bytes], object]
    ) -> None:
        super().__init__()
        self._raw = raw
        self._heard = heard

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        data = self._raw.read(len(buffer))
        self._heard(data)
        memoryview(buffer)[: len(data)] = data
        return len(data)
