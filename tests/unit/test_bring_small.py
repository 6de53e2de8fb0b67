"""Many small files: few connections, one write each, and every law of large ones."""

import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.progress import Step
from lemm_catalog.settings import Settings
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.ledger import Line
from lemm_catalog.store.ledgers import read_shared
from lemm_catalog.store.store import Store
from lemm_catalog.transfer.traffic import Traffic
from tests.pulling import QUICK, Listener, a_file, some_bytes, write_manifest
from tests.servers.answers import Flip, Status
from tests.servers.faults import Drop, Fault, HangUp, Stall
from tests.servers.http import HttpServer

FILES = {f"wavs/{n // 10}/{n}.wav": some_bytes(3000 + n) for n in range(60)}
PAGES = {f"/{path}": data for path, data in FILES.items()}
ONE = "wavs/3/30.wav"


class Shop:
    """A catalog of small files, and a store to pull them into."""

    def __init__(self, root: Path, server: HttpServer) -> None:
        self.root = root
        self.listener = Listener()
        self.files = [
            a_file(path, data, server.url(f"/{path}")) for path, data in FILES.items()
        ]

    def pull(self, **options: Any) -> DatasetOutcome:
        write_manifest(self.root / "catalog", "notes", *self.files)
        settings = Settings(
            cache_dir=self.root / "cache", network=Network(waits=QUICK), **options
        )
        catalog = Catalog.load(self.root / "catalog")
        outcome = catalog.pull("notes", settings=settings, observer=self.listener)
        return outcome.datasets[0]

    @property
    def published(self) -> dict[str, bytes]:
        place = self.root / "cache" / "notes"
        return {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in place.rglob("*")
            if path.is_file()
        }


def test_all_come_over_few_connections_and_each_is_asked_once(tmp_path: Path) -> None:
    with HttpServer(PAGES) as server:
        shop = Shop(tmp_path, server)
        assert shop.pull(connections=16).result == "pulled"

        assert shop.published == FILES
        assert sorted(r.target for r in server.requests) == sorted(PAGES)
        assert len({record.connection for record in server.requests}) <= 16
        server.forget()
        assert shop.pull().result == "present"
        assert not server.requests
    assert not (tmp_path / "cache" / ".lemm" / "staging" / "notes").exists()


@pytest.mark.parametrize(
    "fault",
    [
        Flip(times=1),
        Status(503, times=1),
        Status(500, times=2),
        Drop(at=1000, times=1),
        HangUp(times=2),
        Stall(at=10, seconds=20, times=1),
    ],
    ids=str,
)
def test_one_that_fails_at_first_is_brought_with_patience(
    fault: Fault, tmp_path: Path
) -> None:
    with HttpServer(PAGES, {f"/{ONE}": [fault]}) as server:
        shop = Shop(tmp_path, server)
        assert shop.pull().result == "pulled", shop.listener.errors
        assert len(server.requests) <= len(FILES) + 12
    assert shop.published == FILES


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Status(404), "no such file (404)"), (Flip(), "whose sha256 is")],
    ids=str,
)
def test_one_that_stays_wrong_is_named_and_nothing_is_published(
    fault: Fault, words: str, tmp_path: Path
) -> None:
    with HttpServer(PAGES, {f"/{ONE}": [fault]}) as server:
        shop = Shop(tmp_path, server)
        outcome = shop.pull()
        assert outcome.exit_code == 3
        assert words in outcome.message
        assert ONE in outcome.message
        assert shop.published == {}

        # What came right is not asked for again.
        server.script(f"/{ONE}")
        server.forget()
        assert shop.pull().result == "pulled"
        assert len(server.requests) == 1
    assert shop.published == FILES


def test_a_host_that_is_down_is_not_asked_for_every_file(tmp_path: Path) -> None:
    with HttpServer(PAGES, {page: [Status(500)] for page in PAGES}) as server:
        assert Shop(tmp_path, server).pull().exit_code == 3
        assert len(server.requests) <= 30


def test_a_mirror_helps_where_the_first_source_has_other_bytes(tmp_path: Path) -> None:
    flipped = {page: [Flip()] for page in PAGES}
    with HttpServer(PAGES, flipped) as bad, HttpServer(PAGES) as good:
        shop = Shop(tmp_path, bad)
        for file in shop.files:
            file["source"] = [file["source"], good.url(f"/{file['path']}")]
        assert shop.pull().result == "pulled"
    assert shop.published == FILES


@pytest.mark.parametrize("change", [b"", b"short", None])
def test_what_lies_half_made_in_staging_is_never_published(
    change: bytes | None, tmp_path: Path
) -> None:
    with HttpServer(PAGES, {f"/{ONE}": [Status(404)]}) as server:
        shop = Shop(tmp_path, server)
        shop.pull()
        tree = Layout(tmp_path / "cache").small("notes") / "tree"
        wrong = tree / "wavs/0/0.wav"
        wrong.write_bytes(some_bytes(3001)[:3000] if change is None else change)
        (tree / "wavs/stray.wav").write_bytes(b"of nobody")
        server.script(f"/{ONE}")
        assert shop.pull().result == "pulled"
    assert shop.published == FILES


def test_a_rate_limit_is_kept_to(tmp_path: Path) -> None:
    total = sum(map(len, FILES.values()))
    with HttpServer(PAGES) as server:
        before = time.monotonic()
        assert Shop(tmp_path, server).pull(limit_rate=total).result == "pulled"
    assert time.monotonic() - before >= 0.7


class State:
    """What a store says of the files of a dataset."""

    def __init__(self, root: Path) -> None:
        self.store = Store(root / "cache")
        self.layout = self.store.layout

    @property
    def shared(self) -> dict[str, Line]:
        return read_shared(self.layout.shared_ledger("notes"))

    @property
    def ledgers(self) -> set[str]:
        return {path.name for path in self.layout.ledgers("notes").iterdir()}

    def assert_right(self, shop: Shop) -> None:
        """See that each file is said once, and rightly."""
        said = {}
        for path in shop.published:
            (line,) = self.store.ledger("notes", path) or ()
            own = self.layout.ledger("notes", path)
            assert own.exists() != (path in self.shared)
            said[line.path] = line.sha256
        hashes = {p: sha256(data).hexdigest() for p, data in shop.published.items()}
        assert said == hashes
        assert self.shared.keys() <= shop.published.keys()


def test_all_small_files_share_one_ledger(tmp_path: Path) -> None:
    state = State(tmp_path)
    with HttpServer(PAGES) as server:
        shop = Shop(tmp_path, server)
        assert shop.pull().result == "pulled"
        assert state.ledgers == {"small.tsv", "receipt.json"}
        assert state.shared.keys() == FILES.keys()
        state.assert_right(shop)


def pages_of(new: dict[str, bytes]) -> dict[str, bytes]:
    """Return where a server has the files of a new version."""
    return {f"/new/{path}": data for path, data in new.items()}


def files_of(new: dict[str, bytes], server: HttpServer) -> list[dict[str, Any]]:
    """Return what a manifest says of the files of a new version."""
    return [a_file(p, data, server.url(f"/new/{p}")) for p, data in new.items()]


def test_a_new_version_says_anew_what_has_changed_and_no_more(tmp_path: Path) -> None:
    state = State(tmp_path)
    changed = {f"wavs/0/{n}.wav": some_bytes(2000 + n) for n in range(9)}
    with HttpServer(PAGES | pages_of(changed)) as server:
        shop = Shop(tmp_path, server)
        shop.pull()
        before = state.shared
        shop.files = shop.files[9:-1] + files_of(changed, server)
        assert shop.pull().result == "pulled"
        state.assert_right(shop)
    gone = {*FILES} - state.shared.keys()
    assert gone == {"wavs/5/59.wav"}
    same = {path for path, line in state.shared.items() if line == before[path]}
    assert same == state.shared.keys() - changed.keys()


def test_a_file_may_become_small_or_large_in_a_new_version(tmp_path: Path) -> None:
    state = State(tmp_path)
    large = {f"wavs/0/{n}.wav": some_bytes(1_200_000 + n) for n in range(8)}
    with HttpServer(PAGES | pages_of(large)) as server:
        shop = Shop(tmp_path, server)
        small = shop.files
        for files in (small, small[8:] + files_of(large, server), small):
            shop.files = files
            assert shop.pull().exit_code == 0
            state.assert_right(shop)
            assert len(state.shared) == (60 if files is small else 52)


class Steps(Listener):
    """Keeps the steps that begin and the bytes that are done of each."""

    def __init__(self) -> None:
        super().__init__()
        self.done: dict[Step, int] = {}
        self.over: list[Step] = []

    def started(self, step: Step, done: int) -> None:
        assert step not in self.done
        self.done[step] = done

    def advanced(self, step: Step, count: int) -> None:
        self.done[step] += count

    def ended(self, step: Step, error: str | None) -> None:
        self.over.append(step)


@pytest.mark.parametrize(("count", "steps"), [(7, 7), (8, 1), (60, 1)])
def test_to_verify_many_is_one_step_as_to_fetch_them(
    count: int, steps: int, tmp_path: Path
) -> None:
    with HttpServer(PAGES) as server:
        shop = Shop(tmp_path, server)
        shop.files = shop.files[:count]
        shop.pull()
    seen = Steps()
    settings = Settings(cache_dir=tmp_path / "cache")
    Catalog.load(tmp_path / "catalog").verify("notes", settings=settings, observer=seen)
    assert len(seen.done) == steps
    assert sorted(seen.over) == sorted(seen.done)
    assert all(step.total == done for step, done in seen.done.items())
    if steps == 1:
        assert [step.path for step in seen.over] == [f"{count} small files"]


def test_of_a_damaged_line_one_file_is_affected_and_mended(tmp_path: Path) -> None:
    state = State(tmp_path)
    place = state.layout.shared_ledger("notes")
    with HttpServer(PAGES) as server:
        shop = Shop(tmp_path, server)
        shop.pull()
        catalog = Catalog.load(tmp_path / "catalog")
        settings = Settings(cache_dir=tmp_path / "cache")
        lines = place.read_text().splitlines(keepends=True)
        index = next(i for i, line in enumerate(lines) if line.endswith(f"\t{ONE}\n"))
        place.write_text("".join([*lines[:index], "damaged\n", *lines[index + 1 :]]))
        found = catalog.verify("notes", settings=settings)["notes"]
        assert found.damaged == {ONE: (f"{ONE} (its ledger is lost)",)}

        server.forget()
        assert catalog.repair(["notes"], settings).exit_code == 0
        assert not server.requests
    assert catalog.verify("notes", settings=settings)["notes"].damaged == {}
    state.assert_right(shop)
    assert len(state.shared) == len(FILES) - 1


@pytest.mark.parametrize("count", [5, 60])
def test_a_first_source_that_is_down_costs_patience_once(
    count: int, tmp_path: Path
) -> None:
    down = {page: [Status(500)] for page in PAGES}
    with HttpServer(PAGES, down) as bad, HttpServer(PAGES) as good:
        shop = Shop(tmp_path, bad)
        shop.files = shop.files[:count]
        for file in shop.files:
            file["source"] = [file["source"], good.url(f"/{file['path']}")]
        assert shop.pull().result == "pulled"

        assert len(bad.requests) <= 10
        assert len(good.requests) <= count + 3
        said = [note for note in shop.listener.notes if "the next source" in note]
        assert len(said) == 1


def test_a_source_that_answers_again_is_the_first_again() -> None:
    hosts = Traffic().hosts
    lanes = hosts.of("http://one/a")
    lanes.given_up()
    assert hosts.of("http://one/b").is_given_up
    lanes.opened(0.1)
    assert not hosts.of("http://one/b").is_given_up
