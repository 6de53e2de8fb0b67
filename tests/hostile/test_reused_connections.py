"""What a kept connection still holds, and what a host that asks for rest gets.

An answer nobody asked for may be taken for the next one: it is believed only once it
comes over a new connection. Where one lane is told to wait, all of them do.
"""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.settings import Settings
from tests.pulling import QUICK, MiB, Site, a_file, some_bytes, write_manifest
from tests.servers.answers import Status
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.servers.scripted import CLOSE, Asked, Said, ScriptedServer, answer

FEW = {f"{n}.wav": some_bytes(50_000, seed=n) for n in range(4)}
MANY = {f"{n:02}.wav": some_bytes(2000 + n) for n in range(60)}
OTHER = some_bytes(50_000, seed=9)
HURRIED = Network(waits=QUICK._replace(read=0.3))


def pulled(
    root: Path, files: dict[str, bytes], base: str, connections: int = 1
) -> DatasetOutcome:
    pins = [a_file(path, data, f"{base}{path}") for path, data in files.items()]
    write_manifest(root / "catalog", "notes", *pins)
    settings = Settings(
        cache_dir=root / "cache", network=HURRIED, connections=connections
    )
    return Catalog.load(root / "catalog").pull("notes", settings=settings).datasets[0]


def found(root: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: (root / "cache" / "notes" / path).read_bytes() for path in files}


LEFT_OVER = {
    "a refusal": answer(b"", status="404 Not Found"),
    "a login": answer(b"who?", status="403 Forbidden"),
    "no such range": answer(b"", "Content-Range: bytes */5", status="416 No"),
    "another size": answer(b"short"),
    "nothing": answer(b""),
    "a page": answer(b"<p>Hello", "Content-Type: text/html"),
    "other bytes": answer(OTHER),
    "packed bytes": answer(OTHER, "Content-Encoding: gzip"),
    "a redirect to nowhere": answer(b"", "Location: ftp://a/", status="302 Found"),
    "no answer at all": b"\0 nothing that anybody asked for\r\n\r\n",
}


@pytest.mark.parametrize("name", LEFT_OVER)
@pytest.mark.parametrize("files", [FEW, MANY], ids=["one by one", "ahead"])
def test_what_is_left_over_on_a_connection_costs_only_that_connection(
    name: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    def script(asked: Asked) -> Iterator[Said]:
        if asked.number > 1:
            yield LEFT_OVER[name]
        yield answer(files[asked.path.removeprefix("/")])

    with ScriptedServer(script) as server:
        outcome = pulled(tmp_path, files, server.url("/"))

        assert (outcome.result, outcome.message) == ("pulled", "")
        assert len(server.asked) <= 4 * len(files)
    assert found(tmp_path, files) == files


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden"])
def test_a_refusal_that_is_meant_is_asked_for_twice_at_most(
    status: str, tmp_path: Path
) -> None:
    def script(asked: Asked) -> Iterator[Said]:
        is_last = asked.path == "/3.wav"
        data = FEW[asked.path.removeprefix("/")]
        yield answer(b"no", status=status) if is_last else answer(data)

    with ScriptedServer(script) as server:
        outcome = pulled(tmp_path, FEW, server.url("/"))

        assert (outcome.result, outcome.exit_code) == ("failed", 3)
        assert len([one for one in server.asked if one.path == "/3.wav"]) == 2


def test_wrong_bytes_that_stay_are_asked_for_twice_at_most(tmp_path: Path) -> None:
    def script(asked: Asked) -> Iterator[Said]:
        data = FEW[asked.path.removeprefix("/")]
        yield answer(OTHER if asked.path == "/3.wav" else data)

    with ScriptedServer(script) as server:
        outcome = pulled(tmp_path, FEW, server.url("/"))

        assert (outcome.result, outcome.exit_code) == ("failed", 3)
        assert "gave bytes whose sha256 is" in outcome.message
        assert len([one for one in server.asked if one.path == "/3.wav"]) == 2


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("connections", [1, 4, 16])
def test_a_host_of_small_files_that_asks_for_rest_is_asked_by_nobody(
    code: int, connections: int, tmp_path: Path
) -> None:
    pages = {f"/{path}": data for path, data in MANY.items()}
    fault = Status(code, retry_after=1, after=20, times=2)
    with HttpServer(pages, {"*": [Rate(200_000), fault]}) as server:
        outcome = pulled(tmp_path, MANY, server.url("/"), connections)

        assert (outcome.result, outcome.message) == ("pulled", "")
        assert_rested(server, code)
        assert len(server.requests) <= len(MANY) + 8 * connections
    assert found(tmp_path, MANY) == MANY


@pytest.mark.parametrize("code", [429, 503])
def test_all_lanes_of_a_large_file_rest_when_one_is_told_to(
    code: int, tmp_path: Path
) -> None:
    data = some_bytes(17 * MiB)
    fault = Status(code, retry_after=1, after=6, times=1)
    with HttpServer({"/a": data}, {"/a": [Rate(6 * MiB), fault]}) as server:
        site = Site(tmp_path, data, [server.url("/a")], connections=4)

        assert site.pull().message == ""
        assert_rested(server, code)
    assert site.published.read_bytes() == data


def assert_rested(server: HttpServer, code: int) -> None:
    """See that nobody asked for a second, but what was under way by then."""
    refused = min(r.time for r in server.requests if r.status == code)
    later = [r.time - refused for r in server.requests if r.time > refused]
    assert min(wait for wait in later if wait > 0.2) >= 1


def test_a_connection_that_breaks_while_the_host_rests_is_not_asked_anew(
    tmp_path: Path,
) -> None:
    times: list[float] = []
    refusal = answer(b"", "Retry-After: 1", status="429 Too Many Requests")

    def script(asked: Asked) -> Iterator[Said]:
        number = len(server.asked)
        times.append(time.monotonic())
        if number == 21:
            yield refusal
            yield CLOSE
        yield answer(MANY[asked.path.removeprefix("/")])

    with ScriptedServer(script) as server:
        outcome = pulled(tmp_path, MANY, server.url("/"))

        assert (outcome.result, outcome.message) == ("pulled", "")
        gaps = [b - a for a, b in pairwise(times[20:])]
        assert max(gaps) >= 1
        assert sum(gaps[: gaps.index(max(gaps))]) < 0.2
    assert found(tmp_path, MANY) == MANY
