"""Unpacking: the members of an archive into a staged tree, contained and bounded.

The reader proves the archive, the tree contains it, and a tally bounds it: by bytes
that were really written: no member gets more than it declares, nor all of them more
than the manifest does. The first fault ends it, and whoever helps with it; the caller
then deletes the staged folder, so that nothing half-made is ever seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from lemm_catalog.archives.base import ArchiveReader, Entry
from lemm_catalog.archives.names import shown
from lemm_catalog.errors import ArchiveError
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpacking.hands import Hands
from lemm_catalog.unpacking.tally import Limits, Tally
from lemm_catalog.unpacking.teams import team_for
from lemm_catalog.unpacking.writing import Member

__all__ = ["Limits", "Member", "Unpacked", "unpack"]


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """What an archive came to."""

    members: int
    bytes: int


def unpack(
    archive: BinaryIO,
    reader: ArchiveReader,
    tree: StagedTree,
    *,
    limits: Limits,
    strip: int = 0,
    record: Callable[[Member], None],
    advanced: Callable[[int], None],
) -> Unpacked:
    """Write all members into the tree, without their ``strip`` leading folders.

    Each file is told to ``record`` once it is written, and now and then the bytes
    written since to ``advanced``. Errors of ``archive`` itself pass through unchanged.

    Raises:
        ArchiveError: if the archive is damaged or hostile, or exceeds its limits.
        LocalError: if this machine cannot take the files.

    """
    tally = Tally(limits, advanced)
    team = team_for(archive, reader, tree, tally, limits)
    with Hands(tree, tally, record, team) as hands:
        for entry in reader.entries(archive):
            path = _stripped(entry, strip) if strip else entry.name
            if entry.is_dir:
                tally.add_folder()
                if path:
                    tree.make_dir(path)
            else:
                tally.add_member(entry)
                hands.write(entry, path)
    tally.tell()
    return Unpacked(members=tally.members, bytes=tally.bytes)


def _stripped(entry: Entry, strip: int) -> str:
    parts = entry.name.split("/", strip)
    if not entry.is_dir and len(parts) <= strip:
        noun = "folder" if strip == 1 else "folders"
        raise ArchiveError(
            f"the archive holds {shown(entry.name)}, a file that nothing is left of"
            f" without its {strip} leading {noun}"
        )
    return parts[strip] if len(parts) > strip else ""
