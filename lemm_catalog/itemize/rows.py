"""The rows of a table of items, read as a stream and without trust.

A table has one reading or none: bytes that are no UTF-8, a quote that is not closed,
a row with more or fewer cells than the header, a column that is missing or there
twice are errors, since each of them could put a license beside the wrong item.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, cast

from lemm_catalog.errors import SourceError
from lemm_catalog.model.item_table import Column, ItemRow, ItemTable

# The longest cell: the life of an artist is longer than the library's 128 KiB.
_MOST_CELL = 1 << 20
_MOST_LINE = 1 << 24
# JSON as one text is read as a whole.
_MOST_JSON = 1 << 26
_DELIMITERS = {"csv": ",", "tsv": "\t"}

Row = Sequence[str]
Of = Callable[[Any], str]


def rows(pieces: Iterable[bytes], table: ItemTable) -> Iterator[ItemRow]:
    """Yield the rows of a table that count, in its order; no more than one is kept.

    Raises:
        SourceError: if the table cannot be read in exactly one way.

    """
    raw = cast(BinaryIO, io.BufferedReader(_Pieces(pieces), 1 << 18))
    with _in_words(table.file):
        if table.format in _DELIMITERS:
            yield from _delimited(raw, table)
        elif table.format == "jsonl":
            yield from _lines(raw, table)
        else:
            yield from _whole(raw, table)


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: is not UTF-8 text") from error
    except csv.Error as error:
        raise SourceError(f"{name}: is no table: {error}") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}: is no JSON: {error}") from error


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file, in which no NUL may be."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            if b"\0" in piece:
                raise SourceError("the table holds a NUL, which no text does")
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _delimited(raw: BinaryIO, table: ItemTable) -> Iterator[ItemRow]:
    # The limit is the whole process's; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), _MOST_CELL))
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    found = csv.reader(text, delimiter=_DELIMITERS[table.format], strict=True)
    header = list(islice(found, table.header))
    if len(header) < table.header:
        raise SourceError(f"{table.file}: ends within its {table.header} header rows")
    width = len(header[0]) if header else None
    take: _Taker | None = None
    if width is not None:
        _check_width(header, width, table, 0)
        take = _taker(table, lambda column: _cell(_place(column, header, table)))
    for row in found:
        if not row:
            continue
        if take is None or width is None:
            width = len(row)
            take = _taker(table, lambda c: _cell(_place(c, [row], table)))  # noqa: B023
        if len(row) != width:
            _check_width([row], width, table, found.line_num)
        if take.counts(row):
            yield take.row(row)


def _check_width(found: Iterable[Row], width: int, table: ItemTable, line: int) -> None:
    for row in found:
        if len(row) != width:
            where = f"line {line}" if line else "the header"
            raise SourceError(
                f"{table.file}: {where} has {len(row)} cells where {width} are expected"
            )


def _place(column: Column, header: Sequence[Row], table: ItemTable) -> int:
    """Return the place of a column, from 0."""
    width = len(header[0])
    if isinstance(column, int):
        if column > width:
            raise SourceError(f"{table.file}: has {width} columns, and no {column}th")
        return column - 1
    if not table.header:
        shown = ", ".join(column)
        message = f"{table.file}: has no header that could name the column {shown}"
        raise SourceError(message, mend="give its number, from 1")
    names = (
        tuple(cell.strip() for cell in cells if cell.strip())
        for cells in zip(*header, strict=True)
    )
    places = [place for place, name in enumerate(names) if name == column]
    if len(places) != 1:
        how_many = "two columns" if places else "no column"
        shown = ", ".join(column)
        raise SourceError(f"{table.file}: has {how_many} named {shown}")
    return places[0]


def _cell(place: int) -> Of:
    return lambda row: str(row[place])


class _Taker(NamedTuple):
    """What takes of a row that which is asked for."""

    key: Of
    license: Of
    title: Of
    author: Of
    url: Of
    where: Of
    among: frozenset[str] | None

    def counts(self, row: Any) -> bool:
        return self.among is None or self.where(row).strip() in self.among

    def row(self, row: Any) -> ItemRow:
        return ItemRow(
            self.key(row).strip(),
            self.license(row),
            self.title(row),
            self.author(row),
            self.url(row),
        )


def _taker(table: ItemTable, of: Callable[[Column], Of]) -> _Taker:
    def maybe(column: Column | None) -> Of:
        return of(column) if column is not None else lambda _: ""

    where = table.where
    return _Taker(
        key=of(table.key),
        license=of(table.license),
        title=maybe(table.title),
        author=maybe(table.author),
        url=maybe(table.url),
        where=maybe(where.column if where else None),
        among=frozenset(where.among) if where else None,
    )


def _lines(raw: BinaryIO, table: ItemTable) -> Iterator[ItemRow]:
    number = 0
    while line := raw.readline(_MOST_LINE + 1):
        number += 1
        if len(line) > _MOST_LINE:
            raise SourceError(f"{table.file}: line {number} is longer than 16 MiB")
        if line.strip():
            yield from _records([_json(line)], table, f"line {number}")


def _whole(raw: BinaryIO, table: ItemTable) -> Iterator[ItemRow]:
    data = raw.read(_MOST_JSON + 1)
    if len(data) > _MOST_JSON:
        raise SourceError(f"{table.file}: is longer than 64 MiB; JSONL may be")
    found = _json(data)
    if not isinstance(found, list):
        raise SourceError(f"{table.file}: is no list of mappings")
    yield from _records(found, table, "an item")


def _json(data: bytes) -> Any:
    return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _records(found: Iterable[Any], table: ItemTable, place: str) -> Iterator[ItemRow]:
    take = _taker(table, lambda column: _member(column, table, place))
    for record in found:
        if take.counts(record):
            yield take.row(record)


def _member(column: Column, table: ItemTable, place: str) -> Of:
    if isinstance(column, int):
        raise SourceError(f"{table.file}: in JSON a column has a name, not a number")

    def of(record: Any) -> str:
        value = record
        for name in column:
            if not isinstance(value, dict) or name not in value:
                shown = ".".join(column)
                raise SourceError(f"{table.file}: {place} has no {shown}")
            value = value[name]
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            shown = ".".join(column)
            raise SourceError(f"{table.file}: {shown} of {place} is no text")
        return str(value)

    return of
