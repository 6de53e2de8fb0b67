"""The index: it may cost time, but never tell of a catalog that is no more."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lemm_catalog.errors import CatalogError
from lemm_catalog.load import index, shelf, sight
from lemm_catalog.load.document import Document, read_yaml
from lemm_catalog.load.section import read_section
from lemm_catalog.load.shelf import Opened, open_shelf
from tests.builders import a_file, manifest_data

# Longer than file systems here take to tell two times apart; see `settled`.
_TICK = 0.02
OLD = time.time() - 3600
LICENSE = {"schema_version": 1, "ids": ["CC0-1.0"], "title": "Zero"}
FREE = ["commercial-use", "derivatives", "redistribution", "model-training"]
NAMES = ["a", "b", "c"]


def write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data), encoding="utf-8")


def manifest(root: Path, name: str, **keys: Any) -> Path:
    path = root / "datasets" / f"{name}.yaml"
    write(path, manifest_data(**({"id": name} | keys)))
    return path


def a_root(root: Path, *names: str) -> Path:
    for name in names or ("a", "b"):
        manifest(root, name)
    return root


def told(opened: Opened) -> Any:
    """Return all that a shelf holds, to compare it with another."""
    found = opened.shelf
    return (
        opened.notes,
        dict(found.ladder),
        found.policies,
        dict(found.entries),
        {name: found.dossiers[name] for name in found.dossiers},
    )


def outcome(roots: list[Path], folder: Path | None) -> Any:
    try:
        return told(open_shelf(roots, folder))
    except CatalogError as error:
        return error.problems


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock be an hour ahead, so that what was written just now is old."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 3600 * 10**9)


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def forbid() -> None:
        def read(*_: object) -> None:
            raise AssertionError("read anew")

        monkeypatch.setattr(shelf, "_read_anew", read)

    return forbid


@pytest.mark.usefixtures("settled_at_once")
def test_what_did_not_change_is_not_read_again(
    tmp_path: Path, folder: Path, no_reading: Callable[[], None]
) -> None:
    roots = [a_root(tmp_path / "one"), a_root(tmp_path / "two", "b", "c")]
    cold = told(open_shelf(roots, folder))
    no_reading()
    assert cold == told(open_shelf(roots, folder))
    assert cold[0], "the remark that one overrides another is kept"


SECOND = 10**9


@pytest.mark.parametrize(
    ("mtime", "later", "is_believed"),
    [
        (5 * SECOND + 1, SECOND // 40, False),
        (5 * SECOND + 1, SECOND // 10, True),
        (5 * SECOND, SECOND // 5, False),
        (5 * SECOND, 3 * SECOND // 2, False),
        (5 * SECOND, 5 * SECOND // 2, True),
    ],
)
def test_what_is_younger_than_a_tick_is_not_believed_the_next_time(
    mtime: int,
    later: int,
    is_believed: bool,
    tmp_path: Path,
    folder: Path,
    no_reading: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a time is whole, a tick may be two seconds; else it is far less."""
    root = tmp_path / "one"
    path = manifest(root, "a")
    os.utime(path, ns=(mtime, mtime))
    while path.stat().st_ctime_ns % SECOND == 0:
        os.utime(path, ns=(mtime, mtime))
    changed = path.stat().st_ctime_ns
    monkeypatch.setattr(time, "time_ns", lambda: changed + later)
    open_shelf([root], folder)
    no_reading()
    if is_believed:
        open_shelf([root], folder)
        return
    with pytest.raises(AssertionError, match="read anew"):
        open_shelf([root], folder)


def same_size(path: Path) -> None:
    """Change a file in place and restore its times, as a deceiver would."""
    time.sleep(_TICK)
    before = path.stat()
    text = path.read_text(encoding="utf-8")
    with path.open("r+", encoding="utf-8") as file:
        file.write(text.replace("Twelve notes", "Eleven notes"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def swap(path: Path) -> None:
    other = path.with_name("b.yaml")
    aside = path.with_suffix(".new")
    text = path.read_text(encoding="utf-8").replace("Twelve", "Eleven")
    aside.write_text(text, encoding="utf-8")
    shutil.copystat(other, aside)
    aside.replace(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "same size, same time": same_size,
    "another file of the same age": swap,
    "added": lambda path: manifest(path.parent.parent, "new"),
    "removed": lambda path: path.unlink(),
    "license": lambda path: write(
        path.parent.parent / "licenses" / "cc0.yaml", LICENSE
    ),
    "policy": lambda path: write(
        path.parent.parent / "policies" / "mine.yaml",
        {
            "schema_version": 1,
            "id": "mine",
            "title": "Mine",
            "summary": "So.",
            "permits": ["derivatives"],
        },
    ),
    "phases": lambda path: write(
        path.parent.parent / "phases.yaml", {"phases": {"minimal": {"title": "All"}}}
    ),
    "companion": lambda path: (path.parent / "beside.bin").unlink(),
    "companion in a folder": lambda path: (path.parent / "in" / "deep.bin").unlink(),
    "wrong": lambda path: path.write_text("id: [", encoding="utf-8"),
}


@pytest.mark.usefixtures("settled_at_once")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen(
    change: Callable[[Path], object], tmp_path: Path, folder: Path
) -> None:
    root = a_root(tmp_path / "one")
    files = [a_file(source="beside.bin"), a_file(path="d", source="in/deep.bin")]
    manifest(root, "c", files=files)
    (root / "datasets" / "in").mkdir()
    for name in ("beside.bin", "in/deep.bin"):
        (root / "datasets" / name).write_bytes(b"x")
    before = outcome([root], folder)
    change(root / "datasets" / "a.yaml")
    after = outcome([root], folder)
    assert after == outcome([root], None)
    assert after != before


@pytest.mark.usefixtures("settled_at_once")
def test_a_change_between_looking_and_reading_is_seen_later(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_root(tmp_path / "one")

    def look_and_change(*arguments: Any) -> Any:
        seen = sight.look(*arguments)
        manifest(root, "a", title="Changed Meanwhile")
        return seen

    monkeypatch.setattr("lemm_catalog.load.shelf.look", look_and_change)
    open_shelf([root], folder)
    monkeypatch.setattr("lemm_catalog.load.shelf.look", sight.look)
    manifest(root, "a", title="And Back Again")
    assert outcome([root], folder) == outcome([root], None)


@pytest.mark.usefixtures("settled_at_once")
def test_the_order_of_catalogs_is_remembered(tmp_path: Path, folder: Path) -> None:
    one, two = a_root(tmp_path / "one", "a", "b"), a_root(tmp_path / "two", "b")
    manifest(two, "b", title="Other")
    for _ in range(2):
        for roots in ([one, two], [two, one], [one], [two]):
            assert outcome(roots, folder) == outcome(roots, None)


@pytest.mark.usefixtures("settled_at_once")
def test_a_lock_counts_again_once_nothing_is_overridden(
    tmp_path: Path, folder: Path
) -> None:
    one, two = a_root(tmp_path / "one", "a", "b"), a_root(tmp_path / "two", "c")
    manifest(two, "a", files=[a_file(size={"about": "1 kB"}, checksums=None)])
    edit(one, "lock", "write", 1)
    before = outcome([one, two], folder)
    (one / "datasets" / "a.yaml").unlink()
    after = outcome([one, two], folder)
    assert after == outcome([one, two], None)
    assert after != before


edits = st.lists(
    st.tuples(
        st.sampled_from(["one", "two"]),
        st.sampled_from([*NAMES, "lock", "license", "phases"]),
        st.sampled_from(["write", "remove", "touch", "break"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=3,
)


def edit(root: Path, what: str, how: str, number: int) -> None:
    path = root / {
        "lock": "locks/a.json",
        "license": "licenses/cc0.yaml",
        "phases": "phases.yaml",
    }.get(what, f"datasets/{what}.yaml")
    if how == "remove":
        path.unlink(missing_ok=True)
    elif how == "touch" and path.exists():
        os.utime(path, (OLD + number, OLD + number))
    elif how == "break" and what == "a":
        path.write_text("title: no more\n", encoding="utf-8")
    elif what == "license":
        write(path, LICENSE | {"permits": FREE[:number]})
    elif what == "phases":
        phases = {"minimal": {"title": "M"}, f"p{number}": {"title": "P"}}
        write(path, {"phases": phases})
    elif what == "lock":
        path.parent.mkdir(exist_ok=True)
        pinned = {"path": "notes.tar.gz", "size": 1000, "etag": str(number)}
        path.write_text(
            json.dumps(
                {
                    "schema": "lemm-catalog/lock@1",
                    "id": "a",
                    "locked": "2026-11-22T13:00:00Z",
                    "files": {"notes.tar.gz": [pinned]},
                }
            ),
            encoding="utf-8",
        )
    else:
        manifest(root, what, title=f"Title {number}", priority=1 + number)


@pytest.mark.usefixtures("settled_at_once")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(edits, min_size=1, max_size=4), several=st.booleans())
def test_with_the_index_a_catalog_is_what_it_is_without(
    rounds: list[list[tuple[str, str, str, int]]],
    several: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    base = tmp_path_factory.mktemp("edits")
    one, two = a_root(base / "one"), a_root(base / "two", "b", "c")
    roots = [one, two] if several else [one]
    open_shelf(roots, base / "index")
    for edited in rounds:
        time.sleep(_TICK)
        for where, what, how, number in edited:
            edit(base / where, what, how, number)
        assert outcome(roots, base / "index") == outcome(roots, None)


def damage(raw: bytes) -> list[bytes]:
    flipped = bytearray(raw)
    flipped[len(raw) // 2] ^= 1
    return [b"", raw[:10], raw[:-1], bytes(flipped), b"x" * 100, raw + b"x"]


@pytest.mark.usefixtures("settled_at_once")
def test_a_damaged_index_is_no_index(tmp_path: Path, folder: Path) -> None:
    root = a_root(tmp_path / "one")
    cold = outcome([root], folder)
    (file,) = folder.iterdir()
    for raw in damage(file.read_bytes()):
        file.write_bytes(raw)
        assert cold == outcome([root], folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.usefixtures("settled_at_once")
@pytest.mark.parametrize("which", ["file", "folder"])
def test_an_index_that_others_can_write_is_not_read(
    which: str, tmp_path: Path, folder: Path
) -> None:
    root = a_root(tmp_path / "one")
    open_shelf([root], folder)
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )
    reader = index.Index(folder, "catalog", [root])
    assert reader.read() is not None
    (file if which == "file" else folder).chmod(0o777)
    assert reader.read() is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such owners")
def test_an_index_of_somebody_else_is_neither_read_nor_written(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    open_shelf([a_root(tmp_path / "one")], folder)
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("settled_at_once")
def test_a_linked_index_is_not_read(tmp_path: Path, folder: Path) -> None:
    root = a_root(tmp_path / "one")
    open_shelf([root], folder)
    (file,) = folder.iterdir()
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert index.Index(folder, "catalog", [root]).read() is None


@pytest.mark.usefixtures("settled_at_once")
def test_another_tool_has_another_index(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_root(tmp_path / "one")
    open_shelf([root], folder)
    assert index.Index(folder, "catalog", [root]).read() is not None
    monkeypatch.setattr(index, "_tool", lambda: ("other",))
    assert index.Index(folder, "catalog", [root]).read() is None


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    assert outcome([a_root(tmp_path / "one")], blocked / "index")


@pytest.mark.usefixtures("settled_at_once")
def test_only_what_changed_is_read_again(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_root(tmp_path / "one", "a", "b", "c")
    open_shelf([root], folder)
    manifest(root, "b", title="Other")
    read: list[str] = []

    def noted(path: Path) -> Document:
        read.append(path.name)
        return read_yaml(path)

    monkeypatch.setattr("lemm_catalog.load.catalog.read_yaml", noted)
    found = open_shelf([root], folder).shelf
    assert found.dossiers["b"].title == "Other"
    assert {name for name in read if name in {"a.yaml", "b.yaml", "c.yaml"}} == {
        "b.yaml"
    }


def test_without_a_time_of_status_change_the_content_is_looked_at(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "_HAS_CTIME", False)
    root = a_root(tmp_path / "one")
    before = outcome([root], folder)
    same_size(root / "datasets" / "a.yaml")
    after = outcome([root], folder)
    assert after == outcome([root], None)
    assert after != before


@pytest.mark.usefixtures("settled_at_once")
def test_a_configuration_is_remembered_until_it_changes(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    write(path, {"datasets": {"phase": "minimal"}})
    cold = read_section(path, folder)
    with monkeypatch.context() as patch:
        patch.setattr("lemm_catalog.load.config.read_config", None)
        assert cold == read_section(path, folder)
    time.sleep(_TICK)
    write(path, {"datasets": {"phase": "maximal"}})
    assert read_section(path, folder)["phase"] == "maximal"
    path.write_text("datasets: [", encoding="utf-8")
    with pytest.raises(CatalogError):
        read_section(path, folder)


def test_a_young_configuration_is_read_each_time(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "config.yaml"
    write(path, {"datasets": {}})
    read_section(path, folder)
    assert not folder.exists()
