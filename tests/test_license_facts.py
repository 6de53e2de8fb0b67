"""The license files that travel with the package: what a policy may believe of them."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lemm_catalog.load.catalog import load
from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.license import LicenseFacts
from lemm_catalog.problems import errors_in
from lemm_catalog.rules.licensing import UNSAID, judge_expression, license_ids

ROOT = Path(__file__).parent.parent
OWN = "LicenseRef-"
# What the Hub itself says it accepts as `license:` of a card, in October 2026.
_TAGS = """
apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m
bigscience-bloom-rail-1.0 bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd
bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5
cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0
cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0
cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0
epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl
lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c ms-pl apple-ascl apple-amlr
mpl-2.0 odc-by odbl openmdw-1.0 openmdw-1.1 openrail++ osl-3.0 postgresql ofl-1.1 ncsa
unlicense zlib pddl lgpl-lr deepfloyd-if-license fair-noncommercial-research-license
llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 grok2-community gemma unknown other
"""
HUB_TAGS = set(_TAGS.split())
# Tags that name a family and no license of it.
HUB_FAMILIES = {"bsd", "cc", "gfdl", "gpl", "lgpl", "openrail"}
CC_FAMILIES = ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
DENIED_COMMERCIALLY = {
    *("cc-by-nd", "cc-by-nc", "cc-by-nc-sa", "cc-by-nc-nd", "cc-nc", "cc-nc-sa"),
    *("cc-nd", "cc-nd-nc", "cc-nc-sampling-plus", "polyform-noncommercial"),
    *("other-noncommercial", "research-only", "research-agreement", "ldc-non-member"),
    *("model-research-only", "youtube", "all-rights-reserved", "musedata"),
    *("fma-per-track", "musdb18-mixed", "thesession-llm"),
}
ALLOWED_COMMERCIALLY = {
    *("cc-by", "cc-by-sa", "cc-sa", "cc0", "cc-public-domain-mark", "public-domain"),
    *("cc-public-domain-dedication", "pddl", "dbcl", "cdla-permissive", "o-uda"),
    *("cdla-sharing", "ogl-uk", "ogl-canada", "etalab", "dl-de-by", "dl-de-zero"),
    *("nlod", "permissive-software", "bsd", "unconditional-software", "free-art"),
    *("openmdw", "odbl", "odc-by"),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    loaded = load()
    assert errors_in(loaded.problems) == ()
    return loaded.catalog


@pytest.fixture(scope="module")
def spdx() -> set[str]:
    """Return the ids of the SPDX list, deprecated ones too, as they are spelled."""
    index = files("license_expression") / "data" / "scancode-licensedb-index.json"
    entries = json.loads(index.read_text(encoding="utf-8"))
    keys = {entry.get("spdx_license_key") or "" for entry in entries}
    return {key for key in keys if key and not key.startswith(OWN)}


def every_id(catalog: Catalog) -> Iterator[tuple[str, LicenseFacts]]:
    for facts in catalog.licenses.values():
        for id_ in facts.ids:
            yield id_, facts


def test_ids_are_spdx_ids_or_plainly_our_own(catalog: Catalog, spdx: set[str]) -> None:
    assert len(spdx) > 600
    folded = {id_.casefold() for id_ in spdx}
    for id_, _ in every_id(catalog):
        if id_.startswith(OWN):
            assert re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", id_), id_
            assert id_.removeprefix(OWN).casefold() not in folded, id_
        else:
            assert id_ in spdx


def test_no_creative_commons_license_of_spdx_is_missing(
    catalog: Catalog, spdx: set[str]
) -> None:
    known = {id_ for id_, _ in every_id(catalog)}
    assert {id_ for id_ in spdx if id_.startswith("CC-")} <= known


@pytest.mark.parametrize("slug", CC_FAMILIES)
def test_a_family_has_all_its_versions_and_ports(slug: str, catalog: Catalog) -> None:
    """The counts are those of Creative Commons' own list of its licenses."""
    ids = catalog.licenses[f"cc-{slug}"].ids
    bare = [id_.removeprefix(OWN).removeprefix(f"CC-{slug.upper()}-") for id_ in ids]
    ports = dict.fromkeys(("1.0", "2.0", "2.1", "2.5", "3.0", "4.0"), 0)
    for version, _, port in (each.partition("-") for each in bare):
        ports[version] += bool(port)
    assert ports == {"1.0": 3, "2.0": 18, "2.1": 4, "2.5": 28, "3.0": 43, "4.0": 0}
    assert {"1.0", "2.0", "2.5", "3.0", "4.0"} == {
        each for each in bare if each[3:] == ""
    }


@pytest.mark.parametrize(
    ("id_", "url"),
    [
        ("CC-BY-4.0", "by/4.0/"),
        ("cc-by-3.0-at", "by/3.0/at/"),
        ("LicenseRef-CC-BY-NC-SA-3.0-US", "by-nc-sa/3.0/us/"),
        ("LicenseRef-CC-BY-SA-2.5-SCOTLAND", "by-sa/2.5/scotland/"),
        ("CC-BY-SA-2.1-JP", "by-sa/2.1/jp/"),
        ("CC-BY-NC-ND-1.0", "by-nd-nc/1.0/"),
        ("LicenseRef-CC-ND-2.0-JP", "nd/2.0/jp/"),
        ("LicenseRef-CC-Sampling-Plus-1.0-DE", "sampling+/1.0/de/"),
    ],
)
def test_the_text_of_a_port_stands_where_its_publisher_put_it(
    id_: str, url: str, catalog: Catalog
) -> None:
    (text,) = {f.text_of(id_) for f in catalog.licenses.values() if f.text_of(id_)}
    assert text == f"https://creativecommons.org/licenses/{url}"


def test_every_text_is_at_an_https_url(catalog: Catalog) -> None:
    for id_, facts in every_id(catalog):
        text = facts.text_of(id_)
        if text is not None:
            parts = urlsplit(text)
            assert (parts.scheme, parts.username) == ("https", None), id_
            assert re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", parts.netloc), id_
        assert text or id_.startswith(OWN), id_


def test_no_two_files_claim_one_spelling(catalog: Catalog) -> None:
    owners: dict[str, str] = {}
    for name, facts in catalog.licenses.items():
        for spelling in facts.spellings:
            assert owners.setdefault(spelling, name) == name, spelling
        tags = [tag.casefold() for tag in facts.hub]
        assert len(tags) == len(set(tags)), name


def test_an_alias_without_a_version_stands_for_no_version_of_several(
    catalog: Catalog,
) -> None:
    for name, facts in catalog.licenses.items():
        versions = {
            re.sub(r"-\d.*", "", id_)
            for id_ in facts.ids
            if re.search(r"-\d+\.\d", id_)
        }
        for alias, id_ in facts.aliases.items():
            stem = re.sub(r"-\d+\.\d.*", "", id_)
            several = [i for i in facts.ids if i.startswith(f"{stem}-")]
            if stem in versions and len(several) > 1:
                assert re.search(r"\d", alias), (name, alias, id_)


def test_names_stand_for_no_id(catalog: Catalog) -> None:
    for facts in catalog.licenses.values():
        for name in facts.names:
            assert facts.spellings[name.casefold()] is None, name


def test_what_is_permitted_is_not_forbidden(catalog: Catalog) -> None:
    for name, facts in catalog.licenses.items():
        assert facts.permits & facts.forbids == frozenset(), name


def test_every_license_of_a_manifest_has_its_facts(catalog: Catalog) -> None:
    known = {id_.casefold() for id_, _ in every_id(catalog)} | UNSAID
    for manifest in catalog.manifests.values():
        parts = [p.license for p in manifest.parts.values() if p.license]
        for declared in (manifest.license, *parts):
            expressions = {
                declared.expression,
                *(c.expression for c in declared.claims),
            }
            for expression in expressions:
                ids = license_ids(expression) or ()
                assert {id_.casefold() for id_ in ids} <= known, manifest.id


def test_every_tag_of_the_hub_is_known(catalog: Catalog) -> None:
    meant = {
        tag: id_
        for facts in catalog.licenses.values()
        for tag, id_ in facts.hub.items()
    }
    assert set(meant) == HUB_TAGS
    assert {tag for tag, id_ in meant.items() if id_ is None} == HUB_FAMILIES
    assert meant["cc-by-nc-sa-4.0"] == "CC-BY-NC-SA-4.0"
    assert meant["odbl"] == "ODbL-1.0"


def decisions(catalog: Catalog, policy: str) -> dict[str, str]:
    """Return the one verdict that all ids of a file have."""
    judged: dict[str, str] = {}
    for name, facts in catalog.licenses.items():
        one = {name: facts}  # ids are in one file only, which another test holds
        (judged[name],) = {
            judge_expression(id_, one, catalog.policies[policy]).decision
            for id_ in facts.ids
        }
    return judged


def test_who_may_earn_money_with_models(catalog: Catalog) -> None:
    found = decisions(catalog, "commercial")
    assert {n for n, d in found.items() if d == "allowed"} == ALLOWED_COMMERCIALLY
    assert {n for n, d in found.items() if d == "denied"} == DENIED_COMMERCIALLY


def test_noncommercial_licenses_forbid_commerce(catalog: Catalog) -> None:
    marked = re.compile(r"(^|-)(NC|Noncommercial|Research|Academic)(-|$)")
    barred = {id_ for id_, f in every_id(catalog) if "commercial-use" in f.forbids}
    named = {id_ for id_, _ in every_id(catalog) if marked.search(id_)}
    assert named <= barred
    assert {"CC-BY-NC-1.0", "LicenseRef-CC-NC-1.0-FI", "LicenseRef-Other-NC"} <= named


def test_no_derivatives_are_never_allowed_to_train(catalog: Catalog) -> None:
    named = {id_: f for id_, f in every_id(catalog) if re.search(r"-ND(-|$)", id_)}
    assert {"CC-BY-ND-4.0", "CC-BY-NC-ND-3.0-IGO", "LicenseRef-CC-ND-1.0"} <= set(named)
    for id_, facts in named.items():
        assert "derivatives" in facts.forbids, id_
        assert "model-training" not in facts.permits | facts.forbids, id_
        for policy, expected in (("commercial", "denied"), ("research", "review")):
            found = judge_expression(id_, {"": facts}, catalog.policies[policy])
            assert found.decision == expected, id_


@pytest.mark.parametrize("policy", ["commercial", "research", "redistribution"])
@pytest.mark.parametrize(
    "name",
    [
        *("urmp-request-form", "underlying-works", "unknown", "other", "per-item"),
        *("cc-unspecified", "cc-devnations", "cc-sampling", "nesmdb", "kaggle"),
    ],
)
def test_terms_nobody_knows_are_for_review(
    name: str, policy: str, catalog: Catalog
) -> None:
    assert decisions(catalog, policy)[name] == "review"


def test_a_database_and_its_contents_are_permitted_alike(catalog: Catalog) -> None:
    for policy in catalog.policies.values():
        for text in ("ODbL-1.0", "ODC-By-1.0", "ODbL-1.0 AND LicenseRef-DbCL-1.0"):
            found = judge_expression(text, catalog.licenses, policy)
            assert found.decision == "allowed", (text, policy.id)


def test_every_file_says_what_the_words_leave_out(catalog: Catalog) -> None:
    assert {n for n, facts in catalog.licenses.items() if not facts.note} == set()
