"""Tables of items that lie, and what a pull under a policy makes of them."""

import gzip
import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lemm_catalog import Catalog
from lemm_catalog.api.itemized import Itemizer
from lemm_catalog.model.outcome import DatasetOutcome
from lemm_catalog.model.tally import Tally
from lemm_catalog.settings import Settings
from lemm_catalog.store.store import Store
from tests.pulling import a_file
from tests.servers.http import HttpServer

_HEAD = {
    "schema_version": 1,
    "id": "notes",
    "title": "Notes",
    "summary": "Notes, each under its player's license.",
    "phase": "minimal",
    "priority": 3,
    "tasks": ["music-synthesis"],
    "format": {"media": ["audio/wav"]},
    "parts": {"tables": {"license": "CC0-1.0"}},
}
ITEMS = {
    "file": "notes.csv",
    "key": "id",
    "license": "license",
    "path": "data/{key}.wav",
    "besides": ["data/README"],
    "words": {"Zero": "CC0-1.0", "NC": "CC-BY-NC-4.0"},
}
MEMBERS = {f"top/{name}": name.encode() * 9 for name in ("README", "1.wav", "2.wav")}
MEMBERS |= {"top/sub/3.wav": b"3" * 90, "top/unknown.wav": b"?" * 9}
GOOD = b"id,license\n1,Zero\n2,NC\nsub/3,Zero\n"


def a_tar(members: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with (
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        folder = tarfile.TarInfo("top")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return raw.getvalue()


class Shop:
    def __init__(self, server: HttpServer, root: Path) -> None:
        self.server = server
        self.root = root
        self.cache = root / "cache"
        self.settings = Settings(cache_dir=self.cache, policy="commercial")

    def catalog(self, table: bytes, **items: Any) -> Catalog:
        tar, name = a_tar(MEMBERS), items.get("file", "notes.csv")
        served = self.root / "served"
        (served / "notes.tar.gz").write_bytes(tar)
        (served / name).write_bytes(table)
        origin = self.server.origin
        unpack = {"strip": 1, "into": "data", "size": {"unpacked": 10_000}}
        license_ = {
            "expression": "LicenseRef-FMA-per-track",
            "attribution": "The players",
            "items": {**ITEMS, **items},
        }
        files = [
            a_file("notes.tar.gz", tar, f"{origin}/notes.tar.gz", unpack=unpack),
            a_file(name, table, f"{origin}/{name}", part="tables"),
        ]
        target = self.root / "catalog" / "datasets" / "notes.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        manifest = {**_HEAD, "license": license_, "files": files}
        first = (
            "# yaml-language-server: $schema=../../schemas/manifest.v1.schema.json\n"
        )
        target.write_text(first + yaml.safe_dump(manifest), encoding="utf-8")
        return Catalog.load(self.root / "catalog")

    def pull(self, table: bytes, **items: Any) -> DatasetOutcome:
        catalog = self.catalog(table, **items)
        (found,) = catalog.pull("notes", settings=self.settings).datasets
        return found

    def changed(self, change: Callable[[dict[str, Any]], None]) -> Catalog:
        manifest = self.root / "catalog" / "datasets" / "notes.yaml"
        first, text = manifest.read_text(encoding="utf-8").split("\n", 1)
        data = yaml.safe_load(text)
        change(data)
        manifest.write_text(f"{first}\n{yaml.safe_dump(data)}", encoding="utf-8")
        return Catalog.load(self.root / "catalog")

    @property
    def files(self) -> set[str]:
        place = self.cache / "notes"
        return {
            path.relative_to(place).as_posix()
            for path in place.rglob("*")
            if path.is_file()
        }

    def tally(self, table: bytes, **items: Any) -> Tally:
        catalog = self.catalog(table, **items)
        catalog.pull("notes/tables", settings=Settings(cache_dir=self.cache))
        (found,) = Itemizer(catalog, Store(self.cache)).tallies("notes", "commercial")
        assert isinstance(found, Tally)
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "served").mkdir()
    with HttpServer(tmp_path / "served") as server:
        yield Shop(server, tmp_path)


def test_members_are_chosen_while_a_tar_arrives(shop: Shop) -> None:
    assert shop.pull(GOOD).result == "pulled"
    assert shop.files == {
        *("data/1.wav", "data/README", "data/sub/3.wav", "notes.csv"),
    }
    assert shop.pull(GOOD).result == "present"
    receipt = Store(shop.cache).receipt("notes")
    assert receipt
    (selection,) = (a.selection for a in receipt.artifacts if a.selection)
    assert (selection.left_out, selection.unlisted) == (2, 1)


def test_a_table_may_be_json_lines(shop: Shop) -> None:
    lines = b'{"id": "1", "license": "NC"}\n{"id": "sub/3", "license": "Zero"}\n'
    assert shop.pull(lines, file="notes.jsonl").result == "pulled"
    assert shop.files == {"data/README", "data/sub/3.wav", "notes.jsonl"}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"id,title\n1,Zero\n", "notes.csv: has no column named license"),
        (b"id,license\n1,Zero,x\n", "notes.csv: line 2 has 3 cells where 2 are"),
        (b"id,license\n1,Ze\0ro\n", "the table holds a NUL, which no text does"),
        (b"id,license\n1,Zero\xff\n", "notes.csv: is not UTF-8 text"),
        (b'id,license\n1,"Zero', "notes.csv: is no table"),
    ],
)
def test_a_table_of_two_readings_stops_before_the_archive_is_fetched(
    table: bytes, words: str, shop: Shop
) -> None:
    found = shop.pull(table)
    assert (found.result, found.exit_code) == ("failed", 3)
    assert words in found.message
    assert shop.files == set()
    assert [r.path for r in shop.server.requests] == ["/notes.csv"]


@pytest.mark.parametrize(
    ("table", "taken"),
    [
        (b"id,license\n1,Zero\n1,NC\n", set()),
        (b"id,license\n1,NC\n1,Zero\n", set()),
        (b"id,license\n1,Zero\n1,Zero\n", {"data/1.wav"}),
        (b"id,license\n../../1,Zero\n/1,Zero\n", set()),
        (b"id,license\n./1,Zero\n", set()),
        (b"id,license\n1,zero\n2,\n", set()),
        (b"id,license\n1," + b"Zero " * 199_999 + b"\n", set()),
        (b"id,license\n", set()),
    ],
)
def test_what_a_table_does_not_clearly_allow_is_left_out(
    table: bytes, taken: set[str], shop: Shop
) -> None:
    assert shop.pull(table).result == "pulled"
    assert shop.files == {"data/README", "notes.csv"} | taken


def test_rows_that_lead_outside_are_for_review(shop: Shop) -> None:
    found = shop.tally(b"id,license\n../../1,Zero\n1,Zero\n2,NC\n2,Zero\n")
    assert (found.unplaced, found.repeated) == (1, 1)
    assert [share.items for share in found.shares] == [1, 1, 1]


@pytest.mark.parametrize("expression", ["LicenseRef-FMA-per-track", "CC0-1.0"])
def test_a_table_counts_also_where_the_whole_would_be_allowed(
    expression: str, shop: Shop
) -> None:
    shop.catalog(GOOD)
    catalog = shop.changed(lambda data: data["license"].update(expression=expression))
    catalog.pull("notes", settings=shop.settings)
    assert shop.files == {
        *("data/1.wav", "data/README", "data/sub/3.wav", "notes.csv"),
    }


def test_what_cannot_be_chosen_among_is_barred_though_the_whole_is_allowed(
    shop: Shop,
) -> None:
    shop.catalog(GOOD)

    def change(data: dict[str, Any]) -> None:
        data["license"]["expression"] = "CC0-1.0"
        del data["files"][0]["unpack"]  # now it is one file, whatever is in it

    actions = shop.changed(change).plan("notes", settings=shop.settings).datasets[0]
    assert [(a.action, a.path) for a in actions.actions] == [
        ("skip", "notes.tar.gz"),
        ("fetch", "notes.csv"),
    ]
    reason = actions.actions[0].reason
    assert reason.startswith("review under the policy commercial: ")
    assert reason.endswith("each item has a license of its own, which notes.csv names")


def test_a_table_that_is_not_allowed_itself_bars_all_of_it(shop: Shop) -> None:
    shop.catalog(GOOD)

    def change(data: dict[str, Any]) -> None:
        data["license"]["expression"] = "CC0-1.0"
        data["parts"]["tables"]["license"] = {
            "expression": "CC-BY-NC-4.0",
            "attribution": "Somebody",
        }

    plan = shop.changed(change).plan("notes", settings=shop.settings)
    assert {a.action for a in plan.datasets[0].actions} == {"skip"}


def test_claims_that_disagree_bar_all_of_it(shop: Shop) -> None:
    shop.catalog(GOOD)
    url = "https://example.org/"
    claim = {"expression": "CC-BY-4.0", "url": url, "seen": "2026-11-22"}
    catalog = shop.changed(lambda data: data["license"].update(claims=[claim]))
    actions = catalog.plan("notes", settings=shop.settings).datasets[0].actions
    assert [(a.action, a.path) for a in actions] == [
        ("skip", "notes.tar.gz"),
        ("fetch", "notes.csv"),
    ]
