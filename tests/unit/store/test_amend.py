"""A published file is mended aside; what is wrong, or behind a link, stays away."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.errors import LocalError
from lemm_catalog.store.amend import PublishedTree
from lemm_catalog.store.ledger import Line

DATA = b"right bytes"
AT = 1_600_000_000_000_000_000


def a_line(path: str = "deep/a") -> Line:
    return Line(hashlib.sha256(DATA).hexdigest(), len(DATA), AT, path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tree" / "deep").mkdir(parents=True)
    (tmp_path / "tree" / "deep" / "a").write_bytes(b"wrong bytes")
    return tmp_path / "tree"


def mended(root: Path, data: bytes, path: str = "deep/a", *, bit: bool = False) -> bool:
    with (
        PublishedTree(root, root.parent / "staging") as tree,
        tree.new(a_line(path), executable=bit) as new,
    ):
        new.write(data)
    return new.is_in_place


@pytest.mark.parametrize("bit", [True, False])
def test_right_bytes_take_their_place_with_time_and_mode(root: Path, bit: bool) -> None:
    assert mended(root, DATA, bit=bit)
    place = root / "deep" / "a"
    assert place.read_bytes() == DATA
    assert place.stat().st_mtime_ns == AT
    assert bool(place.stat().st_mode & 0o100) == bit
    assert list((root.parent / "staging").iterdir()) == []


@pytest.mark.parametrize("data", [b"other bytes", b"", DATA + b"!"])
def test_other_bytes_leave_what_is_there(root: Path, data: bytes) -> None:
    assert not mended(root, data)
    assert (root / "deep" / "a").read_bytes() == b"wrong bytes"
    assert list((root.parent / "staging").iterdir()) == []


def test_a_fault_on_the_way_leaves_what_is_there(root: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        PublishedTree(root, root.parent / "staging") as tree,
        tree.new(a_line(), executable=False) as new,
    ):
        new.write(DATA)
        raise ZeroDivisionError
    assert (root / "deep" / "a").read_bytes() == b"wrong bytes"
    assert list((root.parent / "staging").iterdir()) == []


def test_missing_folders_are_made(root: Path) -> None:
    assert mended(root, DATA, "new/er/b")
    assert (root / "new" / "er" / "b").read_bytes() == DATA


def test_a_link_at_its_place_is_replaced_and_one_above_it_refused(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "a").write_bytes(b"a stranger's")
    (root / "linked").symlink_to(outside / "a")
    (root / "folder").symlink_to(outside)

    assert mended(root, DATA, "linked")
    with pytest.raises(LocalError):
        mended(root, DATA, "folder/a")

    assert not (root / "linked").is_symlink()
    assert (outside / "a").read_bytes() == b"a stranger's"


def test_a_folder_at_its_place_is_told_in_words(root: Path) -> None:
    (root / "deep" / "a").unlink()
    (root / "deep" / "a").mkdir()
    with pytest.raises(LocalError, match="a folder stands where a file is needed"):
        mended(root, DATA)


def test_a_dataset_on_a_disk_of_its_own_is_mended_there(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def stat(path: Any, **more: Any) -> os.stat_result:
        found = list(real(path, **more))
        found[2] += isinstance(path, int)
        return os.stat_result(found)

    monkeypatch.setattr(os, "stat", stat)
    assert mended(root, DATA)
    assert [path.name for path in (root / "deep").iterdir()] == ["a"]


def test_what_is_right_gets_its_time_back(root: Path) -> None:
    place = root / "deep" / "a"
    with PublishedTree(root, root.parent / "staging") as tree:
        assert not tree.is_right(a_line())
        assert not tree.is_right(a_line("deep"))
        assert not tree.is_right(a_line("missing"))
        place.write_bytes(DATA)
        assert tree.is_right(a_line())
    assert place.stat().st_mtime_ns == AT
