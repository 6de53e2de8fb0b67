"""The verbs of the public API that no other room tests."""

import json
from pathlib import Path

import pytest

from lemm_catalog import Catalog
from lemm_catalog.api.saved import read_plan
from lemm_catalog.errors import UsageError
from lemm_catalog.model.plain import plain
from lemm_catalog.settings import Settings
from tests.stores import a_catalog, a_file, settings, write_dataset


def test_a_wrong_configured_phase_is_told_as_such() -> None:
    settings = Settings(phase="minimall")
    with pytest.raises(UsageError) as caught:
        Catalog.load().plan(settings=settings)
    said = "the configured phase is wrong: there is no dataset or phase 'minimall'"
    assert said == caught.value.message
    assert str(caught.value.mend).startswith("did you mean minimal")


def test_a_plan_that_names_a_dataset_twice_is_refused(tmp_path: Path) -> None:
    plan = Catalog.load().plan("sample", settings=Settings(cache_dir=tmp_path))
    twice = plan._replace(datasets=plan.datasets * 2)
    saved = tmp_path / "plan.json"
    saved.write_text(json.dumps(plain(twice)))
    with pytest.raises(UsageError, match="it names a dataset twice"):
        read_plan(saved)


def test_a_plan_that_is_no_json_is_told_without_an_empty_place(tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    saved.write_text("no")
    with pytest.raises(UsageError, match=r"is no saved plan: Invalid JSON"):
        read_plan(saved)


def test_what_the_catalog_no_longer_knows_is_told_until_it_is_removed(
    tmp_path: Path,
) -> None:
    cache = settings(tmp_path / "data")
    old = a_catalog(tmp_path / "old", [a_file("a.txt", b"a" * 100)], "gone")
    assert old.pull("gone", settings=cache).exit_code == 0
    new = a_catalog(tmp_path / "new", [a_file("b.txt", b"b")], "here")
    told = {one.id: one for one in new.status(settings=cache)}
    assert (told["gone"].state, told["gone"].bytes) == ("outdated", 100)
    assert told["gone"].reason == "no manifest knows it (lemm-catalog remove gone)"
    assert new.remove("gone", settings=cache) == {"gone": 100}
    assert [one.id for one in new.status(settings=cache)] == ["here"]


def test_the_rest_of_a_dataset_waits_verified_for_the_file_a_person_brings(
    tmp_path: Path,
) -> None:
    by_hand = a_file("form.txt", b"from a form")
    by_hand["source"] = [{"manual": "Ask for form.txt."}]
    write_dataset(tmp_path / "cat", [a_file("a.txt", b"a" * 100), by_hand])
    catalog, cache = Catalog.load(tmp_path / "cat"), settings(tmp_path / "data")

    outcome = catalog.pull("notes", settings=cache)
    assert outcome.exit_code == 1
    assert not (cache.cache_dir / "notes").exists()
    planned = catalog.plan("notes", settings=cache).datasets[0].actions
    assert [action.action for action in planned] == ["resume", "ask"]

    (cache.cache_dir / "notes").mkdir()
    (cache.cache_dir / "notes" / "form.txt").write_bytes(b"from a form")
    assert catalog.pull("notes", settings=cache).exit_code == 0
    assert catalog.status("notes", settings=cache)[0].state == "present"
