"""Roots, folders and files to one catalog, with every problem of every file."""

import json
from pathlib import Path
from typing import Any

from lemm_catalog.load.catalog import Loaded, load, load_paths
from lemm_catalog.problems import errors_in
from tests.builders import a_claim, a_file, manifest_data
from tests.unit.load.writing import a_root, full_root, written

PIN = {"path": "data/a.wav", "size": 3, "checksums": {"sha256": "0" * 64}}
SET: dict[str, Any] = {"path": "data/", "source": "s3://bucket/data/"}


def lock_data(id: str = "notes") -> dict[str, Any]:  # noqa: A002
    return {
        "schema": "lemm-catalog/lock@1",
        "id": id,
        "locked": "2026-11-22T13:00:00Z",
        "files": {"data/": [PIN]},
    }


def codes(loaded: Loaded) -> list[str]:
    return [problem.code for problem in loaded.problems]


def test_the_builtin_catalog_is_whole() -> None:
    loaded = load()
    assert errors_in(loaded.problems) == ()
    assert {"nsynth", "sample"} <= set(loaded.catalog.manifests)
    assert loaded.notes == ()


def test_a_root_stands_in_place_of_the_builtin_catalog(tmp_path: Path) -> None:
    loaded = load([full_root(tmp_path)])
    assert (loaded.problems, loaded.files) == ((), 4)
    assert list(loaded.catalog.manifests) == ["notes"]
    assert list(loaded.catalog.licenses) == ["cc0"]
    assert loaded.catalog.homes == {"notes": tmp_path / "datasets"}


def test_what_a_root_lacks_is_the_builtin_catalogs(tmp_path: Path) -> None:
    loaded = load([a_root(tmp_path, manifest_data())])
    assert loaded.problems == ()
    assert list(loaded.catalog.manifests) == ["notes"]
    assert "comprehensive" in loaded.catalog.phases
    assert "commercial" in loaded.catalog.policies


def test_a_later_root_overrides_an_earlier_one_and_says_so(tmp_path: Path) -> None:
    one = full_root(tmp_path / "one")
    other = a_root(tmp_path / "two", manifest_data(title="Mine"))
    loaded = load([one, other])
    assert loaded.catalog.manifests["notes"].title == "Mine"
    places = [root / "datasets" / "notes.yaml" for root in (other, one)]
    assert loaded.notes == (f"notes: {places[0]} overrides {places[1]}",)


def test_builtin_names_the_packaged_catalog(tmp_path: Path) -> None:
    loaded = load(["builtin", full_root(tmp_path, manifest_data(id="mine"))])
    assert {"mine", "nsynth"} <= set(loaded.catalog.manifests)


def test_a_lock_goes_with_the_manifest_of_its_root(tmp_path: Path) -> None:
    one = full_root(tmp_path / "one", manifest_data(files=[SET]))
    written(one, json.dumps(lock_data()), "locks/notes.json")
    assert load([one]).problems == ()
    other = a_root(tmp_path / "two", manifest_data(files=[SET]))
    loaded = load([one, other])
    assert loaded.catalog.locks == {}
    assert codes(loaded) == ["unpinned-source"]


def test_a_missing_root_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load([tmp_path / "nowhere"]).problems
    assert problem.message == "is not a folder; a catalog is one, with datasets/ in it"


def test_a_folder_that_holds_no_catalog_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load([tmp_path]).problems
    assert problem.message == (
        "holds no catalog: none of datasets, phases.yaml, licenses, policies, locks"
    )


def test_a_broken_manifest_does_not_hide_the_others(tmp_path: Path) -> None:
    root = full_root(tmp_path, manifest_data(), manifest_data(id="two", priority=9))
    written(root, "a: [", "datasets/broken.yaml")
    written(root, json.dumps(manifest_data(id="other")), "datasets/named.yaml")
    written(root, json.dumps(manifest_data(id="far", phase="x")), "datasets/far.yaml")
    written(root, "ids: 1\n", "licenses/bad.yaml")
    loaded = load([root])
    assert {"notes", "other", "far"} == set(loaded.catalog.manifests)
    found = {(Path(p.path).name, p.code) for p in errors_in(loaded.problems)}
    assert found == {
        ("broken.yaml", "yaml-syntax"),
        ("two.yaml", "wrong-value"),
        ("named.yaml", "id-mismatch"),
        ("far.yaml", "unknown-phase"),
        ("bad.yaml", "missing-key"),
        ("bad.yaml", "wrong-type"),
    }
    assert loaded.problems == tuple(sorted(loaded.problems))


def test_a_lock_of_another_name_is_a_problem(tmp_path: Path) -> None:
    root = full_root(tmp_path)
    written(root, json.dumps(lock_data("other")), "locks/notes.json")
    (problem,) = load([root]).problems
    expected = ("id-mismatch", "rename the file to other.json")
    assert expected == (problem.code, problem.hint)


def test_a_file_of_another_suffix_is_told_and_a_hidden_one_is_not(
    tmp_path: Path,
) -> None:
    root = full_root(tmp_path)
    for name in ("a.yml", "b.json", ".notes.yaml.swp", "._notes.yaml", "README.md"):
        written(root, b"\0", f"datasets/{name}")
    found = {Path(p.path).name: (p.severity, p.message) for p in load([root]).problems}
    assert found == {
        "a.yml": ("warning", "is not read; name it a.yaml"),
        "b.json": ("warning", "is not read; name it b.yaml"),
    }


def test_a_ladder_that_leads_in_a_circle_is_told_where(tmp_path: Path) -> None:
    root = full_root(tmp_path)
    phases = {
        "minimal": {"title": "A", "extends": "b"},
        "b": {"title": "B", "extends": ["minimal", "c"]},
    }
    written(root, json.dumps({"phases": phases}), "phases.yaml")
    found = {(p.code, p.key) for p in load([root]).problems}
    assert found == {
        ("phase-cycle", "phases.minimal.extends"),
        ("phase-cycle", "phases.b.extends"),
        ("unknown-phase", "phases.b.extends"),
    }


def test_single_files_and_folders_of_manifests_are_read(tmp_path: Path) -> None:
    one = written(tmp_path, json.dumps(manifest_data()), "one/notes.yaml")
    written(tmp_path, json.dumps(manifest_data(id="b")), "more/b.yaml")
    loaded = load_paths([one, tmp_path / "more"])
    assert (errors_in(loaded.problems), loaded.files) == ((), 2)
    assert list(loaded.catalog.manifests) == ["b", "notes"]


def test_a_path_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load_paths([tmp_path / "no.yaml"]).problems
    assert problem.message == "cannot be read: No such file or directory"


def test_a_manifest_is_judged_within_the_catalog_it_lies_in(tmp_path: Path) -> None:
    mine = {"schema_version": 1, "ids": ["LicenseRef-Mine"], "title": "Mine"}
    claimed = {"expression": "LicenseRef-Mine", "claims": [a_claim("LicenseRef-Mine")]}
    data = manifest_data(phase="own", license=claimed, files=[SET])
    root = a_root(
        tmp_path, data, licenses__mine=mine, phases={"phases": {"own": {"title": "O"}}}
    )
    written(root, json.dumps(lock_data()), "locks/notes.json")
    for path in (root, root / "datasets", root / "datasets" / "notes.yaml"):
        assert load_paths([path]).problems == (), path


def test_a_companion_must_lie_beside_its_manifest(tmp_path: Path) -> None:
    root = full_root(tmp_path, manifest_data(files=[a_file(source="beside.bin")]))
    (problem,) = load([root]).problems
    assert problem.message == "there is no beside.bin beside this manifest"
    written(root, "x", "datasets/beside.bin")
    assert load([root]).problems == ()


def test_license_facts_are_looked_at_alone_and_together(tmp_path: Path) -> None:
    some = {"schema_version": 1, "title": "A", "permits": ["derivatives"]}
    root = a_root(
        tmp_path,
        manifest_data(),
        licenses__a=some | {"ids": ["CC0-1.0"], "forbids": ["derivatives"]},
        licenses__b=some | {"ids": ["LicenseRef-B", "cc0-1.0"]},
    )
    told = [(Path(p.path).name, p.key, p.code) for p in load([root]).problems]
    assert told == [
        ("a.yaml", "forbids", "contradiction"),
        ("b.yaml", "ids", "claimed-twice"),
    ]


def test_a_later_root_may_say_otherwise_of_a_license(tmp_path: Path) -> None:
    mine = {"schema_version": 1, "ids": ["CC0-1.0"], "title": "Mine"}
    loaded = load(
        [full_root(tmp_path / "one"), a_root(tmp_path / "two", licenses__cc0=mine)]
    )
    assert errors_in(loaded.problems) == ()
    assert loaded.catalog.licenses["cc0"].title == "Mine"
