"""The table that says which item of a dataset is under which license."""

from typing import Literal, NamedTuple

TableFormat = Literal["csv", "tsv", "json", "jsonl"]
# By its number, from 1, or by its name: the header cells from top to bottom, of
# which empty ones do not count; in JSON the keys from the outermost inwards.
Column = int | tuple[str, ...]


class Where(NamedTuple):
    """Which rows are meant: those whose column has one of some values."""

    column: Column
    among: tuple[str, ...]


class ItemTable(NamedTuple):
    """Where the table is, and how it is read.

    ``file`` is a path in the archive ``inside``, or else one of the dataset's files.
    ``path`` makes the path of an item of its key (see `item_path`); ``besides`` are
    the paths in the same archives that are no items. ``words`` has the expression of
    each spelling that a person has looked at.
    """

    file: str
    inside: str | None
    format: TableFormat
    header: int
    key: Column
    license: Column
    path: str
    title: Column | None = None
    author: Column | None = None
    url: Column | None = None
    where: Where | None = None
    besides: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    @property
    def artifact(self) -> str:
        """The path of the artifact that brings the table."""
        return self.inside or self.file


class ItemRow(NamedTuple):
    """What a table says of one item, as it stands there."""

    key: str
    license: str
    title: str = ""
    author: str = ""
    url: str = ""


class Credited(NamedTuple):
    """Whom one item is to be credited to; ``path`` is its place in the dataset."""

    path: str
    title: str
    author: str
    license: str
    url: str
