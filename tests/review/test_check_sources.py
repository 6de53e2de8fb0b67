"""``check-sources``: what sources answer, and what that means."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.network import Network
from lemm_catalog.backends.table import Backends
from lemm_catalog.load.catalog import load
from lemm_catalog.model.probe import Answer, Probe, Seen
from lemm_catalog.probing.asking import PER_HOST, ask_all
from lemm_catalog.problems import errors_in
from lemm_catalog.render.probes.text import render
from lemm_catalog.rules.answering import judged
from tests.builders import a_file
from tests.cli.running import run, snapshot, write_manifest
from tests.servers.answers import HtmlPage, NoRanges, Redirect, Status
from tests.servers.http import HttpServer

DATA = b"x" * 1000


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer({"/notes.tar.gz": DATA}) as running:
        yield running


def catalog_of(*urls: str, **keys: Any) -> None:
    write_manifest(Path("mine"), "notes", files=[a_file(source=list(urls), **keys)])


def check(*words: str) -> Any:
    common = ("--catalog", "mine", "--allow-private")
    done = run("check-sources", *common, "--json", *words)
    return done.code, [one["state"] for one in done.json["sources"]]


def test_a_source_with_the_right_size_is_fine_for_one_byte(server: HttpServer) -> None:
    catalog_of(server.url("/notes.tar.gz"))
    assert check() == (0, ["fine"])
    assert server.sent() == 1


def test_a_server_without_ranges_is_asked_as_well(server: HttpServer) -> None:
    server.script("/notes.tar.gz", NoRanges())
    catalog_of(server.url("/notes.tar.gz"))
    assert check() == (0, ["fine"])


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        (404, "gone", 1),
        (410, "gone", 1),
        (403, "refused", 0),
        (401, "refused", 0),
        (429, "busy", 0),
        (503, "busy", 0),
        (500, "unreachable", 3),
    ],
)
def test_what_a_status_means(
    server: HttpServer, status: int, state: str, code: int
) -> None:
    server.script("/notes.tar.gz", Status(status))
    catalog_of(server.url("/notes.tar.gz"))
    assert check() == (code, [state])


def test_other_bytes_and_login_pages_are_changed(server: HttpServer) -> None:
    catalog_of(server.url("/notes.tar.gz"), size=999)
    assert check() == (1, ["changed"])
    server.script("/notes.tar.gz", HtmlPage())
    catalog_of(server.url("/notes.tar.gz"), size={"about": "1 kB"})
    assert check()[1] == ["changed"]


def test_a_mirror_that_is_gone_is_a_finding_though_another_answers(
    server: HttpServer,
) -> None:
    server.script("/gone", Status(404))
    catalog_of(server.url("/notes.tar.gz"), server.url("/gone"))
    assert check() == (1, ["fine", "gone"])
    issue = run(
        *("check-sources", "--catalog", "mine", "--allow-private", "--format", "issue")
    )
    assert issue.out.count("- [ ] ") == 1
    assert "2 sources: 1 fine, 1 gone." in issue.out


def test_nobody_there_is_3() -> None:
    with HttpServer({}) as closed:
        url = closed.url("/a")
    catalog_of(url)
    assert check() == (3, ["unreachable"])


def test_private_addresses_are_not_visited_unless_allowed(server: HttpServer) -> None:
    catalog_of(server.url("/notes.tar.gz"))
    done = run("check-sources", "--catalog", "mine", "--json")
    assert [one["state"] for one in done.json["sources"]] == ["private"]
    assert server.requests == []
    assert done.code == 0


def test_a_narrow_terminal_cuts_no_reason_and_shows_the_findings_last() -> None:
    long = "has 1,234,567,890 bytes, and 1,234,567,891 are pinned in the manifest"
    probes = (
        Probe("a", "gone.zip", "https://x.org/gone.zip", "gone", "has no such file"),
        Probe("a", "big.zip", "https://x.org/big.zip", "changed", long),
        Probe("b", "shy.zip", "https://x.org/shy.zip", "refused", "refuses access"),
        Probe("b", "well.zip", "https://x.org/well.zip", "fine", ""),
    )
    lines = render(probes, 60).splitlines()
    assert lines[0] == "fine         b/well.zip"
    assert lines[1] == "refused      b/shy.zip: refuses access"
    assert lines[-1] == "4 sources: 1 gone, 1 changed, 1 refused, 1 fine"
    assert long in " ".join(" ".join(lines).split())
    assert max(map(len, lines)) <= 60
    rows = render(probes, None).splitlines()  # a pipe gets one line for each source
    assert [row.split()[0] for row in rows[1:-1]] == [one.state for one in probes]
    assert all(one.source in row for one, row in zip(probes, rows[1:], strict=False))


ANYWHERE = "93.184.216.34"


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let open.example be a public address, served from here; note all connections.

    What is judged is judged as ever: only where a public address leads is another.
    """
    names = {"open.example": ANYWHERE, "inner.example": "127.0.0.1"}
    noted: list[str] = []

    class Routed(socket.socket):
        def connect(self, place: Any) -> None:
            noted.append(place[0])
            host = "127.0.0.1" if place[0] == ANYWHERE else place[0]
            super().connect((host, *place[1:]))

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (names.get(host, host), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "socket", Routed)
    return noted


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "169.254.169.254", "10.0.0.1", "0.0.0.0", "localhost"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "inner.example"),
    ],
)
def test_a_public_source_that_leads_to_a_private_address_is_not_followed(
    host: str, connected: list[str]
) -> None:
    page = {"/notes.tar.gz": DATA}
    with HttpServer(page) as inner, HttpServer(page) as outer:
        outer.script("*", Redirect(f"http://{host}:{inner.port}/notes.tar.gz"))
        catalog_of(f"http://open.example:{outer.port}/notes.tar.gz")
        done = run("check-sources", "--catalog", "mine", "--json")
        [one] = done.json["sources"]
        assert one["state"] == "private"
        assert host.strip("[]") in one["message"]
        assert "private address" in one["message"] or "this machine" in one["message"]
        assert (len(outer.requests), inner.requests) == (1, [])
        assert set(connected) == {ANYWHERE}


def test_update_keeps_what_else_a_lock_holds(server: HttpServer) -> None:
    """A lock has one writer: commits and patterns stay, a line for each file."""
    catalog_of(server.url("/notes.tar.gz"))
    check("--update")
    path = Path("mine/locks/notes.json")
    lock = json.loads(path.read_text("utf-8"))
    lock["commits"] = {"hf://datasets/a/b@main": "0" * 40}
    lock["filters"] = {"wavs/": {"include": ["*.wav"], "exclude": []}}
    [pin] = lock["files"]["notes.tar.gz"]
    said = {key: pin.pop(key) for key in ("etag", "last_modified") if key in pin}
    path.write_text(json.dumps(lock), encoding="utf-8")
    assert check("--update") == (0, ["fine"])
    text = path.read_text("utf-8")
    after = json.loads(text)
    assert (after["commits"], after["filters"]) == (lock["commits"], lock["filters"])
    assert after["files"] == {"notes.tar.gz": [pin | said]}
    assert sum("notes.tar.gz" in line for line in text.splitlines()) == 2


def test_update_notes_what_was_seen_and_a_change_is_then_found(
    server: HttpServer,
) -> None:
    catalog_of(server.url("/notes.tar.gz"))
    before = snapshot(Path("mine"))
    check()
    assert snapshot(Path("mine")) == before  # nothing is written unless asked to
    assert check("--update") == (0, ["fine"])
    path = Path("mine/locks/notes.json")
    lock = json.loads(path.read_text("utf-8"))
    [pin] = lock["files"]["notes.tar.gz"]
    assert pin["url"] == server.url("/notes.tar.gz")
    assert pin["etag"] or pin["last_modified"]
    assert errors_in(load(["mine"]).problems) == ()
    first = path.read_bytes()
    assert check("--update") == (0, ["fine"])
    assert path.read_bytes() == first
    server.put("/notes.tar.gz", b"y" * 1000)
    lock["files"]["notes.tar.gz"][0] |= {
        "etag": '"another"',
        "last_modified": "Sun, 01 Nov 2020 00:00:00 GMT",
    }
    path.write_text(json.dumps(lock), encoding="utf-8")
    assert check() == (1, ["changed"])
    assert check("--update")[0] == 1
    assert json.loads(path.read_text("utf-8")) == lock  # what changed is not noted


@pytest.mark.parametrize(
    ("answer", "seen", "state"),
    [
        (Answer(total=1, etag='"a"'), Seen(etag='W/"a"'), "fine"),
        (Answer(total=1, etag='"b"'), Seen(etag='"a"'), "changed"),
        (
            Answer(total=1, etag='"b"', last_modified="d"),
            Seen(None, '"a"', "d"),
            "fine",
        ),
        (
            Answer(total=1, etag='"b"', last_modified="e"),
            Seen(None, '"a"', "d"),
            "changed",
        ),
        (
            Answer(total=1, etag='"a"', last_modified="e"),
            Seen(None, '"a"', "d"),
            "fine",
        ),
        (Answer(total=1, last_modified="e"), Seen(last_modified="d"), "changed"),
        (Answer(total=1), Seen(etag='"a"'), "fine"),
        (Answer(), None, "fine"),
    ],
)
def test_versions_are_compared(answer: Answer, seen: Seen | None, state: str) -> None:
    assert judged(answer, 1, seen)[0] == state


def asked(urls: list[str], waits: list[float]) -> list[Answer]:
    addresses = [Address(url=url) for url in urls]
    backends = Backends(Network())
    return ask_all(addresses, backends, sleep=waits.append)


def test_a_host_that_says_when_is_asked_again_then(server: HttpServer) -> None:
    server.script("/notes.tar.gz", Status(429, retry_after=7, times=1))
    waits: list[float] = []
    [answer] = asked([server.url("/notes.tar.gz")], waits)
    assert (answer.total, waits) == (1000, [7.0])


def test_a_host_that_has_enough_is_left_alone(server: HttpServer) -> None:
    server.script("*", Status(429, retry_after=3600))
    urls = [server.url(f"/{n}") for n in range(20)]
    waits: list[float] = []
    answers = asked(urls, waits)
    assert {one.status for one in answers} == {429}
    assert waits == []
    assert len(server.requests) == PER_HOST


def test_one_host_gets_few_questions_at_a_time() -> None:
    pages = {f"/{n}": DATA for n in range(30)}
    with HttpServer(pages, most_connections=PER_HOST) as server:
        answers = asked([server.url(path) for path in pages], [])
    assert {one.total for one in answers} == {1000}


def test_redirects_are_followed_and_offline_asks_nobody(server: HttpServer) -> None:
    server.script("/moved", Redirect("/notes.tar.gz"))
    catalog_of(server.url("/moved"))
    assert check() == (0, ["fine"])
    server.forget()
    assert run("check-sources", "--catalog", "mine", "--offline").code == 2
    assert server.requests == []


def test_what_no_address_leads_to_is_not_asked() -> None:
    done = run("check-sources", "sample")
    assert (done.code, "unasked" in done.out) == (0, True)
