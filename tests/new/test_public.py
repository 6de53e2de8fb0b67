"""Nothing that a stranger's document names leads to private addresses unasked."""

import socket
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.backends import public
from lemm_catalog.backends.address import Address
from lemm_catalog.backends.network import Network, Waits
from lemm_catalog.backends.public import PrivateAddressError, check_host, is_public
from lemm_catalog.backends.table import Backends
from tests.cli.running import run
from tests.new.drafting import QUICK, a_page, doubts, drafted
from tests.servers.answers import Redirect
from tests.servers.http import HttpServer

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "no address",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "188.185.22.33", "2606:4700:4700::1111"]
OPEN = {"/a.bin": b"a" * 100}


@pytest.fixture
def guarded() -> Backends:
    return Backends(Network(waits=Waits(first=0.01), public_only=True))


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_some_machines_only_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [*PUBLIC, *(f"::ffff:{PUBLIC[0]}",)])
def test_an_address_of_everybody_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "x.localhost", "metadata.google.internal", "nas.local"]
    + [one for one in PRIVATE if one != "no address"],
)
def test_a_private_host_is_refused_before_any_look_up(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("it was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(PrivateAddressError) as error:
        check_host(host, 80)
    assert "--allow-private" in (error.value.mend or "")


def led_to(monkeypatch: pytest.MonkeyPatch, *places: str) -> list[str]:
    """Let every name lead to addresses, the next one at each look-up; count them."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        place = places[min(len(asked), len(places)) - 1]
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (one, port)) for one in place.split()]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("place", ["127.0.0.1", "1.1.1.1 10.0.0.1", "169.254.169.254"])
def test_a_name_is_judged_by_every_address_it_has(
    place: str, monkeypatch: pytest.MonkeyPatch, guarded: Backends
) -> None:
    led_to(monkeypatch, place)
    with pytest.raises(
        PrivateAddressError, match="private address, which is not asked"
    ):
        guarded.for_url("http://x.org/").open(Address(url="http://x.org/"))


def test_a_name_is_looked_up_once_and_what_was_judged_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, guarded: Backends
) -> None:
    """A name that leads elsewhere at its second look-up gains nothing."""
    with HttpServer(OPEN) as server:
        asked = led_to(monkeypatch, "127.0.0.1", "10.0.0.1")
        monkeypatch.setattr(public, "is_public", lambda address: address == "127.0.0.1")
        url = f"http://rebinding.org:{server.port}/a.bin"
        reply = guarded.for_url(url).open(Address(url=url))
        assert (reply.total, asked) == (100, ["rebinding.org"])
        reply.close()
        assert server.requests[0].headers["host"] == f"rebinding.org:{server.port}"


def test_a_redirect_is_judged_again(
    monkeypatch: pytest.MonkeyPatch, guarded: Backends
) -> None:
    with HttpServer(OPEN) as inner, HttpServer(OPEN) as server:
        leads = f"http://secret.org:{inner.port}/a.bin"
        server.script("/a.bin", Redirect(leads))
        led_to(monkeypatch, "127.0.0.1", "127.0.0.2")
        monkeypatch.setattr(public, "is_public", lambda address: address == "127.0.0.1")
        url = f"http://open.org:{server.port}/a.bin"
        with pytest.raises(
            PrivateAddressError, match=r"secret.org: leads to 127.0.0.2"
        ):
            guarded.for_url(url).open(Address(url=url))
        assert (len(server.requests), inner.requests) == (1, [])


def test_a_proxy_is_not_asked_for_what_is_private(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with HttpServer(OPEN) as proxy:
        proxies = {"http": proxy.origin}
        network = Network(proxies=proxies, waits=QUICK, public_only=True)
        backend = Backends(network).for_url("http://x")
        with pytest.raises(PrivateAddressError):
            backend.open(Address(url="http://169.254.169.254/latest/"))
        assert proxy.requests == []
        led_to(monkeypatch, "1.1.1.1")
        # The proxy itself is the user's own, and may be anywhere.
        monkeypatch.setattr(
            "lemm_catalog.backends.http_reaching.socket.create_connection",
            lambda _, seconds: _connected(proxy.port, seconds),
        )
        with pytest.raises(Exception, match="404"):
            backend.open(Address(url="http://example.org/b.bin"))
        assert len(proxy.requests) == 1


def _connected(port: int, seconds: float) -> socket.socket:
    link = socket.socket()
    link.settimeout(seconds)
    link.connect(("127.0.0.1", port))
    return link


@pytest.mark.parametrize("scheme", ["ftp", "sftp", "ssh", "webdav", "adl"])
def test_what_libraries_connect_to_by_themselves_is_refused(
    scheme: str, guarded: Backends
) -> None:
    url = f"{scheme}://example.org/x"
    with pytest.raises(PrivateAddressError, match="cannot be kept to public"):
        guarded.for_url(url).open(Address(url=url))


def test_new_goes_to_no_private_address_unless_it_is_told_to(tmp_path: Path) -> None:
    with HttpServer(OPEN) as server:
        url = server.url("/a.bin")
        done = run("new", url)
        assert (done.code, done.out, server.requests) == (3, "", [])
        assert "--allow-private" in done.err
        assert run("new", url, "--allow-private", "--fetch").code == 1  # no license


def test_a_document_cannot_send_us_to_a_private_address(tmp_path: Path) -> None:
    with HttpServer(OPEN) as server:
        urls = [server.url("/a.bin"), "http://169.254.169.254/latest/meta-data"]
        package = {
            "name": "notes",
            "resources": [{"name": "a", "path": url} for url in urls]
            + [
                {
                    "name": "b",
                    "path": "https://10.0.0.1/b.csv",
                    "hash": "sha256:" + SHA,
                    "bytes": 5,
                }
            ],
        }
        path = tmp_path / "datapackage.json"
        path.write_bytes(a_page(package).body)
        for fetch in (True, False):
            made = drafted(path, allow_private=False, fetch=fetch)
            told = doubts(made)
            assert len([one for one in told if "which is not asked" in one]) == 2
            assert made.draft.gravity == "failed"
        assert server.requests == []


SHA = "15c5100fc40c3a262f9b42707c15ffed30b8fec58c0d9b88d4136f6cb1fddefe"
