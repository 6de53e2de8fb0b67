"""The staged tree, both ways of making folders."""

import errno
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lemm_catalog.errors import ArchiveError, LemmError, LocalError
from lemm_catalog.store import folders
from lemm_catalog.store.folders import FoldersByDescriptor
from lemm_catalog.store.tree import StagedTree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    staged = tmp_path / "staged"
    staged.mkdir()
    return staged


@pytest.fixture(params=[True, False], ids=["by descriptor", "by path"])
def tree(request: pytest.FixtureRequest, root: Path) -> Iterator[StagedTree]:
    with StagedTree(root, by_descriptor=request.param) as tree:
        yield tree


def put(tree: StagedTree, *parts: str, data: bytes = b"data", mtime: int = 7) -> int:
    with tree.create("/".join(parts), False, mtime) as file:
        file.write(data)
    return file.mtime_ns


def test_files_and_folders_are_made(tree: StagedTree, root: Path) -> None:
    mtime_ns = put(tree, "a", "b", "c")
    tree.make_dir("a/empty/deep")
    tree.make_dir("a")

    assert (root / "a/b/c").read_bytes() == b"data"
    assert (root / "a/b/c").stat().st_mtime_ns == mtime_ns == 7 * 10**9
    assert (root / "a/empty/deep").is_dir()


@pytest.mark.parametrize("mtime", [0, -5, 2**32, 2**80])
def test_a_time_that_makes_no_sense_is_not_set(
    tree: StagedTree, root: Path, mtime: int
) -> None:
    before = root.stat().st_mtime_ns - 10**9

    assert put(tree, "a", mtime=mtime) > before


def test_modes_are_plain(tree: StagedTree, root: Path) -> None:
    mask = os.umask(0)
    try:
        put(tree, "d", "plain")
        with tree.create("d/run", True, 0):
            pass
    finally:
        os.umask(mask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*")}

    assert modes == {"d": 0o755, "plain": 0o644, "run": 0o755}


def test_more_folders_than_are_kept_open(tree: StagedTree, root: Path) -> None:
    for _ in range(2):
        for number in range(150):
            tree.make_dir("/".join((f"d{number}", *("deep",) * 5)))
    for number in range(150):
        put(tree, f"d{number}", "file")

    assert len(list(root.glob("*/file"))) == 150


def test_two_threads_share_a_tree_beyond_what_is_kept_open(
    tree: StagedTree, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_MOST_OPEN", 4)

    def fill(name: str) -> list[int]:
        # Each folder is long closed again when the next file comes into it.
        return [put(tree, f"d{n % 30}", f"{name}{n}") for n in range(600)]

    with ThreadPoolExecutor(2) as pool:
        for times in pool.map(fill, "ab"):
            assert times == [7 * 10**9] * 600

    found = {path.relative_to(root).as_posix() for path in root.glob("*/*")}
    assert found == {f"d{n % 30}/{name}{n}" for name in "ab" for n in range(600)}


def test_nothing_stays_open(root: Path) -> None:
    listing = Path("/proc/self/fd")
    if not listing.exists():
        pytest.skip("no list of open files here")
    before = len(os.listdir(listing))
    tree = StagedTree(root)
    for number in range(99):
        put(tree, f"d{number}", "file")
    tree.close()
    tree.close()

    assert len(os.listdir(listing)) == before


@pytest.mark.parametrize(
    "parts",
    [
        (),
        ("",),
        (".",),
        ("..",),
        ("a", "..", "..", "x"),
        ("/etc", "x"),
        ("a/../../x",),
        ("a\0",),
    ],
)
def test_the_tree_itself_refuses_to_leave(
    tree: StagedTree, root: Path, parts: tuple[str, ...]
) -> None:
    with pytest.raises(ArchiveError):
        tree.create("/".join(parts), False, 0)
    with pytest.raises(ArchiveError):
        tree.make_dir("/".join(parts))

    assert os.listdir(root.parent) == ["staged"]


@pytest.mark.parametrize("target", ["..", "/tmp", "real", "nowhere"])
def test_no_link_is_followed_even_if_another_process_plants_it(
    tree: StagedTree, root: Path, target: str
) -> None:
    (root / "real").mkdir()
    (root / "link").symlink_to(target)
    for parts in (("link", "file"), ("link", "folder", "file"), ("link",)):
        with pytest.raises(ArchiveError):
            put(tree, *parts)
    with pytest.raises(ArchiveError):
        tree.make_dir("link")

    assert os.listdir(root.parent) == ["staged"]
    assert os.listdir(root / "real") == []


def test_a_root_that_is_a_link_is_refused(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    for by_descriptor in (True, False):
        with pytest.raises(LocalError):
            StagedTree(link, by_descriptor=by_descriptor)


def test_a_name_that_is_taken_is_refused(tree: StagedTree) -> None:
    put(tree, "a")
    tree.make_dir("d")

    with pytest.raises(ArchiveError, match="brings 'a' twice"):
        put(tree, "a")
    with pytest.raises(ArchiveError, match="brings 'd' twice"):
        put(tree, "d")
    with pytest.raises(ArchiveError, match="a file where its folder must be"):
        put(tree, "a", "b")
    with pytest.raises(ArchiveError, match="a file where its folder must be"):
        tree.make_dir("a")


def test_a_name_too_long_for_the_disk_is_refused(tree: StagedTree) -> None:
    with pytest.raises(ArchiveError, match="cannot hold"):
        put(tree, "x" * 300)


@pytest.mark.parametrize("code", ["ENOSPC", "EDQUOT", "EIO", "EACCES", "EPERM"])
@pytest.mark.parametrize("call", ["open", "mkdir", "write", "utime", "fstat", "close"])
def test_what_this_machine_refuses_is_a_local_error(
    root: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: str
) -> None:
    tree = StagedTree(root, by_descriptor=True)
    real_close = os.close

    def failing(*given: object, **_: object) -> None:
        if call == "close":
            real_close(given[0])  # type: ignore[arg-type]
        raise OSError(getattr(errno, code), "in the words of the system")

    with monkeypatch.context() as patched, pytest.raises(LemmError) as caught:
        patched.setattr(os, call, failing)
        if call == "utime":
            patched.setattr(os, "supports_fd", {failing})
        put(tree, "a", "b")

    tree.close()
    assert isinstance(caught.value, LocalError)
    assert "'a/b'" in caught.value.message


def test_short_writes_are_carried_on(
    tree: StagedTree, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:3]))
    put(tree, "a", data=b"0123456789")

    assert (root / "a").read_bytes() == b"0123456789"


def test_a_folder_that_vanishes_is_a_local_error(root: Path) -> None:
    tree = StagedTree(root)
    assert isinstance(tree._folders, FoldersByDescriptor)
    root.rmdir()
    with pytest.raises(LocalError):
        put(tree, "a")
    tree.close()
