"""From declared files and a lock to artifacts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.rules.artifacts import artifacts_of
from lemm_catalog.rules.items import items_of
from lemm_catalog.rules.selection import select
from lemm_catalog.rules.shelving import shelved
from tests.builders import SHA, a_catalog, a_file, a_lock, a_manifest

NAMES = ["a.wav", "b.mid", "sub/c.wav", "sub/d.txt", "e.wav.bak"]
PATTERNS = ["*.wav", "sub/*", "b.*", "*", "[ae]*", "none"]


def pin(path: str, **keys: Any) -> dict[str, Any]:
    return {"path": path, "size": 3, "checksums": {"sha256": SHA}} | keys


def artifacts(lock: dict[str, Any] | None, *files: Any, **keys: Any) -> list[Artifact]:
    manifest = a_manifest(files=list(files), **keys)
    locked = a_lock(lock) if lock is not None else None
    return list(artifacts_of(manifest, manifest.files, locked))


def a_set(**keys: Any) -> dict[str, Any]:
    return {"path": "data/", "source": "s3://bucket/x/"} | keys


@given(st.lists(st.sampled_from(PATTERNS)), st.lists(st.sampled_from(PATTERNS)))
def test_a_set_is_what_the_lock_lists_included_and_not_excluded(
    include: list[str], exclude: list[str]
) -> None:
    lock = {"data/": [pin(f"data/{name}") for name in NAMES]}
    found = artifacts(lock, a_set(include=include, exclude=exclude))
    taken = [a.path for a in artifacts(lock, a_set(include=include))]
    left = [a.path for a in artifacts(lock, a_set(include=exclude))] if exclude else []
    assert [path for path in taken if path not in left] == [a.path for a in found]
    assert include or len(taken) == len(NAMES)


def test_a_file_of_a_set_has_its_own_url_size_and_digest() -> None:
    lock = {"data/": [pin("data/sub/a.wav")]}
    (found,) = artifacts(lock, a_set(part="x"), parts={"x": {}})
    assert (found.path, found.size, found.part) == ("data/sub/a.wav", 3, "x")
    assert found.sources[0].url == "s3://bucket/x/sub/a.wav"
    assert (found.is_pinned, [str(d) for d in found.digests]) == (
        True,
        [f"sha256:{SHA}"],
    )


def test_a_set_without_a_lock_is_not_pinned() -> None:
    (found,) = artifacts(None, a_set())
    assert (found.path, found.is_pinned) == ("data/", False)
    assert found.unresolved == "the list of its files is not pinned"


def test_a_lock_adds_what_the_manifest_lacks_and_strong_digests_come_first() -> None:
    file = a_file(size={"about": "3 B"}, checksums={"md5": SHA[:32]})
    (found,) = artifacts({"notes.tar.gz": [pin("notes.tar.gz")]}, file)
    assert (found.size, found.is_pinned) == (3, True)
    assert [d.algorithm for d in found.digests] == ["sha256", "md5"]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"size": None}, "its exact size is not known"),
        ({"checksums": None}, "no checksum of it is known"),
    ],
)
def test_what_nobody_has_pinned_says_why(keys: dict[str, Any], why: str) -> None:
    (found,) = artifacts(None, a_file(**keys))
    assert (found.unresolved, found.is_pinned) == (why, False)


def test_a_set_of_nothing_makes_an_item_of_nothing() -> None:
    manifest = a_manifest(files=[a_set()])
    shelf = shelved(a_catalog(manifest, locks={"notes": a_lock({"data/": []})}))
    (item,) = items_of(shelf, select(shelf, ["notes"]))
    assert (item.artifacts, item.verdict.decision) == ((), "allowed")


@pytest.mark.parametrize(
    ("unpack", "whole", "expected"),
    [
        ({"size": {"unpacked": 7, "members": 2}}, {}, (7, False, 2)),
        ({}, {"unpacked": 9, "members": 3}, (9, False, 3)),
        ({"size": {"unpacked": {"about": "2 kB"}}}, {}, (2000, True, None)),
        ({}, {}, (4000, True, None)),
    ],
)
def test_an_archive_is_bounded_by_what_is_said_of_it(
    unpack: dict[str, Any], whole: dict[str, Any], expected: tuple[int, bool, int]
) -> None:
    (found,) = artifacts(None, a_file(unpack=unpack), size=whole)
    assert expected == (found.unpacked, found.rough, found.members)
    assert found.most_unpacked == found.unpacked * (2 if found.rough else 1)
