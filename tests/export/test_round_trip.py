"""What is exported, read back by `new`: the same files, proofs and places.

All datasets of the builtin catalog go through both formats. What a format cannot say
is named here, with the reason; everything else must be equal.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.errors import RefusedError
from lemm_catalog.load.roots import builtin_root
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.sizes import parse_size
from tests.cli.running import run
from tests.export.catalogs import builtin, places_of
from tests.new.drafting import drafted, valid

FORMATS = {"croissant": "croissant.json", "datapackage": "datapackage.json"}
# Croissant knows these two digests; a Data Package has one, the best there is.
KNOWN = {"sha256", "md5"}
SCHEMES = {"croissant": None, "datapackage": ("http:", "https:", "ftp:")}
# A draft holds 2,000 files; this has 7,442, pinned by its lock.
TOO_MANY = {"crema-d"}
# Parts with licenses of their own: a draft has no parts, so that all of them hold.
SEVERAL_LICENSES = {"fma-small", "fma-large"}
# Nobody says the license: NOASSERTION comes back, and is asked about once more.
UNSAID = {
    "beethoven-piano-sonatas-kern",
    "essen-esac-abc",
    "jsb-chorales",
    "vienna-4x22",
}
# The description of an export has more than the summary, of which the first sentence
# is taken; and what no document of these formats has a word for does not come back:
# phase, priority, notes, layout, status, parts, include and exclude of file sets,
# claims (made anew, of what was read), license.note and .accept, token_env,
# format (guessed again, by names), the size of the whole dataset, members,
# and of unpack: strip, into, format. The two that all could need are asked for.


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.fixture(params=FORMATS)
def format_(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def exported_all(format_: str, tmp_path: Path) -> Iterator[Path]:
    """Export every dataset there is, and give each document."""
    run("export", format_, *builtin(), "--out", tmp_path)
    for path in sorted(tmp_path.glob(f"*/{FORMATS[format_]}")):
        near = builtin_root() / "datasets" / f"{path.parent.name}.tar.gz"
        if near.exists():  # it lies beside its manifest, and so beside its export
            home = tmp_path / "catalog" / "datasets"
            home.mkdir(parents=True, exist_ok=True)
            for folder in (path.parent, home):
                shutil.copy(near, folder)
        yield path


def digests_of(artifact: Artifact, format_: str) -> dict[str, str]:
    """Return the checksums of a file that a format can say."""
    if format_ == "datapackage":
        return {one.algorithm: one.value for one in artifact.digests[:1]}
    digests = (one for one in artifact.digests if one.algorithm in KNOWN)
    return {one.algorithm: one.value for one in digests}


def sources_of(artifact: Artifact, format_: str) -> list[str]:
    """Return the sources of a file: two names of one place on the Hub are one."""
    schemes = SCHEMES[format_]
    places = places_of(artifact)
    own = {
        place.resolve("https://huggingface.co"): place.url
        for source in artifact.sources
        if source.url and (place := HubPlace.parse(source.url))
    }
    fit = (p for p in places if "://" not in p or not schemes or p.startswith(schemes))
    return [own.get(place, place) for place in fit]


def expected(artifact: Artifact, format_: str) -> dict[str, Any]:
    return {
        "path": artifact.path,
        "size": artifact.size,
        "checksums": digests_of(artifact, format_),
        "source": sources_of(artifact, format_),
        "unpack": artifact.unpack is not None,
        "unpacked": artifact.unpacked if artifact.unpack else 0,
        "rough": artifact.unpack is not None and artifact.rough,
    }


def found(file: Any) -> dict[str, Any]:
    inside = file.get("unpack", {}).get("size", {}).get("unpacked", 0)
    is_rough = isinstance(inside, dict)
    source = file["source"]
    return {
        "path": file["path"],
        "size": file.get("size"),
        "checksums": file.get("checksums", {}),
        "source": source if isinstance(source, list) else [source],
        "unpack": "unpack" in file,
        "unpacked": parse_size(inside["about"]) if is_rough else inside,
        "rough": is_rough,
    }


def test_every_file_of_the_catalog_comes_back_with_proof_places_and_unpacking(
    format_: str, tmp_path: Path
) -> None:
    known, seen, files = builtin(), set(), 0
    for path in exported_all(format_, tmp_path):
        name = path.parent.name
        if name in TOO_MANY:
            with pytest.raises(RefusedError, match="a draft holds at most 2,000"):
                drafted(path, offline=True)
            continue
        made = drafted(path, offline=True, folder=path.parent)
        had = [
            expected(one, format_)
            for one in known[name]
            if digests_of(one, format_) and sources_of(one, format_)
        ]
        assert [found(file) for file in made.draft.manifest["files"]] == had, name
        valid(made, tmp_path)
        seen.add(name)
        files += len(had)
    # What no program brings, or has no proof that the format knows, is no document.
    silent = {
        name
        for name, artifacts in known.items()
        if not any(digests_of(one, format_) for one in artifacts)
    }
    assert seen == known.keys() - TOO_MANY - silent
    assert len(seen) > 90
    assert files > 250


def test_every_fact_of_the_catalog_comes_back_that_has_a_word(
    catalog: Catalog, format_: str, tmp_path: Path
) -> None:
    for path in exported_all(format_, tmp_path):
        name = path.parent.name
        if name in TOO_MANY:
            continue
        manifest = catalog.manifest(name)
        made = drafted(path, offline=True, folder=path.parent)
        back = valid(made, tmp_path)
        assert facts_of(back) == facts_of(manifest), name
        own = (manifest.license.expression, manifest.license.attribution)
        told = (back.license.expression, back.license.attribution)
        if name in SEVERAL_LICENSES:
            assert back.license.expression == f"{own[0]} AND CC-BY-4.0"
            assert (told[1] or "").startswith(own[1] or "?")
        else:
            assert told == own, name
        doubts = {one.where for one in made.draft.remarks if one.gravity != "judge"}
        is_unclear = name in UNSAID | SEVERAL_LICENSES
        # A page that says so is missing where the dataset has no home at all.
        has_no_page = not manifest.homepage
        assert doubts == ({"license"} if is_unclear or has_no_page else set()), name


def facts_of(manifest: Manifest) -> dict[str, Any]:
    """Return what both formats have a word for."""
    data = {
        key: getattr(manifest, key)
        for key in ("id", "title", "summary", "homepage", "version", "citation")
    }
    return data | {"tasks": manifest.tasks, "languages": manifest.languages}


def test_what_the_issue_names_is_among_the_datasets(catalog: Catalog) -> None:
    """Archives, parts, mirrors, md5 alone, many checksums, and the Hub."""
    artifacts = builtin()
    kinds: dict[str, Callable[[Artifact], bool]] = {
        "unpacked": lambda one: one.unpack is not None,
        "of a part": lambda one: one.part is not None,
        "with mirrors": lambda one: len(places_of(one)) > 1,
        "md5 alone": lambda one: {d.algorithm for d in one.digests} == {"md5"},
        "with two checksums": lambda one: len(one.digests) > 1,
        "on the Hub": lambda one: (one.sources[0].url or "").startswith("hf://"),
    }
    for kind, is_such in kinds.items():
        assert any(is_such(one) for several in artifacts.values() for one in several), (
            kind
        )


def test_a_mirror_that_nothing_proves_is_left_out_and_said(tmp_path: Path) -> None:
    run("export", "croissant", "musdb18", "--out", tmp_path / "c.json")
    document = json.loads((tmp_path / "c.json").read_text("utf-8"))
    document["distribution"][0]["sameAs"] = [
        "http://example.org/altered.zip",
        "https://u:p@example.org/x",
        "another-node",
        "https://example.org/musdb18.zip",
    ]
    (tmp_path / "c.json").write_text(json.dumps(document), encoding="utf-8")
    made = drafted(tmp_path / "c.json", offline=True)
    [file] = made.draft.manifest["files"]
    assert file["source"][1:] == ["https://example.org/musdb18.zip"]
    told = [one.text for one in made.draft.remarks if "mirror is left out" in one.text]
    assert len(told) == 2
    assert "can be altered on its way" in told[0]
    assert "u:p" not in told[1]
