"""FMA, in small: the tracks a policy allows are pulled, and no others."""

import csv
import json
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from lemm_catalog import Catalog
from lemm_catalog.api.crediting import Credits
from lemm_catalog.api.itemized import Itemizer
from lemm_catalog.load.rows import Dossiers, JudgedRow, Lines, packed
from lemm_catalog.model.item_table import ItemTable
from lemm_catalog.model.plan import Plan
from lemm_catalog.model.receipt import ReceivedArtifact, Selection
from lemm_catalog.model.tally import Tally, Untold
from lemm_catalog.rules.listing import line_of_absent
from lemm_catalog.settings import Settings
from lemm_catalog.store.store import Store
from tests.item_tables import FEW
from tests.replica_contents import fma_tracks
from tests.replicas import Replica, build_replicas, write_catalog
from tests.servers.faults import Rate
from tests.servers.http import HttpServer
from tests.test_replicas_pull import start, tree_of

KiB = 1024
ID = "fma-small"
AUDIO, TABLE = "fma_small.zip", "fma_metadata.zip"
# What the words of the manifest allow under the policy `commercial`.
ALLOWED = {
    "Attribution 3.0 International",
    "CC0 1.0 Universal",
    "Attribution-ShareAlike 3.0 International",
}
NOT_ITEMS = {"fma_small/README.txt", "fma_small/checksums"}


def path_of(track: int) -> str:
    return f"fma_small/{track // 1000:03}/{track:06}.mp3"


SMALL = {
    path_of(track): license_
    for track, subset, license_ in fma_tracks(1)
    if subset == "small"
}
TAKEN = {path for path, license_ in SMALL.items() if license_ in ALLOWED}


class Shop:
    """A catalog with FMA's replica, a server that has it, and a store."""

    def __init__(self, server: HttpServer, root: Path, replica: Replica) -> None:
        self.server = server
        self.root = root
        self.replica = replica

    @property
    def catalog(self) -> Catalog:
        return Catalog.load(self.root / "catalog")

    def settings(self, policy: str | None = "commercial") -> Settings:
        return Settings(cache_dir=self.root / "cache", policy=policy)

    def plan(self, policy: str | None = "commercial") -> Plan:
        return self.catalog.plan(ID, settings=self.settings(policy))

    def actions(self, policy: str | None = "commercial") -> list[tuple[str, str]]:
        found = self.plan(policy).datasets[0].actions
        return [(action.action, action.path) for action in found]

    def reason(self, path: str, policy: str | None = "commercial") -> str:
        actions = self.plan(policy).datasets[0].actions
        return next(a.reason for a in actions if a.path == path)

    def pull(self, policy: str | None = "commercial") -> str:
        (found,) = self.catalog.pull(ID, settings=self.settings(policy)).datasets
        assert found.result in {"pulled", "present"} or found.message, found
        return found.message or found.result

    def status(self) -> tuple[str, str]:
        (found,) = self.catalog.status(ID, settings=self.settings(None))
        return found.state, found.reason

    @property
    def files(self) -> set[str]:
        """What lies in the dataset's folder, but for the tables."""
        tree = tree_of(self.root / "cache" / ID)
        whole = self.replica.tree
        assert {name: whole[name] for name in tree} == tree
        return {name for name in tree if not name.startswith("fma_metadata/")}

    @property
    def store(self) -> Store:
        return Store(self.root / "cache")

    @property
    def received(self) -> ReceivedArtifact:
        receipt = self.store.receipt(ID)
        assert receipt
        return next(a for a in receipt.artifacts if a.path == AUDIO)

    @property
    def selection(self) -> Selection:
        assert self.received.selection
        return self.received.selection

    def tally(self, policy: str = "commercial") -> Tally | Untold:
        (found,) = Itemizer(self.catalog, self.store).tallies(ID, policy)
        return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Replica]:
    root = tmp_path_factory.mktemp("fma")
    return root, build_replicas(root, ids=[ID])[ID]


@contextmanager
def shop_in(root: Path, built: tuple[Path, Replica], *faults: Rate) -> Iterator[Shop]:
    served, replica = built
    with HttpServer(served, {"*": faults}, send_buffer=16 * KiB) as server:
        write_catalog(served, {ID: replica}, server.origin, root / "catalog")
        yield Shop(server, root, replica)


@pytest.fixture
def shop(tmp_path: Path, built: tuple[Path, Replica]) -> Iterator[Shop]:
    with shop_in(tmp_path, built) as found:
        yield found


def test_a_plan_brings_the_table_first_and_then_at_most_the_archive(
    shop: Shop,
) -> None:
    assert shop.actions() == [
        *(("fetch", TABLE), ("unpack", TABLE)),
        *(("fetch", AUDIO), ("unpack", AUDIO)),
    ]
    assert shop.reason(TABLE) == "it says which items commercial allows"
    unpack = shop.plan().datasets[0].actions[-1]
    assert unpack.reason == f"at most: only what commercial allows by {TABLE}"
    assert shop.plan().datasets[0].commercial == "denied"


def test_only_what_the_policy_allows_is_published(shop: Shop) -> None:
    assert shop.pull() == "pulled"
    assert shop.files == TAKEN | NOT_ITEMS
    assert 0 < len(TAKEN) < len(SMALL)


def test_a_receipt_says_what_was_left_out_and_why(shop: Shop) -> None:
    shop.pull()
    selection = shop.selection
    counts = Counter(SMALL.values())
    assert {one.spelling: one.members for one in selection.words} == counts
    decisions = {one.spelling: one.decision for one in selection.words}
    assert {name for name, d in decisions.items() if d == "allowed"} == ALLOWED
    assert decisions["Attribution-NonCommercial-ShareAlike 3.0 International"] == (
        "denied"
    )
    assert decisions[""] == "review"
    # The last clip of the archive has no row.
    assert selection.unlisted == 1
    assert selection.left_out == len(SMALL) + 1 - len(TAKEN)
    assert selection.policy == "commercial"
    assert shop.received.members == len(TAKEN | NOT_ITEMS)


def test_what_was_taken_is_credited(shop: Shop) -> None:
    shop.pull()
    place = shop.store.layout.credits(ID, AUDIO)
    with place.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["path"] for row in rows} == TAKEN
    assert len(rows) == len(TAKEN)
    first = rows[0]
    track = int(Path(first["path"]).stem)
    assert first["title"] == f"Track,\nthe {track}th"
    assert first["author"] == f"Artist {track // 9}, & others"
    assert {row["license"] for row in rows} == {"CC-BY-3.0", "CC0-1.0", "CC-BY-SA-3.0"}
    credits_ = list(Itemizer(shop.catalog, shop.store).credits(ID))
    assert [one._asdict() for one in credits_] == rows


def test_the_credits_file_names_each_work_that_was_taken(shop: Shop) -> None:
    shop.pull()
    (credit,) = Credits(shop.catalog, [ID], shop.settings(None), pulled=True)
    works = {work.path: work for work in credit.items}
    assert set(works) == TAKEN
    one = works[min(TAKEN)]
    assert [named.id for named in one.licenses] == [one.expression]
    assert one.licenses[0].url
    assert any(f"{len(TAKEN)} of " in change for change in credit.changes)


def test_an_audit_counts_items_and_bytes_once_the_table_is_here(shop: Shop) -> None:
    before = shop.catalog.licenses(ID, settings=shop.settings(None))
    audio = next(one for one in before.datasets if one.part is None)
    assert audio.items is None
    assert any(f"lemm-catalog pull {ID}/metadata" in why for why in audio.reasons)
    shop.pull(None)
    after = shop.catalog.licenses(ID, settings=shop.settings(None))
    audio = next(one for one in after.datasets if one.part is None)
    assert audio.items is not None
    shares = {share.decision: share for share in audio.items.shares}
    assert shares["allowed"].items == len(TAKEN)
    assert sum(share.items for share in audio.items.shares) == len(SMALL)
    assert shares["allowed"].bytes
    assert shares["denied"].bytes
    assert audio.verdict == "denied"
    assert any(
        f"of {len(SMALL)} items: {len(TAKEN)} allowed" in r for r in audio.reasons
    )


def test_the_second_pull_does_nothing_without_a_network(shop: Shop) -> None:
    shop.pull()
    shop.server.forget()
    assert shop.pull() == "present"
    assert shop.actions() == [("keep", TABLE), ("keep", AUDIO)]
    assert shop.server.requests == []


def test_what_was_chosen_counts_as_present_and_whole(shop: Shop) -> None:
    shop.pull()
    state, reason = shop.status()
    assert state == "present"
    left_out = len(SMALL) + 1 - len(TAKEN)
    assert reason == (
        "all that commercial allows was verified and published;"
        f" {left_out} files were left out"
    )
    found = shop.catalog.verify(ID, settings=shop.settings(None))
    assert found[ID].damaged == {}


def test_without_the_policy_the_rest_is_fetched(shop: Shop) -> None:
    shop.pull()
    left_out = len(SMALL) + 1 - len(TAKEN)
    assert shop.reason(AUDIO, None) == (
        f"only what commercial allows is here, and {left_out} of its files were left"
        " out"
    )
    assert shop.pull(None) == "pulled"
    assert shop.files == {
        name for name in shop.replica.tree if not name.startswith("fma_metadata/")
    }
    assert shop.received.selection is None
    assert shop.actions(None) == [("keep", AUDIO), ("keep", TABLE)]


def test_the_table_comes_along_though_its_rung_was_not_selected(shop: Shop) -> None:
    (planned,) = shop.catalog.plan("minimal", settings=shop.settings()).datasets
    assert [(a.action, a.path) for a in planned.actions] == shop.actions()
    (without,) = shop.catalog.plan("minimal", settings=shop.settings(None)).datasets
    assert [a.path for a in without.actions] == [AUDIO, AUDIO]
    outcome = shop.catalog.pull("minimal", settings=shop.settings())
    assert outcome.exit_code == 0
    assert shop.files == TAKEN | NOT_ITEMS
    (again,) = shop.catalog.plan("minimal", settings=shop.settings()).datasets
    assert {action.action for action in again.actions} == {"keep"}


def test_after_a_full_pull_a_policy_is_refused_until_a_refresh(shop: Shop) -> None:
    shop.pull(None)
    plan = shop.plan()
    assert ("refuse", AUDIO) in shop.actions()
    assert plan.problems[0].message == (
        f"{ID}: {AUDIO} is refused: all of it is here, and with it what commercial"
        " does not allow"
    )
    assert plan.problems[0].hint == (
        f"lemm-catalog refresh {ID} --commercial fetches it without that"
    )
    shop.pull()
    assert shop.received.selection is None
    outcome = shop.catalog.refresh(ID, settings=shop.settings())
    assert outcome.exit_code == 0
    assert shop.files == TAKEN | NOT_ITEMS
    assert shop.actions() == [("keep", TABLE), ("keep", AUDIO)]


def test_another_policy_is_another_choice(shop: Shop) -> None:
    shop.pull()
    assert shop.reason(AUDIO, "research") == (
        "what is here was chosen by commercial, not by research"
    )
    assert shop.pull("research") == "pulled"
    assert shop.selection.policy == "research"
    assert shop.actions("research") == [("keep", TABLE), ("keep", AUDIO)]


def test_a_changed_mind_about_a_spelling_is_noticed(shop: Shop) -> None:
    shop.pull()
    manifest = shop.root / "catalog" / "datasets" / f"{ID}.yaml"
    text = manifest.read_text(encoding="utf-8")
    words = "CC0 1.0 Universal: CC0-1.0"
    assert words in text
    manifest.write_text(text.replace(words, "CC0 1.0 Universal: CC-BY-NC-4.0"))

    assert shop.reason(AUDIO) == (
        "the table, or what commercial makes of its licenses, has changed"
    )
    shop.pull()
    assert shop.files == {p for p in TAKEN if "CC0" not in SMALL[p]} | NOT_ITEMS
    assert shop.actions() == [("keep", TABLE), ("keep", AUDIO)]


def test_a_saved_plan_keeps_to_its_policy(shop: Shop, tmp_path: Path) -> None:
    from lemm_catalog.api.saved import read_plan
    from lemm_catalog.render.data import dumped

    saved = tmp_path / "plan.json"
    saved.write_text(dumped(shop.plan()), encoding="utf-8")
    plan = read_plan(saved)
    shop.catalog.pull_saved(plan, shop.settings(None))
    assert shop.files == TAKEN | NOT_ITEMS


def test_an_archive_of_all_is_not_kept_under_a_policy(shop: Shop) -> None:
    settings = Settings(
        cache_dir=shop.root / "cache", policy="commercial", keep_archives=True
    )
    shop.catalog.pull(ID, settings=settings)
    assert not (shop.root / "cache" / ID / AUDIO).exists()
    assert (shop.root / "cache" / ID / TABLE).exists()


def test_a_repair_brings_no_more_than_was_chosen(shop: Shop) -> None:
    shop.pull()
    for path in TAKEN:
        (shop.root / "cache" / ID / path).unlink()
    shop.catalog.verify(ID, settings=shop.settings(None))
    shop.catalog.repair([ID], settings=shop.settings(None))
    assert shop.files == TAKEN | NOT_ITEMS
    assert shop.catalog.verify(ID, settings=shop.settings(None))[ID].damaged == {}
    assert shop.actions() == [("keep", TABLE), ("keep", AUDIO)]


def test_a_table_that_was_changed_on_the_disk_decides_nothing(shop: Shop) -> None:
    metadata = f"{ID}/metadata"
    shop.catalog.pull(metadata, settings=shop.settings(None))
    table = shop.root / "cache" / ID / "fma_metadata" / "tracks.csv"
    text = table.read_bytes()
    table.write_bytes(text.replace(b"NonCommercial-", b"NoNCommercial-"))

    said = shop.pull()
    assert said == (
        f"{table}: is not what was fetched any more (lemm-catalog verify {ID} --repair)"
    )
    assert not (shop.root / "cache" / ID / "fma_small").exists()


def test_items_are_counted_where_the_table_is(shop: Shop) -> None:
    assert shop.tally() == Untold(
        None,
        f"{TABLE}, which names the license of each item, is not here",
        f"lemm-catalog pull {ID}/metadata",
    )
    shop.catalog.pull(f"{ID}/metadata", settings=shop.settings(None))
    found = shop.tally()
    assert isinstance(found, Tally)
    assert found.items == len(SMALL)
    assert (found.share("allowed").items, found.share("allowed").bytes) == (
        len(TAKEN),
        None,
    )
    counted = {one.said.spelling: one.items for one in found.spellings}
    assert counted == Counter(SMALL.values())


def test_bytes_are_those_of_what_is_here(shop: Shop) -> None:
    shop.pull(None)
    shop.catalog.pull(f"{ID}/metadata", settings=shop.settings(None))
    found = shop.tally()
    assert isinstance(found, Tally)
    tree = shop.replica.tree
    assert found.share("allowed").bytes == sum(tree[path].size for path in TAKEN)
    assert sum(share.bytes or 0 for share in found.shares) == sum(
        tree[path].size for path in SMALL
    )


def test_items_are_counted_in_an_archive_put_there_by_hand(shop: Shop) -> None:
    place = shop.root / "cache" / ID
    place.mkdir(parents=True)
    for name in (TABLE, AUDIO):
        (place / name).write_bytes(shop.replica.archives[name].read_bytes())
    found = shop.tally()
    assert isinstance(found, Tally)
    tree = shop.replica.tree
    assert found.share("allowed").items == len(TAKEN)
    assert found.share("allowed").bytes == sum(tree[path].size for path in TAKEN)


def test_a_killed_pull_goes_on_and_ends_the_same(
    tmp_path: Path, built: tuple[Path, Replica]
) -> None:
    size = built[1].size
    with shop_in(tmp_path, built, Rate(1024 * KiB)) as shop:
        catalog, cache = tmp_path / "catalog", tmp_path / "cache"
        for number in (1, 2, 3):
            process = start(catalog, cache, "pull", ID, "--commercial")
            enough = size * number // 4
            shop.server.wait_until(partial(_has_sent, enough), seconds=60)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=30)
            assert not (cache / ID / "fma_small").exists()
        assert shop.pull() == "pulled"
        assert shop.files == TAKEN | NOT_ITEMS
        assert shop.server.sent() < 2 * size


def _has_sent(count: int, server: HttpServer) -> bool:
    return server.sent() >= count


def test_an_index_remembers_where_the_table_is(shop: Shop) -> None:
    dossier = shop.catalog.dossiers[ID]
    assert dossier.terms[0].items
    judged: dict[JudgedRow, int] = {}
    entry = shop.catalog.entries[ID]
    line = line_of_absent(entry, dossier)
    row = packed(dossier, line, judged)
    assert Dossiers({ID: row}, judged)[ID] == dossier
    assert isinstance(Dossiers({ID: row}, judged)[ID].terms[0].items, ItemTable)
    assert Lines({ID: row}, {ID: entry})[ID] == line


def test_the_receipt_can_be_read_by_people(shop: Shop) -> None:
    shop.pull()
    text = shop.store.layout.receipt(ID).read_text(encoding="utf-8")
    (audio,) = (a for a in json.loads(text)["artifacts"] if a["path"] == AUDIO)
    assert audio["unpacked"].startswith("strip=0 policy=commercial:")
    assert audio["selection"]["words"][0].keys() == {
        *("spelling", "expression", "decision", "members")
    }
    assert len(FEW) == len(audio["selection"]["words"])


def test_a_list_measures_a_choice_by_its_own_policy_as_status_does(shop: Shop) -> None:
    bare = shop.settings(None)
    assert [one.state for one in shop.catalog.listed(settings=bare)] == ["missing"]
    shop.pull()
    [stands] = shop.catalog.status(settings=bare)
    told = [
        *shop.catalog.listed(settings=bare),
        *shop.catalog.listed(ID, settings=bare),
        *shop.catalog.search([ID], bare),
        shop.catalog.listed_one(ID, bare),
    ]
    assert [one.state for one in told] == [stands.state] * 4 == ["present"] * 4
