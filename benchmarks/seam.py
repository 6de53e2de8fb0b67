"""Unpacking alone, as a pull does it, in a process of its own: the driver script.

    python seam.py ARCHIVE FOLDER BYTES MEMBERS

There is no fetching, no digest of the archive and no publishing here; members are
still contained, bounded, digested and written down, as `lemm_catalog.bring` does it.
"""

import sys
from pathlib import Path

from lemm_catalog.archives.table import reader_for
from lemm_catalog.store.ledger import LedgerWriter
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpack import Limits, Member, unpack


def main(archive: Path, folder: Path, size: int, members: int) -> None:
    """Unpack an archive below a folder."""
    root = folder / "tree"
    root.mkdir()
    with (
        LedgerWriter(folder / "ledger") as ledger,
        StagedTree(root) as tree,
        archive.open("rb") as file,
    ):

        def record(member: Member) -> None:
            ledger.add(member.sha256, member.size, member.mtime_ns, member.path)

        unpack(
            file,
            reader_for(archive.name),
            tree,
            limits=Limits(bytes=size, members=members),
            record=record,
            advanced=lambda _: None,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
