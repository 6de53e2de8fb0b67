"""A certificate that is not right is not accepted, and no handshake lasts for ever."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemm_catalog.backends.network import Network
from tests.pulling import QUICK, Site, assert_fails_cleanly, assert_pulled, some_bytes
from tests.servers.http import HttpServer
from tests.servers.scripted import CLOSE, Said, ScriptedServer
from tests.servers.tls import Certificate, loopback_certificate

DATA = some_bytes(50_000)
_NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def made(folder: Path, days: int, names: str) -> Certificate:
    """Return a certificate of our own for some days (or past ones) and names."""
    loopback_certificate(folder)  # skips, or fails, without openssl
    made_one = Certificate(folder / "own.pem", folder / "own.key")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    request = [*key, "-subj", "/CN=lemm-catalog test", "-keyout", str(made_one.key)]
    _openssl("req", *request, "-out", str(folder / "own.csr"))
    (folder / "names").write_text(names)
    signed = ["-req", "-in", str(folder / "own.csr"), "-signkey", str(made_one.key)]
    signed += ["-days", str(days), "-extfile", str(folder / "names")]
    _openssl("x509", *signed, "-out", str(made_one.file))
    return made_one


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("days", "names", "words"),
    [
        (-1, _NAMES, "certificate has expired"),
        (2, "subjectAltName=DNS:other.example", "certificate is not valid for"),
        (2, "subjectAltName=DNS:127.0.0.1", "certificate is not valid for"),
    ],
)
def test_a_certificate_that_is_expired_or_of_another_is_not_accepted(
    days: int,
    names: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificate = made(tmp_path, days, names)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with HttpServer({"/a": DATA}, tls=certificate.server) as server:
        source = {"url": server.url("/a"), "token_env": "NOTES_TOKEN"}
        site = Site(tmp_path, DATA, [source], tokens={"NOTES_TOKEN": "s3cret"})
        assert_fails_cleanly(site, words)

        assert server.requests == []


def test_a_certificate_that_is_right_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = made(tmp_path, 2, _NAMES)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with HttpServer({"/a": DATA}, tls=certificate.server) as server:
        assert_pulled(Site(tmp_path, DATA, [server.url("/a")]))


@pytest.mark.parametrize(
    "said",
    [
        [b"HTTP/1.1 400 Bad Request\r\n\r\n", CLOSE],
        [b"\x15\x03\x03\x00\x02\x02\x28", CLOSE],
        [b"\x16\x03\x03\xff\xff" + b"x" * 70_000, CLOSE],
        [b"SSH-2.0-OpenSSH_9\r\n", CLOSE],
        [CLOSE],
        [5.0],
    ],
    ids=["plain http", "an alert", "a giant", "ssh", "closed", "silent"],
)
def test_what_is_no_tls_is_an_error_in_words(said: list[Said], tmp_path: Path) -> None:
    with ScriptedServer(lambda _: (), first=said) as server:
        site = secure(tmp_path, server, connect=0.3)
        assert_fails_cleanly(site, "5 times in a row")

        assert server.connections == 5


def test_a_handshake_that_drips_is_cut(tmp_path: Path) -> None:
    def drip() -> Iterator[Said]:
        for byte in b"\x16\x03\x03\x40\x00" + b"x" * 60:
            yield bytes([byte])
            yield 0.1

    with ScriptedServer(lambda _: (), first=drip()) as server:
        before = time.monotonic()
        assert_fails_cleanly(secure(tmp_path, server, connect=0.3), "5 times in a row")

        assert time.monotonic() - before < 5


def test_plain_http_is_not_spoken_to_a_server_of_tls(tmp_path: Path) -> None:
    certificate = loopback_certificate(tmp_path)
    with HttpServer({"/a": DATA}, tls=certificate.server) as server:
        url = server.url("/a").replace("https:", "http:")
        assert_fails_cleanly(Site(tmp_path, DATA, [url]), "5 times in a row")


def secure(root: Path, server: ScriptedServer, *, connect: float) -> Site:
    url = server.url("/a").replace("http:", "https:")
    waits = QUICK._replace(connect=connect)
    return Site(root, DATA, [url], network=Network(waits=waits))
