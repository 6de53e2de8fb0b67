"""The datasets beside the guide's ladder, against facts gathered apart from them.

tests/facts/more_datasets.json has for each what its publisher's words come to for
commercial use ("yes", "no", "unknown"), whether anybody read those words, and the
bytes of its files. A manifest that is changed later must not come out better.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.load.catalog import load, load_paths
from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.entry import Shelf
from lemm_catalog.rules.artifacts import artifacts_of
from lemm_catalog.rules.citing import entries_of
from lemm_catalog.rules.licensing import judge
from lemm_catalog.rules.selection import select
from lemm_catalog.rules.shelving import shelved, terms_of

ROOT = Path(__file__).parent.parent
FACTS: dict[str, Any] = json.loads(
    (ROOT / "tests" / "facts" / "more_datasets.json").read_text("utf-8")
)
SHELVES = ("speech", "music", "scores", "sound")
MAY_BE = {
    "yes": {"allowed", "review"},
    "no": {"denied", "review"},
    "unknown": {"review", "denied"},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load().catalog


@pytest.fixture(scope="module")
def shelf(catalog: Catalog) -> Shelf:
    return shelved(catalog)


def test_the_catalog_has_what_the_facts_have(catalog: Catalog) -> None:
    found = {name for name, m in catalog.manifests.items() if m.phase in SHELVES}
    assert found == set(FACTS)
    assert len(found) >= 60


def test_what_stands_beside_the_ladder_makes_no_rung_heavier(shelf: Shelf) -> None:
    wanted = select(shelf, ["comprehensive"])
    assert len(wanted) == 8
    assert {each.entry.id for each in wanted}.isdisjoint(FACTS)


@pytest.mark.parametrize("name", FACTS)
def test_no_verdict_is_better_than_the_facts(name: str, catalog: Catalog) -> None:
    policy = catalog.policies["commercial"]
    expected = FACTS[name]["commercial"]
    for terms in terms_of(catalog.manifests[name]):
        verdict = judge(terms, catalog.licenses, policy)
        assert verdict.decision in MAY_BE[expected], verdict.reasons
        if not FACTS[name]["verified"]:
            assert verdict.decision != "allowed"


@pytest.mark.parametrize("name", FACTS)
def test_files_come_to_the_bytes_upstream_serves(name: str, catalog: Catalog) -> None:
    manifest = catalog.manifests[name]
    lock = catalog.locks.get(name)
    artifacts = artifacts_of(manifest, manifest.files, lock)
    assert all(one.is_pinned and one.digests for one in artifacts)
    assert FACTS[name]["bytes"] == sum(one.size or 0 for one in artifacts)


@pytest.mark.parametrize("name", FACTS)
def test_what_is_not_in_doubt_is_credited_and_cited(
    name: str, catalog: Catalog
) -> None:
    manifest = catalog.manifests[name]
    assert entries_of(manifest.citation or "")
    assert manifest.license.claims
    if manifest.license.expression.startswith("CC-BY"):
        assert manifest.license.attribution


def test_spoken_datasets_name_their_languages(catalog: Catalog) -> None:
    dumb = {
        name
        for name in FACTS
        if catalog.manifests[name].phase == "speech"
        and not catalog.manifests[name].languages
    }
    assert dumb == set()


def test_archives_of_one_dataset_do_not_meet(catalog: Catalog) -> None:
    """Archives with files of one name at their top have folders of their own."""
    for name in FACTS:
        if name.startswith(("openslr-6", "openslr-7")):
            files = catalog.manifests[name].files
            into = [file.unpack.into for file in files if file.unpack]
            assert len(files) == 1 or len(set(into) - {None}) == len(files), name


def test_the_whole_catalog_has_no_error_and_few_kinds_of_warnings() -> None:
    problems = load_paths([ROOT / "catalog"]).problems
    assert [one for one in problems if one.severity == "error"] == []
    codes = Counter(one.code for one in problems)
    few = {"unpinned-source": 1, "repeated-url": 1}  # urmp; FMA's metadata
    assert set(codes) == {"weak-checksum", "claim-unverified", *few}
    assert {code: codes[code] for code in few} == few
    unread = {Path(one.path).stem for one in problems if one.code[:2] == "cl"}
    assert {name for name in unread if FACTS[name]["verified"]} == {
        "mast-melody",
        "rochester-smart-speaker",
    }
