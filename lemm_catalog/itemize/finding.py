"""Where a table of items lies on this machine, and its bytes, proven on the way."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lemm_catalog.archives.ahead import ahead
from lemm_catalog.archives.base import Entry, PickingReader
from lemm_catalog.archives.names import checked, decoded
from lemm_catalog.archives.table import reader_for
from lemm_catalog.archives.zip_directory import directory
from lemm_catalog.digest import RunningDigests
from lemm_catalog.errors import ArchiveError, LocalError, SourceError
from lemm_catalog.model.artifact import Artifact, Unpacking
from lemm_catalog.model.item_table import ItemTable
from lemm_catalog.rules.deciding import is_satisfied
from lemm_catalog.store.contents import Contents
from lemm_catalog.store.files import local_errors
from lemm_catalog.store.ledger import Line, read_ledger

_PIECE = 1 << 18


class TablePlace(NamedTuple):
    """A file, and the digest it had; or, without one, an archive that is whole."""

    path: Path
    sha256: str | None


def place_of(
    store: Contents, artifact: Artifact, table: ItemTable
) -> TablePlace | None:
    """Return where the table lies that an artifact brings; None if it does not.

    What an interrupted pull has verified counts before what is published.

    Raises:
        SourceError: if the archive is here and the table is not in it.
        LocalError: if the store cannot be looked at.

    """
    layout, dataset = store.layout, artifact.dataset
    size = artifact.size or 0
    holding = store.holding(dataset, [(artifact.path, size)])
    folder = layout.staged(dataset, artifact.path)
    staged = holding.staged.get(artifact.path)
    if staged and staged.record and is_satisfied(artifact, staged.record):
        root = folder / ("tree" if artifact.unpack else "")
        brought = read_ledger(folder / "ledger")
        return _below(root, brought, artifact, table, is_staged=True)
    received = holding.receipt.artifacts if holding.receipt else ()
    for one in received:
        if one.path == artifact.path and is_satisfied(artifact, one):
            lines = store.ledger(dataset, artifact.path)
            return _below(layout.dataset(dataset), lines, artifact, table)
    begun = staged.done if staged else -1
    for whole, done in (
        (folder / "data", begun),
        (layout.small(dataset) / "tree" / artifact.path, begun),
        (
            layout.dataset(dataset) / artifact.path,
            holding.lying.get(artifact.path, -1),
        ),
    ):
        if artifact.is_pinned and done == size and _is_whole(whole, artifact):
            sha256 = None if artifact.unpack else _sha256(whole)
            return TablePlace(whole, sha256)
    return None


def _below(
    root: Path,
    lines: Iterable[Line] | None,
    artifact: Artifact,
    table: ItemTable,
    *,
    is_staged: bool = False,
) -> TablePlace:
    unpack = artifact.unpack
    name = unpack.place_of(table.file) if unpack else artifact.path
    line = next((one for one in lines or () if one.path == name), None)
    if line is None:
        raise SourceError(f"{artifact.path}: brings no {table.file}")
    is_data = is_staged and unpack is None
    return TablePlace(root / ("data" if is_data else name), line.sha256)


def _is_whole(path: Path, artifact: Artifact) -> bool:
    """Whether a file has the bytes that the manifest pins."""
    digest = artifact.digests[0]
    running = RunningDigests({digest.algorithm})
    with local_errors(path):
        if not path.is_file():
            return False
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                running.update(piece)
    return digest in running.digests()


def _sha256(path: Path) -> str:
    with local_errors(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pieces_of(
    place: TablePlace, artifact: Artifact, table: ItemTable
) -> Iterator[bytes]:
    """Yield the bytes of a table; reaching the end proves them.

    Raises:
        LocalError: if they are not those that were fetched.
        ArchiveError: if the archive is damaged, or the table larger than declared.
        SourceError: if the table is not in the archive.

    """
    with local_errors(place.path), place.path.open("rb") as file:
        if place.sha256 is None:
            yield from _inside(file, artifact, table)
            return
        running = hashlib.sha256()
        while piece := file.read(_PIECE):
            running.update(piece)
            yield piece
    if running.hexdigest() != place.sha256:
        raise LocalError(
            f"{place.path}: is not what was fetched any more",
            mend=f"lemm-catalog verify {artifact.dataset} --repair",
        )


def _inside(file: BinaryIO, artifact: Artifact, table: ItemTable) -> Iterator[bytes]:
    for entry in _entries(file, artifact, table.file):
        if entry.name != table.file or entry.is_dir:
            continue
        if entry.size > artifact.most_unpacked:
            most = artifact.most_unpacked
            raise ArchiveError(
                f"{table.file}: is larger than the declared {most} bytes"
            )
        # Decompressing takes as long as reading the rows: both at once.
        yield from ahead(map(bytes, entry.chunks()))
        return
    raise SourceError(f"{artifact.path}: brings no {table.file}")


def _entries(file: BinaryIO, artifact: Artifact, wanted: str) -> Iterator[Entry]:
    unpack = artifact.unpack or Unpacking()
    reader = reader_for(artifact.path, unpack.format)
    if isinstance(reader, PickingReader):
        return reader.picked(file, lambda name: name == wanted)
    return reader.entries(file)


def sizes_of(store: Contents, artifact: Artifact) -> dict[str, int] | None:
    """Return the bytes of an archive's members by their paths in the dataset.

    From what is published of it, or else from the directory of an archive that is
    here; None if neither is.
    """
    layout, dataset = store.layout, artifact.dataset
    receipt = store.receipt(dataset)
    if receipt and any(a.path == artifact.path for a in receipt.artifacts):
        lines = store.ledger(dataset, artifact.path)
        return {line.path: line.size for line in lines} if lines else None
    for archive in (
        layout.staged(dataset, artifact.path) / "data",
        layout.dataset(dataset) / artifact.path,
    ):
        if found := _listed_in(archive, artifact):
            return found
    return None


def _listed_in(archive: Path, artifact: Artifact) -> dict[str, int] | None:
    unpack = artifact.unpack or Unpacking()
    reader = reader_for(artifact.path, unpack.format)
    if not isinstance(reader, PickingReader) or not archive.is_file():
        return None
    with local_errors(archive), archive.open("rb") as file:
        try:
            return {
                unpack.place_of(checked(decoded(one.name), is_dir=False)): one.size
                for one in directory(file)[0]
                if not one.name.endswith(b"/")
            }
        except ArchiveError:
            return None  # still growing, say
