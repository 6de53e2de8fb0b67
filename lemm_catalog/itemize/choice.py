"""Which members of an archive a policy allows, by the table that says so."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.picking import Picking
from lemm_catalog.itemize.rows import rows
from lemm_catalog.model.artifact import Artifact, Unpacking
from lemm_catalog.model.item_table import Credited, ItemTable
from lemm_catalog.model.receipt import Selection
from lemm_catalog.rules.itemizing import Decided, Judge, mark_of, selection_of
from lemm_catalog.store.files import local_errors

# Gives the bytes of a table; each time from the beginning.
Opens = Callable[[], Iterator[bytes]]


def decided(table: ItemTable, opens: Opens, judge: Judge) -> Decided:
    """Return what a policy makes of the items of a table.

    Raises:
        SourceError: if the table cannot be read in exactly one way.
        LocalError: if it is not what was fetched.

    """
    found = Decided(table, judge)
    for row in rows(opens(), table):
        found.add(row)
    return found


class Choice:
    """The members of one archive that a policy allows: a `Picker`.

    What has no row is left out as well, unless the manifest says that it is no item.
    """

    def __init__(
        self, artifact: Artifact, table: ItemTable, digest: str, found: Decided
    ) -> None:
        assert artifact.picked
        self._table = table
        self._digest = digest
        self._decided = found
        self._unpack = artifact.unpack or Unpacking()
        self._besides = frozenset(table.besides)
        self._policy = artifact.picked.policy
        said = ((one.spelling, one.decision) for one in found.said)
        picked = artifact.picked._replace(mark=mark_of(table, digest, said))
        self.artifact = artifact._replace(picked=picked)
        self.begin()

    def begin(self) -> None:
        """Forget which members were seen."""
        self._members = Counter[str | None]()
        self._taken = set[str]()

    def reader(self, reader: ArchiveReader) -> ArchiveReader:
        """Return a reader of just the chosen members."""
        return Picking(reader, self)

    def may_pass(self, name: str) -> bool:
        """Whether a member is an item that the policy does not allow."""
        path = self._unpack.place_of(name)
        said = self._decided.of(path)
        if said is None:
            return False  # a folder, say
        self._members[said.spelling] += 1
        if said.decision == "allowed":
            self._taken.add(path)
            return False
        return True

    def wants(self, name: str) -> bool:
        """Whether a file is an allowed item, or none at all."""
        path = self._unpack.place_of(name)
        said = self._decided.of(path)
        if said is not None:
            return said.decision == "allowed"
        if path in self._besides:
            return True
        self._members[None] += 1
        return False

    def selection(self) -> Selection:
        """Return what the receipt keeps of it."""
        return selection_of(self._decided, self._members, self._policy, self._digest)

    def write_credits(self, place: Path, opens: Opens) -> None:
        """Write whom the items that were taken are to be credited to, as CSV.

        Raises:
            LocalError: if the disk does not let it.

        """
        with (
            local_errors(place),
            place.open("w", encoding="utf-8", newline="") as file,
        ):
            write = csv.writer(file, lineterminator="\n").writerow
            write(Credited._fields)
            for credit in credits_of(self._table, opens, self._decided):
                if credit.path in self._taken:
                    write(credit)


class Chosen(NamedTuple):
    """A choice, and what gives the table again that it was made by."""

    choice: Choice
    opens: Opens


def credits_of(table: ItemTable, opens: Opens, found: Decided) -> Iterator[Credited]:
    """Give the credits of all items of a table, in its order, each path once."""
    told = set[str]()
    for row in rows(opens(), table):
        credit = found.credit(row)
        if credit and credit.path not in told:
            told.add(credit.path)
            yield credit
