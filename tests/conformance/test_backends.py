"""What every backend does, whatever it speaks; each is one small class."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.base import Backend
from lemm_catalog.backends.network import Network
from lemm_catalog.backends.reply import Reply
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import LemmError, PassingError, SourceError
from tests.pulling import QUICK, some_bytes
from tests.servers.ftp import Ftp
from tests.servers.http import HttpServer
from tests.servers.nginx import Nginx
from tests.servers.ports import refused_port
from tests.servers.tls import loopback_certificate

DATA = some_bytes(300_000)
NAME = "deep/a file.bin"
IN_URL = "deep/a%20file.bin"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Kind(ABC):
    """One backend with a folder it serves; ``dead`` is a URL nobody serves."""

    dead = f"http://127.0.0.1:{refused_port()}/a"
    in_url = IN_URL
    network = Network(waits=QUICK)

    def __init__(
        self, folder: Path, stack: ExitStack, patch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.stack = stack
        self.patch = patch
        self.start()

    @abstractmethod
    def start(self) -> None:
        """Begin to serve."""

    @abstractmethod
    def url(self, path: str) -> str:
        """Return the URL of a path below the folder."""

    def backend(self, url: str) -> Backend:
        return Backends(self.network).for_url(url)

    def open(self, path: str, start: int = 0, stop: int | None = None) -> Reply:
        url = self.url(path)
        return self.backend(url).open(Address(url=url), start, stop)


class Http(Kind):
    def start(self) -> None:
        self.server = self.stack.enter_context(HttpServer(self.folder))

    def url(self, path: str) -> str:
        return self.server.url(path)


class OnNginx(Kind):
    def start(self) -> None:
        self.server = self.stack.enter_context(Nginx(self.folder))

    def url(self, path: str) -> str:
        return self.server.url(path)


class Https(Kind):
    dead = f"https://127.0.0.1:{refused_port()}/a"

    def start(self) -> None:
        made = loopback_certificate(self.folder)
        self.patch.setenv("SSL_CERT_FILE", str(made.file))
        self.server = self.stack.enter_context(HttpServer(self.folder, tls=made.server))

    def url(self, path: str) -> str:
        return self.server.url(path)


class Hub(Kind):
    dead = "hf://datasets/owner/name/a"  # without a revision, hence main

    def start(self) -> None:
        self.server = self.stack.enter_context(HttpServer({}))
        for file in self.folder.rglob("*.bin"):
            path = file.relative_to(self.folder).as_posix().replace(" ", "%20")
            place = f"/datasets/owner/name/resolve/{COMMIT}/{path}"
            self.server.put(place, file.read_bytes())
        self.network = Network(waits=QUICK, hub_endpoint=self.server.origin)

    def url(self, path: str) -> str:
        return f"hf://datasets/owner/name@{COMMIT}/{path}"


class OverFtp(Kind):
    dead = f"ftp://127.0.0.1:{refused_port()}/a"
    in_url = "deep/plain.bin"  # fsspec takes paths of FTP as they are

    def start(self) -> None:
        self.server = self.stack.enter_context(Ftp(self.folder))

    def url(self, path: str) -> str:
        return self.server.url(path)


class Local(Kind):
    dead = "file:///no/such/folder/a"

    def start(self) -> None:
        """A file is there without being served."""

    def url(self, path: str) -> str:
        return f"{self.folder.as_uri()}/{path}"


KINDS = (Http, OnNginx, Https, Hub, OverFtp, Local)


@pytest.fixture(params=KINDS, ids=lambda kind: cast(type, kind).__name__)
def kind(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Kind]:
    folder = tmp_path / "served"
    (folder / "deep").mkdir(parents=True)
    (folder / NAME).write_bytes(DATA)
    (folder / "deep" / "plain.bin").write_bytes(DATA)
    (folder / "empty.bin").write_bytes(b"")
    with ExitStack() as stack:
        yield request.param(folder, stack, monkeypatch)


def read_all(reply: Reply, most: int = 1 << 30) -> bytes:
    buffer = memoryview(bytearray(65_536))
    found = b""
    while len(found) < most:
        count = reply.readinto(buffer[: most - len(found)])
        if count == 0:
            break
        found += buffer[:count]
    reply.close()
    return found


def test_a_file_is_read_as_a_whole(kind: Kind) -> None:
    reply = kind.open(kind.in_url)

    assert (reply.start, reply.total) == (0, len(DATA))
    assert read_all(reply) == DATA


@pytest.mark.parametrize("start", [1, 65_536, 299_999])
def test_a_file_is_read_from_a_start(kind: Kind, start: int) -> None:
    reply = kind.open(kind.in_url, start, len(DATA))

    assert (reply.start, reply.total) == (start, len(DATA))
    assert not reply.is_whole
    assert DATA[start:] == read_all(reply)


def test_a_part_from_the_middle_is_read(kind: Kind) -> None:
    reply = kind.open(kind.in_url, 1000, 2000)

    # A reply may go on beyond the stop; whoever reads takes what was asked for.
    assert DATA[1000:2000] == read_all(reply, most=1000)


def test_an_empty_file_is_read(kind: Kind) -> None:
    assert read_all(kind.open("empty.bin")) == b""


def test_many_parts_are_read_one_after_the_other(kind: Kind) -> None:
    steps = range(0, len(DATA), 50_000)
    parts = [kind.open(kind.in_url, at, at + 50_000) for at in steps]

    assert b"".join(read_all(part, most=50_000) for part in parts) == DATA


def test_a_missing_file_is_a_source_error_in_words(kind: Kind) -> None:
    with pytest.raises(SourceError, match=r"no such file") as caught:
        kind.open("deep/missing.bin")

    assert "/deep/missing.bin: " in str(caught.value)
    assert type(caught.value) is SourceError  # asking again would not help
    assert "Traceback" not in str(caught.value)


def test_a_start_beyond_the_end_gives_no_bytes(kind: Kind) -> None:
    try:
        found = read_all(kind.open(kind.in_url, 400_000, 500_000))
    except SourceError:
        return
    assert found == b""


def test_no_foreign_error_passes_the_door(kind: Kind) -> None:
    for url in (kind.dead, kind.url("../../etc"), kind.url("")):
        try:
            reply = kind.backend(url).open(Address(url=url))
            read_all(reply, most=1000)
        except LemmError as error:
            assert str(error).isprintable()


@pytest.mark.parametrize("scheme", ["http", "https", "ftp"])
def test_a_host_that_is_down_is_told_alike(scheme: str) -> None:
    url = f"{scheme}://127.0.0.1:{refused_port()}/a"
    with pytest.raises(PassingError, match="cannot be reached"):
        Backends(Network(waits=QUICK)).for_url(url).open(Address(url=url))


def test_closing_twice_and_aborting_never_raise(kind: Kind) -> None:
    reply = kind.open(kind.in_url)
    reply.readinto(memoryview(bytearray(10)))
    reply.abort()
    reply.close()
    reply.close()


def test_a_token_goes_to_the_hub_s_endpoint_only(tmp_path: Path) -> None:
    with HttpServer({"/a": DATA}) as other, HttpServer({}) as hub:
        hub.put(f"/datasets/o/n/resolve/{COMMIT}/a", DATA)
        network = Network(waits=QUICK, hub_endpoint=hub.origin, hub_token="s3cret")
        for url in (f"hf://datasets/o/n@{COMMIT}/a", other.url("/a")):
            reply = Backends(network).for_url(url).open(Address(url=url))
            assert read_all(reply) == DATA

        assert hub.requests[0].headers["authorization"] == "Bearer s3cret"
        assert "authorization" not in other.requests[0].headers


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("hf://datasets/o/n@v1/a/b.bin", "/datasets/o/n/resolve/v1/a/b.bin"),
        ("hf://datasets/o/n/a.bin", "/datasets/o/n/resolve/main/a.bin"),
        ("hf://o/n@v1/a.bin", "/o/n/resolve/v1/a.bin"),
        ("hf://models/o/n@v1/a.bin", "/o/n/resolve/v1/a.bin"),
        ("hf://spaces/o/n@v1/a.bin", "/spaces/o/n/resolve/v1/a.bin"),
        (
            "hf://datasets/o/n@refs%2Fpr%2F1/a%20b",
            "/datasets/o/n/resolve/refs%2Fpr%2F1/a%20b",
        ),
    ],
)
def test_a_hub_address_is_the_hub_s_resolve_url(url: str, path: str) -> None:
    with HttpServer({path: DATA}) as hub:
        network = Network(waits=QUICK, hub_endpoint=f"{hub.origin}/")
        reply = Backends(network).for_url(url).open(Address(url=url))

        assert read_all(reply) == DATA


def test_a_hub_address_without_a_file_is_refused() -> None:
    with pytest.raises(SourceError, match="is not of the form hf://datasets/owner"):
        Backends(Network()).for_url("hf:").open(Address(url="hf://datasets/o/n"))


def test_a_protocol_without_its_package_names_the_package() -> None:
    url = "oci://bucket@namespace/a"

    with pytest.raises(SourceError, match=r"oci: needs a package .*pip install ocifs"):
        Backends(Network()).for_url(url).open(Address(url=url))


def test_a_scheme_nobody_knows_is_refused() -> None:
    url = "gopher://127.0.0.1/a"

    with pytest.raises(SourceError, match=r"gopher://127\.0\.0\.1/a: "):
        Backends(Network()).for_url(url).open(Address(url=url))


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    url = (tmp_path / "pipe").as_uri()

    with pytest.raises(SourceError, match="is not a plain file"):
        Backends(Network()).for_url(url).open(Address(url=url))
