"""The journal tells what is there after a kill at any moment, and never too much."""

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.errors import LocalError
from lemm_catalog.store.part import SEGMENT, Origin, PartFile
from tests.pulling import some_bytes

SIZE = SEGMENT + 1_000_000
DATA = some_bytes(SIZE)
ORIGIN = Origin(url="https://example.org/a", etag='"tag"', last_modified="a day")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part file with bytes in its first two segments."""
    folder = tmp_path_factory.mktemp("part")
    with PartFile(folder, SIZE) as part:
        part.begin(ORIGIN)
        part.write(0, memoryview(DATA)[:200_000])
        part.write(1, memoryview(DATA)[SEGMENT : SEGMENT + 150_000])
    return folder


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to, dirs_exist_ok=True))


def assert_claims_only_what_is_there(folder: Path) -> None:
    """Whatever it says is there must be of the data file, and within its length."""
    claimed = PartFile.done_in(folder, SIZE)
    with PartFile(folder, SIZE) as part:
        assert part.done == claimed
        on_disk = part.path.stat().st_size
        for index in range(part.segments):
            assert 0 <= part.count(index) <= part.length(index)
            if count := part.count(index):
                assert index * SEGMENT + count <= on_disk
        assert part.front <= part.done
        # And it goes on from there.
        part.begin(ORIGIN)
        for index in range(part.segments):
            start = index * SEGMENT + part.count(index)
            stop = index * SEGMENT + part.length(index)
            part.write(index, memoryview(DATA)[start:stop])
        assert part.done == SIZE == part.front


def test_what_was_written_is_there_again(grown: Path) -> None:
    with PartFile(grown, SIZE) as part:
        assert (part.done, part.front) == (350_000, 200_000)
        assert part.origin == ORIGIN
        assert part.read(1000, 500) == DATA[1000:1500]
    assert PartFile.done_in(grown, SIZE) == 350_000


def test_another_size_starts_from_nothing(grown: Path, tmp_path: Path) -> None:
    for size in (0, 1, SIZE - 1, SIZE + 1, 10 * SIZE):
        folder = copied(grown, tmp_path / str(size))
        assert PartFile.done_in(folder, size) == 0
        with PartFile(folder, size) as part:
            assert (part.done, part.origin) == (0, None)
            assert part.path.stat().st_size == 0


def test_asking_what_is_there_changes_nothing(grown: Path, tmp_path: Path) -> None:
    folder = copied(grown, tmp_path / "part")
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()}
    PartFile.done_in(folder, SIZE)
    PartFile.done_in(tmp_path / "nowhere", SIZE)

    assert before == {
        p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()
    }
    assert not (tmp_path / "nowhere").exists()


def test_a_journal_cut_off_anywhere_claims_nothing(grown: Path, tmp_path: Path) -> None:
    raw = (grown / "journal").read_bytes()
    folder = copied(grown, tmp_path)
    text = len(raw[:4096].rstrip(b"\0"))
    for length in (*range(text + 2), *range(text, 4090, 97), *range(4090, len(raw))):
        (folder / "journal").write_bytes(raw[:length])
        assert PartFile.done_in(folder, SIZE) == 0, length
    assert_claims_only_what_is_there(folder)


@pytest.mark.parametrize("wrong", [0x00, 0x22, 0x39, 0xFF])
def test_a_journal_wrong_at_any_byte_raises_nothing(
    wrong: int, grown: Path, tmp_path: Path
) -> None:
    raw = (grown / "journal").read_bytes()
    folder = copied(grown, tmp_path)
    text = len(raw[:4096].rstrip(b"\0"))
    for place in (*range(text + 2), *range(4096, len(raw))):
        damaged = raw[:place] + bytes([wrong]) + raw[place + 1 :]
        (folder / "journal").write_bytes(damaged)
        with PartFile(folder, SIZE) as part:
            on_disk = part.path.stat().st_size
            for index in range(part.segments):
                count = part.count(index)
                assert count == 0 or index * SEGMENT + count <= on_disk
            origin = part.origin
            assert origin is None or isinstance(origin.etag, str | None)
        if not part.done:
            shutil.copy(grown / "data", folder / "data")


@given(st.binary(max_size=4200))
def test_a_journal_of_anything_raises_nothing(raw: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "journal").write_bytes(raw)
        (Path(name) / "data").write_bytes(b"x" * 100)
        assert PartFile.done_in(Path(name), 100) in range(101)
        with PartFile(Path(name), 100) as part:
            assert part.done in range(101)


@pytest.mark.parametrize(
    "header",
    [b"[]", b"1", b"null", b'"x"', b"[" * 4096, b'{"size": 1}', b"\xff\xfe", b"{}"],
)
def test_a_journal_of_other_json_claims_nothing(
    header: bytes, grown: Path, tmp_path: Path
) -> None:
    folder = copied(grown, tmp_path)
    counters = (folder / "journal").read_bytes()[4096:]
    (folder / "journal").write_bytes(header.ljust(4096, b"\0") + counters)

    assert PartFile.done_in(folder, SIZE) == 0
    assert_claims_only_what_is_there(folder)


@pytest.mark.parametrize("length", [0, 1, 199_999, 200_000, SEGMENT, SEGMENT + 149_999])
def test_counts_beyond_the_data_claim_nothing(
    length: int, grown: Path, tmp_path: Path
) -> None:
    folder = copied(grown, tmp_path)
    with (folder / "data").open("r+b") as file:
        file.truncate(length)

    assert PartFile.done_in(folder, SIZE) == 0
    assert_claims_only_what_is_there(folder)


@pytest.mark.parametrize("name", ["data", "journal"])
def test_a_file_that_is_gone_means_nothing_is_there(
    name: str, grown: Path, tmp_path: Path
) -> None:
    folder = copied(grown, tmp_path)
    (folder / name).unlink()

    assert PartFile.done_in(folder, SIZE) == 0
    assert_claims_only_what_is_there(folder)


def test_a_folder_in_its_way_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    with pytest.raises(LocalError, match="a folder stands where a file is needed"):
        PartFile(tmp_path, SIZE).__enter__()


def test_reset_forgets_all(grown: Path, tmp_path: Path) -> None:
    folder = copied(grown, tmp_path)
    with PartFile(folder, SIZE) as part:
        part.reset()
        assert (part.done, part.origin, part.path.stat().st_size) == (0, None, 0)
        assert PartFile.done_in(folder, SIZE) == 0
        part.begin(ORIGIN)
        part.write(0, memoryview(DATA)[:1000])
    assert PartFile.done_in(folder, SIZE) == 1000


def test_an_absurd_tag_is_forgotten_but_not_the_bytes(tmp_path: Path) -> None:
    with PartFile(tmp_path, SIZE) as part:
        part.begin(Origin(url="https://example.org/a", etag="x" * 10_000))
        part.write(0, memoryview(DATA)[:1000])
    with PartFile(tmp_path, SIZE) as part:
        assert (part.done, part.origin) == (1000, Origin(url=""))


def test_bytes_that_somebody_took_away_are_an_error(
    grown: Path, tmp_path: Path
) -> None:
    folder = copied(grown, tmp_path)
    with PartFile(folder, SIZE) as part:
        with (folder / "data").open("r+b") as file:
            file.truncate(0)
        with pytest.raises(LocalError, match="has become shorter"):
            part.read(1000, 500)


def test_segments_grow_in_any_order(tmp_path: Path) -> None:
    rng = random.Random(3)
    with PartFile(tmp_path, SIZE) as part:
        part.begin(ORIGIN)
        while part.done < SIZE:
            index = rng.randrange(part.segments)
            start = index * SEGMENT + part.count(index)
            stop = min(start + rng.randrange(1, 900_000), SIZE)
            stop = min(stop, index * SEGMENT + part.length(index))
            part.write(index, memoryview(DATA)[start:stop])
    assert (tmp_path / "data").read_bytes() == DATA
    assert PartFile.done_in(tmp_path, SIZE) == SIZE


def test_bytes_may_go_on_into_the_segments_that_follow(tmp_path: Path) -> None:
    with PartFile(tmp_path, SIZE) as part:
        part.begin(ORIGIN)
        part.write(0, memoryview(DATA)[:1000])
        part.write(0, memoryview(DATA)[1000 : 2 * SEGMENT + 500])
        counts = [part.count(index) for index in range(4)]
        assert counts == [SEGMENT, SEGMENT, 500, 0]
    with PartFile(tmp_path, SIZE) as part:
        assert [part.count(index) for index in range(4)] == counts
        part.write(2, memoryview(DATA)[2 * SEGMENT + 500 :])
        assert part.done == SIZE
        assert part.read(0, SIZE) == DATA
