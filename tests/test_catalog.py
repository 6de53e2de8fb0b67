"""The catalog that travels with the package, looked at as a whole and offline."""

import hashlib
import io
import runpy
import tarfile
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.load.catalog import load
from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.manifest import Manifest, bytes_of
from lemm_catalog.problems import errors_in
from lemm_catalog.rules.licensing import judge, normalized
from lemm_catalog.rules.selection import select
from lemm_catalog.rules.shelving import phase_of, shelved, terms_of

ROOT = Path(__file__).parent.parent
DATASETS = ROOT / "catalog" / "datasets"
URMP = 12_500_000_000  # upstream states no better

# Bytes of the archives of each dataset, counted outside of this catalog.
ARCHIVES = {
    "nsynth": 25_233_566_634,
    "ljspeech": 2_748_572_632,
    "urmp": URMP,
    "fma-small": 7_679_594_875,
    "libritts": 84_204_238_754,
    "musicnet": 11_100_040_075,
    "fma-large": 100_306_112_191,
    "lakh-midi": 1_768_163_879,
    "maestro": 108_503_516_165,
    "musdb18": 4_684_228_845,
}
MINIMAL = ("nsynth", "ljspeech", "urmp", "fma-small")
BALANCED = (*MINIMAL, "libritts", "musicnet")
COMPREHENSIVE = (*BALANCED, "fma-large", "lakh-midi")
EXCLUDED = {"maestro", "musdb18"}
GUIDE = {*ARCHIVES, "sample"}
METADATA = 358_412_441


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    loaded = load()
    assert errors_in(loaded.problems) == ()
    return loaded.catalog


def weight(manifest: Manifest, *, companions: bool = False) -> int:
    return sum(
        bytes_of(file.size) or 0
        for file in manifest.files
        if companions or phase_of(manifest, file) != "companions"
    )


def test_the_ladder_holds_the_guides_datasets_and_the_sample(catalog: Catalog) -> None:
    rungs = {"sample", "minimal", "balanced", "comprehensive"}
    found = {name for name, m in catalog.manifests.items() if m.phase in rungs}
    assert found == GUIDE


@pytest.mark.parametrize("name", ARCHIVES)
def test_files_come_to_the_bytes_upstream_serves(name: str, catalog: Catalog) -> None:
    assert ARCHIVES[name] == weight(catalog.manifests[name])


@pytest.mark.parametrize(
    ("phase", "names"),
    [
        ("sample", ("sample",)),
        ("minimal", MINIMAL),
        ("balanced", BALANCED),
        ("comprehensive", COMPREHENSIVE),
        ("companions", ("fma-small", "fma-large")),
    ],
)
def test_a_phase_selects_its_datasets(
    phase: str, names: tuple[str, ...], catalog: Catalog
) -> None:
    wanted = select(shelved(catalog), [phase])
    assert set(names) == {each.entry.id for each in wanted}


def test_phases_weigh_what_the_notes_say(catalog: Catalog) -> None:
    totals = {
        phase: sum(
            bytes_of(file.size) or 0
            for each in select(shelved(catalog), [phase])
            for file in catalog.manifests[each.entry.id].files
            if file.part in each.parts
        )
        for phase in ("minimal", "balanced", "comprehensive")
    }
    assert totals == {
        "minimal": sum(ARCHIVES[name] for name in MINIMAL),
        "balanced": sum(ARCHIVES[name] for name in BALANCED),
        "comprehensive": sum(ARCHIVES[name] for name in COMPREHENSIVE),
    }
    told = " ".join(" ".join(m.notes) for m in catalog.manifests.values())
    for total in totals.values():
        assert f"{total / 1e9:.1f} GB" in told


def test_companions_stand_beside_the_ladder(catalog: Catalog) -> None:
    for name in ("fma-small", "fma-large"):
        manifest = catalog.manifests[name]
        both = weight(manifest, companions=True)
        assert ARCHIVES[name] + METADATA == both


def test_only_the_two_noncommercial_sets_are_excluded(catalog: Catalog) -> None:
    excluded = {
        name
        for name, manifest in catalog.manifests.items()
        if name in GUIDE and manifest.status.state == "excluded"
    }
    assert excluded == EXCLUDED


@pytest.mark.parametrize(
    ("policy", "allowed", "denied"),
    [
        (
            "commercial",
            {"sample", "nsynth", "ljspeech", "libritts", "musicnet"},
            {"fma-small", "fma-large", *EXCLUDED},
        ),
        (
            "research",
            {"sample", "nsynth", "ljspeech", "libritts", "musicnet", "maestro"},
            set(),
        ),
    ],
)
def test_verdicts_follow_the_evidence(
    policy: str, allowed: set[str], denied: set[str], catalog: Catalog
) -> None:
    verdicts = {
        name: judge(
            terms_of(manifest)[0], catalog.licenses, catalog.policies[policy]
        ).decision
        for name, manifest in catalog.manifests.items()
        if name in GUIDE
    }
    assert allowed == {n for n, verdict in verdicts.items() if verdict == "allowed"}
    assert denied == {n for n, verdict in verdicts.items() if verdict == "denied"}


def test_metadata_of_fma_is_allowed_where_its_audio_is_not(catalog: Catalog) -> None:
    _, metadata = terms_of(catalog.manifests["fma-small"])
    verdict = judge(metadata, catalog.licenses, catalog.policies["commercial"])
    assert (metadata.part, verdict.decision) == ("metadata", "allowed")


def test_every_dataset_but_the_sample_shows_evidence(catalog: Catalog) -> None:
    bare = {name for name, m in catalog.manifests.items() if not m.license.claims}
    assert bare == {"sample"}


def test_every_dataset_can_be_cited(catalog: Catalog) -> None:
    for manifest in catalog.manifests.values():
        text = manifest.citation or ""
        assert text.startswith("@"), manifest.id
        assert text.count("{") == text.count("}"), manifest.id


def test_what_the_guide_says_otherwise_is_told(catalog: Catalog) -> None:
    """Each of the 24 contradictions has words in the manifest it is about."""
    told = {
        "nsynth": ["30 GB", "google/nsynth", "54, 120 and 227 GB"],
        "ljspeech": ["loads lj_speech", "CC-0", "2.6 GB", "datasets library"],
        "urmp": ["research license", "URMP_4.zip"],
        "fma-small": ["CC-BY and commercially", "8 GB", "license section"],
        "fma-large": ["CC-BY and commercially", "106 GB", "community upload"],
        "libritts": ["60 GB", "cdminix/libritts", "LibriVox as the source"],
        "musicnet": ["6 GB", "MIDI alignments"],
        "lakh-midi": ["0.5 GB", "176,581", "commercially usable"],
        "musdb18": ["CC-BY-NC-SA 4.0"],
    }
    assert sum(map(len, told.values())) == 24
    for name, words in told.items():
        notes = [note for note in catalog.manifests[name].notes if "guide" in note]
        for word in words:
            assert any(word in note for note in notes), (name, word)


def test_secure_sources_come_first(catalog: Catalog) -> None:
    plain = {
        (name, file.path)
        for name, manifest in catalog.manifests.items()
        for file in manifest.files
        if (file.source[0].url or "").startswith("http:")
    }
    # No https mirror of these is known; their sha256 protects them.
    assert plain == {
        ("arabic-speech-corpus", "arabic-speech-corpus.zip"),
        ("lakh-midi", "lmd_full.tar.gz"),
        ("nesmdb-midi", "nesmdb_midi.tar.gz"),
        ("wikifonia", "Wikifonia.zip"),
    }


def test_only_urmp_has_no_exact_bytes(catalog: Catalog) -> None:
    rough = {
        name
        for name, manifest in catalog.manifests.items()
        for file in manifest.files
        if not file.is_set and (not isinstance(file.size, int) or not file.digests)
    }
    assert rough == {"urmp"}


def test_license_ids_are_ids_to_the_parser_of_expressions(catalog: Catalog) -> None:
    for facts in catalog.licenses.values():
        for id_ in facts.ids:
            assert normalized(id_) == id_.casefold(), id_


def test_policy_files_are_named_by_their_ids(catalog: Catalog) -> None:
    names = {path.stem for path in (ROOT / "catalog" / "policies").glob("*.yaml")}
    assert (
        names == set(catalog.policies) == {"commercial", "redistribution", "research"}
    )


@pytest.fixture(scope="module")
def maker() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "make_sample.py"))


def members(raw: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:*") as tar:
        return {
            member.name: file.read()
            for member in tar
            if (file := tar.extractfile(member))
        }


def test_the_sample_is_the_archive_its_manifest_declares(catalog: Catalog) -> None:
    (file,) = catalog.manifests["sample"].files
    raw = (DATASETS / "sample.tar.gz").read_bytes()
    assert file.size == len(raw)
    assert file.checksums == {"sha256": hashlib.sha256(raw).hexdigest()}
    size = catalog.manifests["sample"].size
    found = members(raw)
    assert size.unpacked == sum(map(len, found.values()))
    assert size.members == len(found)


def test_the_sample_can_be_made_again(maker: dict[str, Any]) -> None:
    again = members(maker["archive"](maker["contents"]()))
    assert again == members((DATASETS / "sample.tar.gz").read_bytes())


def test_the_sample_stays_small() -> None:
    assert (DATASETS / "sample.tar.gz").stat().st_size < 400_000
