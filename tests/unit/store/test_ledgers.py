"""The ledger that small files share, beside those of artifacts brought alone."""

from pathlib import Path

import pytest

from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import LedgerWriter, Line
from lemm_catalog.store.ledgers import lines_of, place_of, read_shared, write_shared

ONE, OTHER = (Line(digit * 64, 7, 1_000, f"wavs/{digit}\r.wav") for digit in "12")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.ledgers("notes").mkdir(parents=True)
    write_shared(layout.shared_ledger("notes"), [ONE, OTHER])
    return layout


def said(layout: Layout, path: str) -> list[Line] | None:
    lines = lines_of(layout, "notes", path)
    return None if lines is None else list(lines)


def at_its_place(layout: Layout, path: str) -> bytes:
    place = place_of(layout, "notes", path)
    assert place is not None
    return Path(place.file).read_bytes()[place.start : place.stop]


def test_each_is_found_by_its_path_and_place(layout: Layout) -> None:
    assert said(layout, ONE.path) == [ONE]
    assert said(layout, OTHER.path) == [OTHER]
    assert at_its_place(layout, OTHER.path).endswith(b"2\r.wav\n")
    assert said(layout, "stranger") is None
    assert place_of(layout, "notes", "stranger") is None


def test_a_ledger_of_its_own_counts_before_the_line(layout: Layout) -> None:
    own = ONE._replace(size=9)
    with LedgerWriter(layout.ledger("notes", ONE.path)) as ledger:
        ledger.add(*own)
    assert said(layout, ONE.path) == [own]
    assert at_its_place(layout, ONE.path).count(b"\t9\t") == 1


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_damaged_ledger_of_its_own_is_not_passed_over(
    layout: Layout, is_folder: bool
) -> None:
    own = layout.ledger("notes", ONE.path)
    own.mkdir() if is_folder else own.write_bytes(b"\xff\n")
    assert said(layout, ONE.path) is None


@pytest.mark.parametrize("damage", [b"\xff", b"\n", b"\t", b"x"])
def test_a_line_without_sense_takes_no_other_with_it(
    layout: Layout, damage: bytes
) -> None:
    place = layout.shared_ledger("notes")
    data = bytearray(place.read_bytes())
    data[10:11] = damage
    place.write_bytes(data)
    assert said(layout, ONE.path) is None
    assert said(layout, OTHER.path) == [OTHER]


def test_a_line_that_was_cut_off_counts_for_nothing(layout: Layout) -> None:
    place = layout.shared_ledger("notes")
    place.write_bytes(place.read_bytes()[:-1])
    assert read_shared(place) == {ONE.path: ONE}


def test_what_is_written_anew_is_read_anew(layout: Layout) -> None:
    place = layout.shared_ledger("notes")
    for size in range(50):  # within one tick of the clock, and of the same length
        changed = ONE._replace(size=size % 10)
        write_shared(place, [changed])
        assert read_shared(place) == {ONE.path: changed}


def test_without_lines_there_is_none(layout: Layout) -> None:
    place = layout.shared_ledger("notes")
    write_shared(place, [])
    assert not place.exists()
    write_shared(place, [])
    place.mkdir()
    assert read_shared(place) == {}
    write_shared(place, [ONE])
    assert read_shared(place) == {ONE.path: ONE}
