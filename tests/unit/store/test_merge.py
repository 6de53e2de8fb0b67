"""Merging trees, and finding out before whether they can be."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from lemm_catalog.errors import ArchiveError, LocalError
from lemm_catalog.store.agreement import check_agreement, check_place
from lemm_catalog.store.ledger import Line
from lemm_catalog.store.merge import merge, sha256_of
from tests.broken_disk import StoppedDiskError, stops_at, watched
from tests.stores import tree


def grow(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def a_line(path: str, digest: str = "0" * 64, size: int = 1) -> Line:
    return Line(digest, size, 0, path)


def test_folders_are_put_together(tmp_path: Path) -> None:
    source = grow(tmp_path / "s", {"a/one": "1", "b/two": "2", "same": "="})
    target = grow(tmp_path / "t", {"a/three": "3", "same": "="})

    merge(source, target)

    assert set(tree(target)) == {"a", "a/one", "a/three", "b", "b/two", "same"}
    assert not source.exists()


def test_a_merge_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    files = {f"{folder}/{name}": name for folder in "ab" for name in "xyz"}
    for number in range(1, 40):
        source = grow(tmp_path / f"s{number}", files)
        target = grow(tmp_path / f"t{number}", {"a/own": "own", "a/x": "old"})
        with (
            watched(tmp_path, stops_at(number), flushes=False) as disk,
            suppress(StoppedDiskError),
        ):
            merge(source, target, {"a/x"})
        if disk.steps < number:
            break
        if source.exists():
            merge(source, target, {"a/x"})
        assert len(tree(target)) == len(files) + 3
        assert (target / "a" / "x").read_text() == "x"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("a", "a"), ("a/b", "a"), ("a", "a/b")],
    ids=["other bytes", "a folder over a file", "a file over a folder"],
)
def test_what_is_in_the_way_is_not_overwritten(
    tmp_path: Path, ours: str, theirs: str
) -> None:
    source = grow(tmp_path / "s", {ours: "ours"})
    target = grow(tmp_path / "t", {theirs: "theirs"})
    with pytest.raises(LocalError, match=r"in (the|each other's) way"):
        merge(source, target)
    with pytest.raises(LocalError, match=r"in (the|each other's) way"):
        check_place(target, {ours: a_line(ours)}, set())
    assert (target / theirs).read_text() == "theirs"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_a_pipe_in_the_way_makes_nobody_wait(tmp_path: Path) -> None:
    source = grow(tmp_path / "s", {"a": ""})
    (tmp_path / "t").mkdir()
    os.mkfifo(tmp_path / "t" / "a")
    with pytest.raises(LocalError, match="in the way"):
        merge(source, tmp_path / "t")
    with pytest.raises(LocalError, match="in the way"):
        check_place(tmp_path / "t", {"a": a_line("a", size=0)}, set())


def test_old_members_and_the_same_bytes_are_not_in_the_way(tmp_path: Path) -> None:
    target = grow(tmp_path / "t", {"same": "x", "old": "old", "was/folder": "old"})
    same = a_line("same", sha256_of(target / "same"), 1)
    brought = {"same": same, "old/now": a_line("old/now"), "was": a_line("was")}
    check_place(target, brought, {"old", "was/folder"})
    check_place(tmp_path / "missing", brought, set())


def test_a_dataset_folder_that_is_a_file_or_a_link_is_in_the_way(
    tmp_path: Path,
) -> None:
    grow(tmp_path, {"file": ""})
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(LocalError, match="in each other's way"):
            check_place(tmp_path / name, {"a": a_line("a")}, set())


def test_archives_agree_on_the_same_bytes_only() -> None:
    same = {"one": [a_line("x"), a_line("d/y")], "two": [a_line("x")]}
    assert set(check_agreement(same)) == {"x", "d/y"}
    with pytest.raises(ArchiveError) as caught:
        check_agreement({"one": [a_line("x")], "two": [a_line("x", "1" * 64)]})
    assert caught.value.message == "two and one bring x with different bytes"


def test_an_archive_that_holds_its_own_name_contradicts_itself() -> None:
    with pytest.raises(ArchiveError, match=r"a\.zip brings a\.zip with"):
        check_agreement({"a.zip": [a_line("a.zip"), a_line("a.zip", "1" * 64)]})


def test_a_file_where_another_has_a_folder_is_found() -> None:
    with pytest.raises(ArchiveError, match="d with a file where a folder must be"):
        check_agreement({"one": [a_line("d")], "two": [a_line("d/e/f")]})
