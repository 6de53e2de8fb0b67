"""Who writes the members of an archive: this thread alone, threads, or processes."""

import os
from contextlib import suppress
from typing import BinaryIO

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.zip import ZipReader
from lemm_catalog.processes import cores
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpacking.crew import Crew
from lemm_catalog.unpacking.hands import COST, Team, Threads
from lemm_catalog.unpacking.places import InRing, InZip, Place
from lemm_catalog.unpacking.tally import Limits, Tally

_MOST_THREADS = 8
_MOST_PROCESSES = 8
# One thread reads a stream for all of them, and is the slowest from there on.
_MOST_BEHIND_ONE = 4
# What an archive must come to before the start of processes pays, in bytes, where a
# member counts as much as so many more.
_PAYS = 1 << 26
# What members of a stream come to on average, at most: larger ones wait for the
# decoder, and the way through memory only costs.
_TINY = 1 << 15
_CAN = hasattr(os, "pread") and hasattr(os, "pwritev") and os.name == "posix"


def team_for(
    archive: BinaryIO,
    reader: ArchiveReader,
    tree: StagedTree,
    tally: Tally,
    limits: Limits,
) -> Team | None:
    """Return who writes the members beside this thread; None if nobody does."""
    count = cores()
    if count > 1 and _CAN and tree.descriptor is not None and _pays(limits):
        with suppress(OSError):
            return _crew(archive, reader, tree.descriptor, tally, limits)
    if count > 1 and not reader.streams:
        return Threads(tree, tally, min(count, _MOST_THREADS))
    return None


def _pays(limits: Limits) -> bool:
    return limits.bytes + COST * (limits.members or 0) >= _PAYS


def _crew(
    archive: BinaryIO, reader: ArchiveReader, root: int, tally: Tally, limits: Limits
) -> Crew:
    place: Place
    if isinstance(reader, ZipReader):
        count = min(cores(), _MOST_PROCESSES)
        place = InZip(archive)
    elif reader.streams and limits.bytes // (limits.members or 1) <= _TINY:
        count = min(cores(), _MOST_BEHIND_ONE)
        place = InRing(2 * count)
    else:
        raise OSError
    return Crew(root, place, count, tally)
