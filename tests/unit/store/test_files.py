"""Files: the old or the new one, never half of one, and nothing beyond the store."""

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from lemm_catalog.errors import LocalError
from lemm_catalog.store.files import (
    NEW,
    local_error,
    local_errors,
    remove_files,
    remove_if_empty,
    remove_tree,
    sync_folder,
    write_atomically,
)
from tests.broken_disk import StoppedDiskError, fails_at, stops_at, watched
from tests.stores import tree


def test_a_write_that_is_cut_off_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    seen = set()
    for number in range(1, 20):
        path.write_text("old")
        stop = stops_at(number)
        with watched(tmp_path, stop) as disk, suppress(StoppedDiskError):
            write_atomically(path, "new")
        seen.add(path.read_text())
        if disk.steps < number:
            break
    assert seen == {"old", "new"}


def test_a_write_that_fails_says_so_and_leaves_no_stray(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    for number in range(2, 5):  # the first step makes a folder that is there
        fault = fails_at(number, errno.ENOSPC, for_good=False)
        with watched(tmp_path, fault), pytest.raises(LocalError) as caught:
            write_atomically(path, "new")
        assert "no space is left on the disk" in str(caught.value)
        assert tree(tmp_path) == {"state.json": b"old"}


@pytest.mark.skipif(sys.platform == "win32", reason="no umask there")
@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077, 0o002])
def test_the_umask_decides_who_may_read(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "state.json", "text")
    finally:
        os.umask(before)
    mode = stat.S_IMODE((tmp_path / "state.json").stat().st_mode)
    assert mode == 0o666 & ~mask


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no space is left"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission"),
        (errno.EXDEV, "another file system"),
        (errno.EEXIST, "a file stands where a folder is needed"),
        (errno.EFBIG, "larger than this disk"),
    ],
)
def test_what_the_system_says_is_put_in_words_with_a_mend(
    code: int, words: str
) -> None:
    error = local_error(OSError(code, os.strerror(code)), "place")
    assert words in error.message
    assert error.mend


def test_a_name_that_only_we_know_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(LocalError) as caught, local_errors(tmp_path / "state.json"):
        raise OSError(errno.EACCES, "no", str(tmp_path / f"{NEW}0123"))
    assert caught.value.message == f"{tmp_path / 'state.json'}: permission is denied"


def test_a_folder_that_cannot_be_flushed_is_fine_and_a_failing_disk_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(code: int) -> None:
        def fail(_: int) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "fsync", fail)

    fsync(errno.EINVAL)
    sync_folder(tmp_path)
    fsync(errno.EIO)
    if os.name != "nt":
        with pytest.raises(LocalError):
            sync_folder(tmp_path)


def test_deleting_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("kept")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "outside")

    remove_files(tmp_path / "inside", ["link/kept", "../outside/kept"])
    remove_tree(tmp_path / "inside")
    remove_tree(tmp_path / "inside")

    assert tree(tmp_path) == {"outside": None, "outside/kept": b"kept"}


def test_deleting_files_takes_the_folders_they_leave_empty(tmp_path: Path) -> None:
    for name in ("a/b/c/one", "a/two", "a/mine", "d/three"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    remove_files(tmp_path, ["a/b/c/one", "a/two", "d/three", "d/gone", "a/mine/x"])

    assert tree(tmp_path) == {"a": None, "a/mine": b""}


def test_a_folder_goes_only_if_it_is_empty(tmp_path: Path) -> None:
    (tmp_path / "full" / "inner").mkdir(parents=True)
    remove_if_empty(tmp_path / "full")
    remove_if_empty(tmp_path / "full" / "inner")
    remove_if_empty(tmp_path / "missing")
    assert tree(tmp_path) == {"full": None}
