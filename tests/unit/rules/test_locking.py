"""What is to be asked, and what the answers come to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.lock import Lock, LockedFile
from lemm_catalog.render.locks import lock_json
from lemm_catalog.rules.artifacts import artifacts_of
from lemm_catalog.rules.consistency import findings
from lemm_catalog.rules.locking import (
    Pinned,
    differences,
    files_to_ask,
    is_same,
    new_lock,
    size_of,
)
from tests.builders import COMMIT, SHA, WHEN, a_catalog, a_file, a_lock, a_manifest

LATER = "2027-01-01T00:00:00Z"
BRANCH = "hf://datasets/o/n@main"
FIXED = f"hf://datasets/o/n@{COMMIT}"
PATHS = st.sampled_from(["data/a", "data/b", "data/deep/c", "data/d#1", "data/é"])
PINS = st.dictionaries(PATHS, st.tuples(st.integers(0, 9), st.booleans()), max_size=5)


def a_set(**keys: Any) -> dict[str, Any]:
    return {"path": "data/", "source": f"{BRANCH}/x/"} | keys


def pin(path: str, **keys: Any) -> LockedFile:
    data = {"path": path, "size": 3, "checksums": {"sha256": SHA}} | keys
    return LockedFile.model_validate(data)


def pinned(found: dict[str, tuple[int, bool]], commit: str = COMMIT) -> Pinned:
    files = tuple(
        pin(path, size=size, checksums={"sha256": SHA if is_one else SHA[::-1]})
        for path, (size, is_one) in sorted(found.items())
    )
    return Pinned("data/", files, {BRANCH: commit})


@pytest.mark.parametrize(
    ("keys", "is_asked"),
    [
        ({}, False),
        ({"size": None}, True),
        ({"size": {"about": "1 GB"}}, True),
        ({"checksums": None}, True),
        ({"checksums": {"md5": SHA[:32]}}, False),
        ({"checksums": {"md5": SHA[:32]}, "source": f"{BRANCH}/a"}, True),
        ({"source": f"{BRANCH}/a"}, False),
        ({"checksums": None, "source": {"manual": "Ask them."}}, False),
    ],
)
def test_what_the_manifest_pins_by_itself_is_not_asked_for(
    keys: dict[str, Any], is_asked: bool
) -> None:
    manifest = a_manifest(files=[a_file(**keys)])
    assert bool(files_to_ask(manifest, None)) == is_asked


def test_a_set_at_a_commit_is_asked_once() -> None:
    manifest = a_manifest(files=[a_set(source=f"{FIXED}/x/", include=["*.wav"])])
    lock = new_lock(manifest, None, [Pinned("data/", (pin("data/a.wav"),), {})], WHEN)
    assert files_to_ask(manifest, lock) == ()
    others = a_manifest(files=[a_set(source=f"{FIXED}/x/", include=["*"])])
    assert len(files_to_ask(others, lock)) == 1
    unproven = Pinned("data/", (pin("data/a.wav", checksums={"md5": SHA[:32]}),), {})
    assert len(files_to_ask(manifest, new_lock(manifest, None, [unproven], WHEN))) == 1


@given(PINS, PINS)
def test_differences_lead_from_the_old_pins_to_the_new(
    before: dict[str, tuple[int, bool]], after: dict[str, tuple[int, bool]]
) -> None:
    manifest = a_manifest(files=[a_set()])
    old = new_lock(manifest, None, [pinned(before)], WHEN)
    new = new_lock(manifest, old, [pinned(after)], LATER)
    told = differences(old, new)

    found = {one.path: one.old_size for one in told.removed}
    assert found.keys() == before.keys() - after.keys()
    assert {one.path for one in told.added} == after.keys() - before.keys()
    changed = {
        path for path in before.keys() & after.keys() if before[path] != after[path]
    }
    assert {one.path for one in told.changed} == changed
    assert is_same(old, new) == (before == after)
    assert size_of(new) == sum(size for size, _ in after.values())
    assert told.commits == ()


@given(PINS)
def test_a_lock_that_is_written_is_read_back_as_it_was(
    found: dict[str, tuple[int, bool]],
) -> None:
    manifest = a_manifest(files=[a_set(exclude=["*.bak"])])
    lock = new_lock(manifest, None, [pinned(found)], WHEN)
    assert Lock.model_validate_json(lock_json(lock)) == lock


def test_what_is_not_answered_keeps_its_pin_and_what_is_not_declared_goes() -> None:
    manifest = a_manifest(files=[a_set(), a_file(path="b", checksums=None)])
    answers = [pinned({"data/a": (1, True)}), Pinned("b", (pin("b"),), {})]
    old = new_lock(manifest, None, answers, WHEN)

    kept = new_lock(manifest, old, [Pinned("b", (pin("b", size=4),), {})], LATER)
    assert (kept.files["data/"], kept.commits) == (old.files["data/"], {BRANCH: COMMIT})
    fewer = a_manifest(files=[a_file(path="b", checksums=None)])
    assert list(new_lock(fewer, old, [], LATER).files) == ["b"]
    assert new_lock(fewer, old, [], LATER).commits == {}


def test_a_branch_is_asked_at_the_commit_it_was_pinned_to() -> None:
    mirror = "https://a.example/x/"
    manifest = a_manifest(files=[a_set(source=[f"{BRANCH}/x/", mirror])])
    found = pinned({"data/d#1": (1, True), "data/é": (2, True)})
    lock = new_lock(manifest, None, [found], WHEN)
    urls = [
        [source.url for source in artifact.sources]
        for artifact in artifacts_of(manifest, manifest.files, lock)
    ]
    assert urls == [
        [f"{FIXED}/x/d%231", "https://a.example/x/d%231"],
        [f"{FIXED}/x/%C3%A9", "https://a.example/x/%C3%A9"],
    ]


def test_a_list_made_with_other_patterns_counts_as_none() -> None:
    manifest = a_manifest(files=[a_set(include=["*.wav"])])
    lock = new_lock(manifest, None, [pinned({"data/a": (1, True)})], WHEN)
    others = a_manifest(files=[a_set(include=["*"])])
    (found,) = artifacts_of(others, others.files, lock)

    assert found.unresolved == "its patterns changed since its list was pinned"
    catalog = a_catalog(others, locks={"notes": lock})
    (finding,) = [one for one in findings(others, catalog) if one.code == "lock-stale"]
    assert finding.hint == "run lock notes anew"


def test_a_lock_of_an_older_tool_has_no_patterns_and_still_counts() -> None:
    manifest = a_manifest(files=[a_set(include=["*.wav"])])
    lock = a_lock(
        {"data/": [{"path": "data/a.wav", "size": 1, "checksums": {"sha256": SHA}}]}
    )
    (found,) = artifacts_of(manifest, manifest.files, lock)
    assert found.is_pinned
