"""State of any bytes: it costs time at most, and never a wrong byte or a traceback."""

import json
import marshal
import random
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.load.shelf import open_shelf
from lemm_catalog.model.plain import plain
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.ledger import first_of, read_ledger
from lemm_catalog.store.marks import STRIDE, read_marks, write_marks
from lemm_catalog.store.part import SEGMENT, Origin, PartFile
from lemm_catalog.store.receipts import (
    NOTHING_FOUND,
    Unreadable,
    Verification,
    read_receipt,
    read_record,
    read_verification,
    to_json,
)
from tests.builders import SHA, a_receipt, an_artifact, received
from tests.fuzz.effort import examples, in_time, mutated
from tests.pulling import Site, assert_pulled, some_bytes
from tests.servers.http import HttpServer

DATA = some_bytes(2 * SEGMENT + 1234)
OTHER = some_bytes(2 * SEGMENT + 1234, seed=2)
SEGMENTS = 3
THERE = {"right": DATA, "wrong": OTHER, "short": DATA[:SEGMENT], "none": b""}
THERE["long"] = DATA + b"more"
LEDGER = "".join(f"{SHA}\t{n * 999}\t{n}000000000\ttop/{n}.wav\n" for n in range(20))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with HttpServer({"/a": DATA}) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def a_journal(folder: Path, url: str) -> bytes:
    """Return the journal of a download that was interrupted."""
    with PartFile(folder, len(DATA)) as part:
        part.begin(Origin(url=url, etag='"tag"'))
        part.write(0, memoryview(DATA)[:SEGMENT])
        part.write(1, memoryview(DATA)[SEGMENT : SEGMENT + 1000])
    return (folder / "journal").read_bytes()


def counters(counts: Iterable[int]) -> bytes:
    return b"".join(struct.pack("<I", count) for count in counts)


@examples(30)
@given(
    chance=st.randoms(use_true_random=True),
    header=st.none() | JSON,
    there=st.sampled_from(sorted(THERE)),
)
def test_whatever_stands_in_a_journal_the_right_bytes_are_published(
    chance: random.Random,
    header: Any,
    there: str,
    server: HttpServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("pull")
    site = Site(root, DATA, [server.url("/a")])
    from lemm_catalog.store.store import Store

    staged = Store(site.cache).layout.staged("notes", "a.bin")
    raw = a_journal(staged, server.url("/a"))
    match chance.randrange(4):
        case 0:
            raw = mutated(raw, chance)
        case 1:
            raw = raw[:4096] + counters(
                chance.choice((0, 1, SEGMENT, 2**32 - 1)) for _ in range(SEGMENTS)
            )
        case 2:
            about = {"size": len(DATA), "segment": SEGMENT, "url": header}
            said = json.dumps(header if chance.random() < 0.5 else about).encode()
            raw = said.ljust(4096, b"\0")[:4096] + raw[4096:]
        case _:
            full = [SEGMENT] * (SEGMENTS - 1)
            raw = raw[:4096] + counters([*full, len(DATA) % SEGMENT])
    (staged / "journal").write_bytes(raw)
    (staged / "data").write_bytes(THERE[there])

    assert_pulled(site)


@examples(150)
@given(raw=st.binary(max_size=5000), on_disk=st.integers(0, 3000))
def test_a_journal_of_any_bytes_counts_no_more_than_there_is(
    raw: bytes, on_disk: int, folder: Path
) -> None:
    (folder / "journal").write_bytes(raw)
    (folder / "data").write_bytes(bytes(on_disk))

    assert 0 <= PartFile.done_in(folder, 3000) <= on_disk


@examples(300)
@given(chance=st.randoms(use_true_random=True), digits=st.integers(1, 6000))
def test_a_ledger_is_all_lines_that_make_sense_or_none(
    chance: random.Random, digits: int, folder: Path
) -> None:
    raw = mutated(LEDGER.encode(), chance)
    if chance.random() < 0.2:
        raw = raw.replace(b"\t999\t", b"\t" + b"9" * digits + b"\t")
    path = folder / "ledger"
    path.write_bytes(raw)
    first_of(path)
    with in_time():
        found = read_ledger(path)
        lines = None if found is None else list(found)
    if lines is not None:
        again = "".join("\t".join(map(str, line)) + "\n" for line in lines)
        assert normal(again) == normal(raw.decode())
        for line in lines:
            assert not line.path.startswith("/")
            assert ".." not in line.path.split("/")


def normal(text: str) -> list[list[str]]:
    lines = [line.split("\t", 3) for line in text.split("\n") if line]
    return [[a, str(int(b)), str(int(c)), d] for a, b, c, d in lines]


@examples(200)
@given(chance=st.randoms(use_true_random=True))
def test_marks_are_those_that_were_written_or_none(
    chance: random.Random, folder: Path
) -> None:
    path, size = folder / "marks", 3 * STRIDE + 1
    marks = [bytes([n]) * 32 for n in range(3)]
    write_marks(path, SHA, size, marks)
    path.write_bytes(mutated(path.read_bytes(), chance))
    found = read_marks(path, SHA, size)

    assert found is None or [len(mark) for mark in found] == [32] * 4
    assert found is None or found[-1] == bytes.fromhex(SHA)


ARTIFACT = an_artifact(size=1000)
STATES: dict[str, tuple[Any, Receipt | ReceivedArtifact | Verification]] = {
    "receipt": (lambda path: read_receipt(path, "notes"), a_receipt([ARTIFACT])),
    "record": (read_record, received(ARTIFACT)),
    "verification": (read_verification, NOTHING_FOUND),
}


@pytest.mark.parametrize("name", STATES)
@examples(150)
@given(chance=st.randoms(use_true_random=True), value=JSON)
def test_a_state_file_is_one_or_is_none(
    name: str, chance: random.Random, value: Any, folder: Path
) -> None:
    read, right = STATES[name]
    path = folder / "state.json"
    data = plain(right)
    path.write_text(to_json(right))
    assert read(path) == right
    if chance.random() < 0.5:
        node = data
        while True:
            key = chance.choice(list(node) or ["new"]) if node else "new"
            if not isinstance(node.get(key), dict) or chance.random() < 0.5:
                break
            node = node[key]
        node[key] = value
        path.write_text(json.dumps(data))
    else:
        path.write_bytes(mutated(path.read_bytes(), chance))
    found = read(path)

    assert found is None or isinstance(found, Unreadable | type(right))


@pytest.fixture(scope="module")
def indexed(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Path, bytes, object]:
    """Give the folder of an index, its file, its bytes and what the catalog holds."""
    place = tmp_path_factory.mktemp("index")
    place.chmod(0o700)
    open_shelf([], place)
    [file, *_] = sorted(place.glob("*.index"))
    return place, file, file.read_bytes(), entries_of(None)


def entries_of(place: Path | None) -> object:
    return dict(open_shelf([], place).shelf.entries)


@examples(40)
@given(chance=st.randoms(use_true_random=True), content=JSON, is_sealed=st.booleans())
def test_an_index_of_any_bytes_tells_nothing_that_is_not_so(
    chance: random.Random,
    content: Any,
    is_sealed: bool,
    indexed: tuple[Path, Path, bytes, object],
) -> None:
    place, file, raw, expected = indexed
    body = marshal.dumps(content)
    sealed = raw[: raw.index(b"\n") + 1] + zlib.crc32(body).to_bytes(4, "little") + body
    file.write_bytes(sealed if is_sealed else mutated(raw, chance))
    file.chmod(0o600)

    assert entries_of(place) == expected


def test_what_lies_beyond_the_size_is_not_published(
    server: HttpServer, tmp_path: Path
) -> None:
    from lemm_catalog.store.store import Store

    site = Site(tmp_path, DATA, [server.url("/a")])
    staged = Store(site.cache).layout.staged("notes", "a.bin")
    a_journal(staged, server.url("/a"))
    with (staged / "data").open("r+b") as file:
        file.truncate(len(DATA) + 1000)

    assert_pulled(site)
