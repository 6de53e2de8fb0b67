"""Unpacking: contained, bounded, and nothing but the declared members."""

import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.tar import TAR
from lemm_catalog.errors import ArchiveError, LocalError, PassingError
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.unpack import Limits, Member, Unpacked, unpack
from lemm_catalog.unpacking import teams
from tests.archive_builders import (
    tar_file,
    tar_folder,
    tar_of,
)
from tests.by_processes import by_processes
from tests.hostile_archives import HARMLESS, HOSTILE, MOST_BYTES, MOST_MEMBERS

LIMITS = Limits(bytes=MOST_BYTES, members=MOST_MEMBERS)


@pytest.fixture(params=["here", "by processes"], autouse=True)
def mode(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "here":
        yield
    elif not teams._CAN:
        pytest.skip("no processes here")
    else:
        with by_processes():
            yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "canary").write_text("untouched")
    staged = tmp_path / "staged"
    staged.mkdir()
    return staged


def bring(
    root: Path,
    reader: ArchiveReader,
    data: bytes,
    *,
    limits: Limits = LIMITS,
    strip: int = 0,
) -> tuple[Unpacked, dict[str, Member]]:
    members: list[Member] = []
    # A file of the system, since only such a zip is read by processes.
    with StagedTree(root) as tree, tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        done = unpack(
            file,
            reader,
            tree,
            limits=limits,
            strip=strip,
            record=members.append,
            advanced=lambda count: None,
        )
    return done, {member.path: member for member in members}


def snapshot(folder: Path, without: Path) -> dict[str, tuple[int, int, bytes]]:
    found = {}
    for path in folder.rglob("*"):
        if path != without and without not in path.parents:
            about = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            found[str(path)] = (about.st_mode, about.st_mtime_ns, content)
    return found


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_archives_are_refused_in_words_and_contained(
    root: Path, label: str
) -> None:
    reader, build = HOSTILE[label]
    data = build()
    before = snapshot(root.parent, root)

    with pytest.raises(ArchiveError) as caught:
        bring(root, reader, data)

    assert snapshot(root.parent, root) == before
    assert not Path("/tmp/lemm-escaped").exists()
    assert_is_a_sentence(caught.value.message)
    for path in root.rglob("*"):
        kind = stat.S_IFMT(path.lstat().st_mode)
        assert kind in {stat.S_IFREG, stat.S_IFDIR}
    written = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    assert written <= MOST_BYTES


def assert_is_a_sentence(message: str) -> None:
    assert message.startswith("the archive ")
    assert message.isprintable()
    assert len(message) < 260


@pytest.mark.parametrize("label", HARMLESS)
def test_harmless_archives_are_unpacked_and_tamed(root: Path, label: str) -> None:
    reader, build = HARMLESS[label]
    done, members = bring(root, reader, build())

    assert done == Unpacked(members=1, bytes=4)
    assert (root / "a").read_bytes() == b"data"
    assert members["a"].sha256 == hashlib.sha256(b"data").hexdigest()
    assert stat.S_IMODE((root / "a").stat().st_mode) & 0o7022 == 0


def test_the_record_tells_what_is_on_the_disk(root: Path) -> None:
    archive = tar_of(
        tar_folder(b"top/empty"),
        tar_file(b"top/run.sh", b"#!", mode=0o755),
        tar_file(b"top/deep/er/a", b"1234"),
    )
    done, members = bring(root, TAR, archive, strip=1)

    assert done == Unpacked(members=2, bytes=6)
    assert sorted(members) == ["deep/er/a", "run.sh"]
    for path, member in members.items():
        about = (root / path).stat()
        assert (about.st_size, about.st_mtime_ns) == (member.size, member.mtime_ns)
        assert about.st_mtime_ns == 1_000_000_000 * 10**9
    assert (root / "empty").is_dir()
    assert (root / "run.sh").stat().st_mode & 0o100
    assert not (root / "deep/er/a").stat().st_mode & 0o111


def test_progress_adds_up_to_the_bytes_written(root: Path) -> None:
    counts: list[int] = []
    with StagedTree(root) as tree:
        done = unpack(
            io.BytesIO(tar_of(tar_file(b"a", bytes(70_000)), tar_file(b"b", b"1"))),
            TAR,
            tree,
            limits=LIMITS,
            record=lambda member: None,
            advanced=counts.append,
        )

    assert sum(counts) == done.bytes == 70_001


def test_strip_drops_top_folders_but_never_a_file(root: Path) -> None:
    archive = tar_of(tar_folder(b"top/"), tar_file(b"top/a", b"1"), tar_file(b"b"))

    with pytest.raises(ArchiveError) as caught:
        bring(root, TAR, archive, strip=1)

    assert caught.value.message == (
        "the archive holds 'b', a file that nothing is left of without its 1 leading"
        " folder"
    )


def test_two_files_that_strip_makes_one_are_refused(root: Path) -> None:
    archive = tar_of(tar_file(b"x/a", b"1"), tar_file(b"y/a", b"2"))

    with pytest.raises(ArchiveError, match="brings 'a' twice"):
        bring(root, TAR, archive, strip=1)


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        (Limits(bytes=8, members=2), True),
        (Limits(bytes=8, members=None), True),
        (Limits(bytes=7, members=2), False),
        (Limits(bytes=8, members=1), False),
    ],
)
def test_limits_are_exact(root: Path, limits: Limits, fits: bool) -> None:
    archive = tar_of(tar_file(b"a", b"1234"), tar_folder(b"d"), tar_file(b"b", b"5678"))
    if fits:
        assert bring(root, TAR, archive, limits=limits)[0].bytes == 8
    else:
        with pytest.raises(ArchiveError, match="more than the declared"):
            bring(root, TAR, archive, limits=limits)


def test_names_that_differ_in_case_or_form_stay_apart_or_are_refused(
    root: Path,
) -> None:
    names = ["Name", "name", "é", "e\u0301"]
    archive = tar_of(*(tar_file(name.encode(), name.encode()) for name in names))
    try:
        bring(root, TAR, archive)
    except ArchiveError as error:
        assert "twice" in error.message
    else:
        assert sorted(os.listdir(root)) == sorted(names)


def test_the_message_names_the_member_without_its_tricks(root: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        bring(root, TAR, tar_of(tar_file(b"a/../../x", b"1")))

    assert caught.value.message == (
        "the archive holds 'a/../../x', which would land outside the dataset"
    )


def test_a_download_that_fails_is_not_the_fault_of_the_archive(root: Path) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if data := super().read(600):
                return data
            raise PassingError("the connection broke")

    with StagedTree(root) as tree, pytest.raises(PassingError):
        unpack(
            Failing(tar_file(b"a", bytes(5000))),
            TAR,
            tree,
            limits=LIMITS,
            record=lambda member: None,
            advanced=lambda count: None,
        )


def test_a_member_may_lie_only_about_what_is_checked(root: Path) -> None:
    class Liar:
        name, suffixes, streams = "liar", (".liar",), True

        def entries(self, file: object) -> Iterator[object]:
            for entry in TAR.entries(io.BytesIO(tar_of(tar_file(b"a", b"1234")))):
                content = [bytes(chunk) * 2 for chunk in entry.chunks()]
                yield type(entry)(
                    name=entry.name,
                    is_dir=False,
                    size=4,
                    executable=False,
                    mtime=0,
                    whole=None,
                    pieces=content,
                )

    with pytest.raises(ArchiveError, match="declared size"):
        bring(root, Liar(), b"")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["here"], indirect=True)  # else: test_full_disk
def test_a_full_disk_is_this_machines_fault(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(LocalError) as caught:
        bring(root, TAR, tar_of(tar_file(b"a", b"1")))

    assert "space" in str(caught.value)
