"""Many small files over pipelined connections meet the same figures as one large."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.settings import Settings
from lemm_catalog.transfer import lanes, traffic
from tests.pulling import QUICK, Listener, MiB, a_file, some_bytes, write_manifest
from tests.servers.answers import Gzip, HtmlPage, Redirect, Status
from tests.servers.faults import Fault
from tests.servers.http import HttpServer
from tests.servers.scripted import CLOSE, Asked, Said, ScriptedServer, answer

FILES = {f"wavs/{n:02}.wav": some_bytes(2000 + n) for n in range(60)}
PAGES = {f"/{path}": data for path, data in FILES.items()}
LARGE = some_bytes(17 * MiB)
TOKENS = {"NOTES_TOKEN": "s3cret"}


@pytest.fixture(autouse=True, params=["together", "each alone"])
def waiting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lanes that one thread waits for, or a thread each; several as soon as may be."""
    monkeypatch.setattr(lanes, "LONG_PATH", 0.0)
    monkeypatch.setattr(traffic, "IS_ABLE", request.param == "together")


class Shop:
    """A catalog of small files at one place, and a store to pull them into."""

    def __init__(self, root: Path, base: str, **more: Any) -> None:
        self.root = root
        self.listener = Listener()
        files = []
        for path, data in FILES.items():
            source = {"url": f"{base}{path}", **more} if more else f"{base}{path}"
            files.append(a_file(path, data, source))
        write_manifest(root / "catalog", "notes", *files)

    def pull(self, **options: Any) -> DatasetOutcome:
        given = {"network": Network(waits=QUICK), **options}
        settings = Settings(cache_dir=self.root / "cache", **given)
        catalog = Catalog.load(self.root / "catalog")
        return catalog.pull(
            "notes", settings=settings, observer=self.listener
        ).datasets[0]

    def assert_pulled(self, **options: Any) -> None:
        outcome = self.pull(**options)
        assert (outcome.result, outcome.message) == ("pulled", "")
        place = self.root / "cache" / "notes"
        found = {path: (place / path).read_bytes() for path in FILES}
        assert found == FILES


@pytest.mark.parametrize(
    "fault",
    [
        *map(Status, (400, 401, 403, 404, 410, 418, 451)),
        Gzip(),
        HtmlPage(),
        Status(429, retry_after=3600),
    ],
    ids=str,
)
def test_what_stays_wrong_for_all_of_them_costs_six_requests(
    fault: Fault, tmp_path: Path
) -> None:
    with HttpServer(PAGES, {"*": [fault]}) as server:
        outcome = Shop(tmp_path, server.url("/")).pull()

        assert (outcome.result, outcome.exit_code) == ("failed", 3)
        assert len(server.requests) <= 6
    assert not (tmp_path / "cache" / "notes").exists()


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_large_file_that_is_gone_half_way_costs_six_requests_more(
    code: int, tmp_path: Path
) -> None:
    gone = Status(code, after=3)
    with HttpServer({"/a": LARGE}, {"/a": [gone]}) as server:
        file = a_file("a.bin", LARGE, server.url("/a"))
        write_manifest(tmp_path / "catalog", "notes", file)
        settings = Settings(
            cache_dir=tmp_path / "cache", network=Network(waits=QUICK), connections=4
        )
        outcome = Catalog.load(tmp_path / "catalog").pull("notes", settings=settings)

        assert outcome.exit_code == 3
        assert len([r for r in server.requests if r.status == code]) <= 6


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("after", [0, 20])
def test_a_host_that_asks_for_rest_gets_it(
    code: int, after: int, tmp_path: Path
) -> None:
    fault = Status(code, retry_after=1, after=after, times=2)
    with HttpServer(PAGES, {"*": [fault]}) as server:
        Shop(tmp_path, server.url("/")).assert_pulled(connections=1)

        refused = [r.time for r in server.requests if r.status == code]
        # What was asked ahead, before the refusal could be read, is nobody's fault.
        later = [r.time - refused[0] for r in server.requests if r.time > refused[0]]
        assert min(wait for wait in later if wait > 0.2) >= 1
        assert len(server.requests) <= len(FILES) + 10


def test_a_rest_that_is_too_long_is_reported(tmp_path: Path) -> None:
    with HttpServer(PAGES, {"*": [Status(503, retry_after=61)]}) as server:
        outcome = Shop(tmp_path, server.url("/")).pull()

    assert "wants 61 seconds" in outcome.message


def test_a_token_is_sent_ahead_to_its_origin_and_to_no_other(tmp_path: Path) -> None:
    moved = {page: [Redirect(page)] for page in list(PAGES)[::3]}
    with HttpServer(PAGES) as other, HttpServer(PAGES) as home:
        for page in moved:
            home.script(page, Redirect(other.url(page)))
        Shop(tmp_path, home.url("/"), token_env="NOTES_TOKEN").assert_pulled(
            tokens=TOKENS
        )

        sent = {record.headers.get("authorization") for record in home.requests}
        assert sent == {"Bearer s3cret"}
        assert len(other.requests) == len(moved)
        assert all("authorization" not in r.headers for r in other.requests)


def test_a_token_of_one_file_is_not_sent_with_the_next(tmp_path: Path) -> None:
    with HttpServer(PAGES) as server:
        files = []
        for number, (path, data) in enumerate(FILES.items()):
            url = server.url(f"/{path}")
            own = {"url": url, "token_env": "NOTES_TOKEN"} if number % 2 else url
            files.append(a_file(path, data, own))
        write_manifest(tmp_path / "catalog", "notes", *files)
        settings = Settings(
            cache_dir=tmp_path / "cache", network=Network(waits=QUICK), tokens=TOKENS
        )
        catalog = Catalog.load(tmp_path / "catalog")
        assert catalog.pull("notes", settings=settings).exit_code == 0

        for record in server.requests:
            number = list(PAGES).index(record.target)
            assert ("authorization" in record.headers) == bool(number % 2)


@pytest.mark.parametrize(
    "token", ["s3cret\r\nX-Evil: 1", "s3cret\n", "s3cret\0", "s3cret\u2028", "s3\x7f"]
)
def test_a_token_that_is_no_header_is_not_sent_and_not_told(
    token: str, tmp_path: Path
) -> None:
    with HttpServer(PAGES) as server:
        shop = Shop(tmp_path, server.url("/"), token_env="NOTES_TOKEN")
        outcome = shop.pull(tokens={"NOTES_TOKEN": token})

        assert (outcome.result, outcome.exit_code) == ("failed", 3)
        assert "a header holds what cannot be sent" in outcome.message
        assert server.requests == []
    said = "\n".join([outcome.message, *shop.listener.notes, *shop.listener.errors])
    assert "s3" not in said


def served(asked: Asked) -> bytes:
    return answer(PAGES[asked.path])


def only_the_first(asked: Asked) -> Iterator[Said]:
    yield served(asked)
    yield CLOSE


def four_and_no_more(asked: Asked) -> Iterator[Said]:
    yield served(asked)
    if asked.number % 4 == 0:
        yield CLOSE


def out_of_order(asked: Asked) -> Iterator[Said]:
    """Answer the second request of a connection after the third, a few times."""
    if asked.connection > 6 or asked.number not in {2, 3}:
        yield served(asked)
    elif asked.number == 3:
        before = list(PAGES.values())[list(PAGES).index(asked.path) - 1]
        yield served(asked) + answer(before)


def twice(asked: Asked) -> Iterator[Said]:
    yield served(asked) * (1 + (asked.number == 3))


def half_and_silence(asked: Asked) -> Iterator[Said]:
    if asked.number == 5:
        yield served(asked)[:500]
        yield 0.5
        yield CLOSE
    yield served(asked)


def garbage_between(asked: Asked) -> Iterator[Said]:
    garbage = b"\0 no answer to anything\r\n\r\n"
    yield served(asked) + garbage * (asked.number == 2)


def of_old(asked: Asked) -> Iterator[Said]:
    yield served(asked).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    yield CLOSE


@pytest.mark.parametrize(
    ("script", "most"),
    [
        (only_the_first, 1.2),
        (four_and_no_more, 2.0),
        (out_of_order, 4.0),
        (twice, 2.0),
        (half_and_silence, 2.0),
        (garbage_between, 2.0),
        (of_old, 1.2),
    ],
)
def test_whatever_a_server_makes_of_requests_sent_ahead_each_file_is_right(
    script: Any, most: float, tmp_path: Path
) -> None:
    with ScriptedServer(script) as server:
        hurried = Network(waits=QUICK._replace(read=0.2))
        shop = Shop(tmp_path, server.url("/"))
        shop.assert_pulled(connections=2, network=hurried)

        assert len(server.asked) <= most * len(FILES)
