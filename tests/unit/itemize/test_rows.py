"""Tables of items have one reading or none."""

from collections.abc import Iterator
from random import Random

import pytest

from lemm_catalog.errors import SourceError
from lemm_catalog.itemize.rows import rows
from lemm_catalog.model.item_table import ItemRow, ItemTable, Where
from tests.item_tables import tracks_csv

PLAIN = ItemTable(
    file="items.csv",
    inside=None,
    format="csv",
    header=1,
    key=("id",),
    license=("license",),
    path="{key}",
)
FMA = ItemTable(
    file="fma_metadata/tracks.csv",
    inside="fma_metadata.zip",
    format="csv",
    header=3,
    key=("track_id",),
    license=("track", "license"),
    path="{key:06}.mp3",
    title=("track", "title"),
    author=("artist", "name"),
    where=Where(("set", "subset"), ("small",)),
)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def read(data: bytes, table: ItemTable = PLAIN, size: int = 7) -> list[ItemRow]:
    return list(rows(cut(data, size), table))


@pytest.mark.parametrize("size", [1, 4096])
def test_the_columns_of_three_header_rows_are_found(size: int) -> None:
    tracks = [(2, "small", "CC0 1.0"), (3, "large", "B"), (5, "small", "Attri,bution")]
    data = b"".join(tracks_csv(tracks, Random(1)))
    assert read(data, FMA, size) == [
        ItemRow("2", "CC0 1.0", "Track,\nthe 2th", "Artist 0, & others"),
        ItemRow("5", "Attri,bution", "Track,\nthe 5th", "Artist 0, & others"),
    ]


def test_any_column_may_be_named_by_its_number() -> None:
    bare = PLAIN._replace(header=0, key=1, license=3)
    assert read(b"1,x,A\n2,y,B\n", bare) == [ItemRow("1", "A"), ItemRow("2", "B")]
    tabs = PLAIN._replace(format="tsv", title=2)
    assert read(b"id\tb\tlicense\r\n1\t,\tA\r\n", tabs) == [ItemRow("1", "A", ",")]


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert read("\ufeffid,license\n1,A\n".encode()) == [ItemRow("1", "A")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"id,title\n1,A\n", "items.csv: has no column named license"),
        (b"id,license,license\n1,A,B\n", "items.csv: has two columns named license"),
        (b"id,license\n1\n", "items.csv: line 2 has 1 cells where 2 are expected"),
        (b"id,license\n1,A,B\n", "items.csv: line 2 has 3 cells where 2 are expected"),
        (b'id,license\n1,"A\n', "items.csv: is no table: unexpected end of data"),
        (b'id,license\n1,"A"x\n', "items.csv: is no table: ',' expected after '\"'"),
        (b"id,license\n1,\xff\n", "items.csv: is not UTF-8 text"),
        (b"id,license\n1,\0\n", "the table holds a NUL, which no text does"),
        (b"id,license\n1," + b"x" * (2 << 20), "field larger than field limit"),
        (b"", "items.csv: ends within its 1 header rows"),
    ],
)
def test_a_table_that_can_be_misread_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(data, size=4096)
    assert words in caught.value.message


def test_a_header_of_unequal_rows_is_refused() -> None:
    with pytest.raises(SourceError, match="the header has 2 cells where 3 are"):
        read(b"a,b,c\na,b\n", PLAIN._replace(header=2))


def test_names_need_a_header_and_numbers_a_column() -> None:
    with pytest.raises(SourceError, match="no header that could name the column id"):
        read(b"1,A\n", PLAIN._replace(header=0))
    with pytest.raises(SourceError, match="has 2 columns, and no 9th"):
        read(b"id,license\n", PLAIN._replace(key=9))


LINES = PLAIN._replace(format="jsonl", license=("meta", "license"), file="items.jsonl")


def test_json_is_read_by_its_keys() -> None:
    line = b'{"id": 7, "meta": {"license": "A"}}'
    null = b'{"id": "x/y", "meta": {"license": null}}'
    expected = [ItemRow("7", "A"), ItemRow("x/y", "")]
    assert read(line + b"\n\n" + null + b"\n", LINES) == expected
    whole = LINES._replace(format="json")
    assert read(b"[" + line + b"," + null + b"]", whole) == expected


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "items.jsonl: is no JSON"),
        (b"[" * 100_000, "items.jsonl: is no JSON"),
        (b'{"id": 1}', "items.jsonl: line 1 has no meta.license"),
        (b'{"id": 1, "meta": {"license": ["A"]}}', "meta.license of line 1 is no text"),
        (b'{"id": true, "meta": {"license": "A"}}', "id of line 1 is no text"),
        (b'{"id": 1, "id": 2, "meta": {"license": "A"}}', "a key is there twice"),
        (b"7", "items.jsonl: line 1 has no id"),
        (b'{"id": "\xff"}', "items.jsonl: is not UTF-8 text"),
        (b" " * ((16 << 20) + 1), "line 1 is longer than 16 MiB"),
    ],
)
def test_json_that_can_be_misread_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(data, LINES, 1 << 16)
    assert words in caught.value.message


def test_json_of_another_shape_is_refused() -> None:
    whole = LINES._replace(format="json", file="items.json")
    with pytest.raises(SourceError, match=r"items\.json: is no list of mappings"):
        read(b'{"a": 1}', whole)
    with pytest.raises(SourceError, match="a column has a name, not a number"):
        read(b"[{}]", whole._replace(key=1))
