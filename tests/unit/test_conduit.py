"""What the kernel carries is what was sent, wherever it cannot carry it itself, too."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.http import HttpBackend
from lemm_catalog.backends.local import LocalBackend
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import Reply
from lemm_catalog.conduit import Conduit
from lemm_catalog.errors import LocalError, PassingError
from lemm_catalog.store.part import SEGMENT, Origin, PartFile
from tests.pulling import MiB, Site, some_bytes
from tests.servers import faults
from tests.servers.http import HttpServer
from tests.servers.tls import loopback_certificate

DATA = some_bytes(3 * MiB)
UNABLE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)

pytestmark = pytest.mark.skipif(
    not hasattr(os, "splice"), reason="only Linux moves bytes so"
)


@pytest.fixture
def conduit() -> Iterator[Conduit]:
    made = Conduit.made()
    assert made
    yield made
    made.close()


def failing(code: int, *, where: str) -> Callable[..., int]:
    """Return a splice that fails on one of its two sides."""
    real = os.splice

    def instead(source: int, target: int, count: int, **more: Any) -> int:
        is_draining = "offset_dst" in more
        if is_draining == (where == "drain"):
            raise OSError(code, os.strerror(code))
        return real(source, target, count, **more)

    return instead


def pour(conduit: Conduit, folder: Path, path: Path) -> bytes:
    """Carry a file into a part file, and return what came of it."""
    reply = LocalBackend().open(Address(url=path.as_uri()))
    with closing(reply), PartFile(folder, len(DATA)) as part:
        part.begin(Origin(url=""))
        while (index := part.first_gap(0, part.segments)) is not None:
            count = reply.splice(conduit, 100_000)
            assert count
            part.write_from(conduit, index, count)
        assert part.done == len(DATA)
    return (folder / "data").read_bytes()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").write_bytes(DATA)
    return tmp_path / "source"


def test_a_file_comes_as_it_is(conduit: Conduit, tmp_path: Path, source: Path) -> None:
    assert pour(conduit, tmp_path / "part", source) == DATA


@pytest.mark.parametrize("code", UNABLE)
def test_where_a_file_cannot_be_written_so_it_is_written(
    conduit: Conduit,
    tmp_path: Path,
    source: Path,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "splice", failing(code, where="drain"))
    assert pour(conduit, tmp_path / "part", source) == DATA


@pytest.mark.parametrize("code", UNABLE)
def test_what_cannot_be_taken_so_has_to_be_read(
    conduit: Conduit, source: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "splice", failing(code, where="fill"))
    reply = LocalBackend().open(Address(url=source.as_uri()))
    assert reply.splice(conduit, 100) is None
    buffer = memoryview(bytearray(100))
    assert buffer[: reply.readinto(buffer)] == DATA[:100]
    reply.close()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_is_told_and_nothing_is_noted(
    conduit: Conduit,
    tmp_path: Path,
    source: Path,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "splice", failing(code, where="drain"))
    with pytest.raises(LocalError):
        pour(conduit, tmp_path / "part", source)
    assert PartFile.done_in(tmp_path / "part", len(DATA)) == 0


def test_without_a_free_descriptor_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full() -> tuple[int, int]:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(os, "pipe", full)
    assert Conduit.made() is None


def carry(conduit: Conduit, reply: Reply, into: Path) -> tuple[int, int]:
    """Bring an answer into a file; return how much was carried, and how much read."""
    carried = read = 0
    buffer = memoryview(bytearray(8192))
    with into.open("wb", 0) as file:
        while (count := reply.splice(conduit, 60_000)) != 0:
            if count is None:  # what came with the head
                count = reply.readinto(buffer)
                os.pwrite(file.fileno(), buffer[:count], carried + read)
                read += count
                continue
            assert conduit.drain(count, file.fileno(), carried + read) == b""
            carried += count
    return carried, read


def test_an_answer_comes_as_it_is_to_its_end_and_no_further(
    conduit: Conduit, tmp_path: Path
) -> None:
    with HttpServer({"/a": DATA}) as server:
        backend = HttpBackend()
        for start, stop in ((0, len(DATA)), (SEGMENT, 2 * SEGMENT), (0, len(DATA))):
            reply = backend.open(Address(url=server.url("/a")), start, stop)
            carried, read = carry(conduit, reply, tmp_path / "came")
            reply.close()
            assert (tmp_path / "came").read_bytes() == DATA[start:stop]
            assert read <= 8192 < carried
        backend.close()
        assert server.connections == 1  # each was read to its end, and kept


@pytest.mark.parametrize("fault", [faults.Drop(100_000), faults.Stall(100_000, 5.0)])
def test_an_answer_that_breaks_off_or_falls_silent_is_told(
    conduit: Conduit, tmp_path: Path, fault: faults.Fault
) -> None:
    with HttpServer({"/a": DATA}, {"/a": [fault]}) as server:
        backend = HttpBackend(waits=Waits(read=0.3))
        reply = backend.open(Address(url=server.url("/a")))
        with pytest.raises(PassingError, match=r"broke off|silent"):
            carry(conduit, reply, tmp_path / "came")
        reply.close()
        assert (tmp_path / "came").read_bytes() == DATA[:100_000]


def test_what_comes_in_chunks_has_to_be_read(conduit: Conduit) -> None:
    with HttpServer({"/a": DATA}, {"/a": [faults.Chunked()]}) as server:
        reply = HttpBackend().open(Address(url=server.url("/a")))
        assert not reply.may_splice
        assert reply.splice(conduit, 100) is None
        reply.close()


def test_what_is_encrypted_has_to_be_read(
    conduit: Conduit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = loopback_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with HttpServer({"/a": DATA}, tls=certificate.server) as server:
        reply = HttpBackend().open(Address(url=server.url("/a")))
        reply.readinto(memoryview(bytearray(8192)))  # what came with the head
        assert not reply.may_splice
        assert reply.splice(conduit, 100) is None
        reply.close()


@pytest.mark.parametrize("is_able", [True, False])
def test_a_download_is_carried_or_else_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_able: bool
) -> None:
    real, count = os.splice, []

    def counted(*arguments: Any, **more: Any) -> int:
        if not is_able:
            raise OSError(errno.ENOSYS, "not here")
        count.append(real(*arguments, **more))
        return count[-1]

    monkeypatch.setattr(os, "splice", counted)
    with HttpServer({"/a": DATA}) as server:
        site = Site(tmp_path, DATA, [server.url("/a")])
        assert site.pull().exit_code == 0
        assert site.published.read_bytes() == DATA
    assert (sum(count) > len(DATA)) == is_able
