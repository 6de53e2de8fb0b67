"""Redirects are followed on the web only, and secrets stay at their origin."""

from pathlib import Path

import pytest

from lemm_catalog.backends.network import Network
from tests.pulling import QUICK, Site, assert_fails_cleanly, assert_pulled, some_bytes
from tests.servers.answers import Hops, Redirect, Status
from tests.servers.faults import Drop, Fault
from tests.servers.http import HttpServer
from tests.servers.tls import Certificate, loopback_certificate

DATA = some_bytes(300_000)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return loopback_certificate(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(code: int, tmp_path: Path) -> None:
    faults = {"/a": [Redirect("/b", code=code)]}
    with HttpServer({"/a": b"", "/b": DATA}, faults) as server:
        assert_pulled(Site(tmp_path, DATA, [server.url("/a")]))


def test_ten_redirects_are_followed_and_eleven_are_not(tmp_path: Path) -> None:
    with HttpServer({"/a": DATA, "/b": DATA}) as server:
        server.script("/a", Hops(count=10))
        server.script("/b", Hops(count=11))
        assert_pulled(Site(tmp_path / "a", DATA, [server.url("/a")]))
        assert_fails_cleanly(
            Site(tmp_path / "b", DATA, [server.url("/b")]),
            "redirects more than 10 times",
        )

        assert len(server.of("/b")) == 11


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("/a", "redirects in a circle"),
        ("file:///etc/passwd", "redirects to file:"),
        ("ftp://127.0.0.1/x", "redirects to ftp:"),
        ("data:text/plain,x", "redirects to data:"),
        ("javascript:alert(1)", "redirects to javascript:"),
        ("http://[x", "redirects to what is no URL"),
        ("http://127.0.0.1:99999/", "redirects to what is no URL"),
        ("", "redirects to nowhere"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_asked_once(
    to: str, words: str, tmp_path: Path
) -> None:
    with HttpServer({"/a": DATA}, {"/a": [Redirect(to)]}) as server:
        assert_fails_cleanly(Site(tmp_path, DATA, [server.url("/a")]), words)

        assert len(server.requests) == 1


def test_a_resume_follows_the_redirect_anew(tmp_path: Path) -> None:
    faults: dict[str, list[Fault]] = {"/a": [Redirect("/b")]}
    faults["/b"] = [Drop(at=100_000, times=2)]
    with HttpServer({"/a": b"", "/b": DATA}, faults) as server:
        assert_pulled(Site(tmp_path, DATA, [server.url("/a")]))

        assert (len(server.of("/a")), len(server.of("/b"))) == (3, 3)
        assert server.sent("/b") == len(DATA)


def test_a_token_goes_to_its_origin_only(tmp_path: Path) -> None:
    with HttpServer({"/b": DATA}) as other, HttpServer({"/a": b""}) as server:
        server.script("/a", Redirect(other.url("/b")))
        source = {"url": server.url("/a"), "token_env": "NOTES_TOKEN"}
        site = Site(tmp_path, DATA, [source], tokens={"NOTES_TOKEN": "s3cret"})
        assert_pulled(site)

        assert server.requests[0].headers["authorization"] == "Bearer s3cret"
        assert "authorization" not in other.requests[0].headers
        assert "s3cret" not in _all_text(site)


def test_a_token_does_not_come_back_by_another_origin(tmp_path: Path) -> None:
    with HttpServer({"/b": b""}) as other, HttpServer({"/a": b"", "/c": DATA}) as home:
        home.script("/a", Redirect(other.url("/b")))
        other.script("/b", Redirect(home.url("/c")))
        source = {"url": home.url("/a"), "token_env": "NOTES_TOKEN"}
        assert_pulled(Site(tmp_path, DATA, [source], tokens={"NOTES_TOKEN": "s3cret"}))

        assert "authorization" not in other.requests[0].headers
        assert home.of("/c")[0].headers["authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("code", [401, 403, 404, 500])
def test_no_message_holds_a_token_or_a_query(code: int, tmp_path: Path) -> None:
    with HttpServer({"/a": DATA}, {"/a": [Status(code)]}) as server:
        url = server.url("/a?signature=s3cret-too")
        source = {"url": url, "token_env": "NOTES_TOKEN"}
        site = Site(tmp_path, DATA, [source], tokens={"NOTES_TOKEN": "s3cret"})
        outcome = site.pull()

        assert outcome.exit_code == 3
        assert "s3cret" not in outcome.message + site.said()


def test_https_is_trusted_by_the_certificate_given(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HttpServer({"/a": DATA}, tls=certificate.server) as server:
        assert_fails_cleanly(
            Site(tmp_path / "one", DATA, [server.url("/a")]),
            "its certificate is not accepted: self-signed certificate",
        )
        assert server.requests == []
        assert server.connections <= 1

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
        assert_pulled(Site(tmp_path / "two", DATA, [server.url("/a")]))


def test_https_never_falls_back_to_http(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with (
        HttpServer({"/b": DATA}) as plain,
        HttpServer({"/a": DATA}, tls=certificate.server) as server,
    ):
        server.script("/a", Redirect(plain.url("/b?key=s3cret")))
        site = Site(tmp_path, DATA, [server.url("/a")])
        assert_fails_cleanly(site, f"redirects from https to {plain.url('/b')}")

        assert plain.requests == []
        assert "s3cret" not in site.said()


def test_a_proxy_is_used_but_for_what_is_near(tmp_path: Path) -> None:
    # Two servers: where a request was given up, the one that was near may hear of it
    # once the next one is under way.
    with HttpServer({"/a": DATA}) as server, HttpServer() as proxy:
        # To a proxy the target is a whole URL, which is no path of this server.
        login = f"http://user:pa%3Ass@127.0.0.1:{proxy.port}"
        near = {"http": login, "no": "localhost,127.0.0.1"}
        assert_pulled(
            Site(
                tmp_path / "near",
                DATA,
                [server.url("/a")],
                network=Network(waits=QUICK, proxies=near),
            )
        )
        assert proxy.requests == []
        far = Network(waits=QUICK, proxies={"http": login})
        site = Site(tmp_path / "far", DATA, ["http://far.invalid/a"], network=far)
        assert_fails_cleanly(site, "http://far.invalid/a: has no such file (404)")

        asked = proxy.requests[0]
        assert asked.target == "http://far.invalid/a"
        assert asked.headers["proxy-authorization"] == "Basic dXNlcjpwYTpzcw=="


def _all_text(site: Site) -> str:
    files = (path for path in site.cache.rglob("*") if path.is_file())
    text = "".join(path.read_bytes().decode("latin-1") for path in files)
    return text + site.said()
