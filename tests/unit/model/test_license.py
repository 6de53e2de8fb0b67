"""License facts: what a short file comes to."""

import pytest
from pydantic import ValidationError

from lemm_catalog.model.license import LicenseFacts
from tests.builders import facts

URL = "https://example.org/by/{}/"
FAMILY = facts(
    "X-BY-4.0",
    "X-BY-3.0",
    "X-BY-3.0-AT",
    url=URL.format("4.0"),
    texts={"X-BY-3.0": URL.format("3.0"), "X-BY-2.1": URL.format("2.1")},
    ports={"X-BY-3.0": ["AT", "US"], "X-BY-2.1": ["JP"]},
    aliases={"X-BY-4.0": ["X BY 4.0"], "X-BY-3.0": ["X BY 3.0 Unported"]},
    names=["X BY"],
    hub=["x-by-4.0", "x by"],
)


def test_ports_without_an_id_of_their_own_are_license_refs() -> None:
    written = ("X-BY-4.0", "X-BY-3.0", "X-BY-3.0-AT")
    ours = ("LicenseRef-X-BY-3.0-US", "LicenseRef-X-BY-2.1-JP")
    assert FAMILY.ids == (*written, *ours)
    assert FAMILY.folded == {id_.casefold() for id_ in FAMILY.ids}


def test_a_port_of_our_own_license_is_marked_once() -> None:
    ids = facts("LicenseRef-N-1.0", ports={"LicenseRef-N-1.0": ["FI"]}).ids
    assert ids == ("LicenseRef-N-1.0", "LicenseRef-N-1.0-FI")


@pytest.mark.parametrize(
    ("id_", "text"),
    [
        ("X-BY-4.0", URL.format("4.0")),
        ("x-by-3.0", URL.format("3.0")),
        ("X-BY-3.0-AT", URL.format("3.0") + "at/"),
        ("LicenseRef-X-BY-3.0-US", URL.format("3.0") + "us/"),
        ("LicenseRef-X-BY-2.1-JP", URL.format("2.1") + "jp/"),
        ("X-BY-2.1", None),
        ("MIT", None),
    ],
)
def test_each_id_has_its_text(id_: str, text: str | None) -> None:
    assert FAMILY.text_of(id_) == text


def test_the_text_of_an_spdx_id_is_on_its_page_unless_said() -> None:
    some = facts("MIT", "LicenseRef-Mine")
    assert some.text_of("mit") == "https://spdx.org/licenses/MIT.html"
    assert some.text_of("LicenseRef-Mine") is None


@pytest.mark.parametrize(
    ("spelling", "id_"),
    [
        ("x-by-4.0", "X-BY-4.0"),
        ("x by 4.0", "X-BY-4.0"),
        ("x by 3.0 unported", "X-BY-3.0"),
        ("x-by-3.0-us", "LicenseRef-X-BY-3.0-US"),
        ("https://example.org/by/3.0/us/", "LicenseRef-X-BY-3.0-US"),
        ("x by", None),
    ],
)
def test_a_spelling_stands_for_an_id_or_for_the_family(
    spelling: str, id_: str | None
) -> None:
    assert FAMILY.spellings[spelling] == id_


def test_a_text_that_several_ids_share_stands_for_none_of_them() -> None:
    shared = facts(
        "A-1.0", "B-1.0", url="https://a.b/", texts={"B-1.0": "https://a.b/"}
    )
    assert shared.spellings["https://a.b/"] is None


def test_tags_of_the_hub_are_spellings() -> None:
    assert FAMILY.hub == {"x-by-4.0": "X-BY-4.0", "x by": None}


def test_a_list_of_aliases_spells_the_only_id() -> None:
    assert facts("MIT", aliases=["Expat"]).aliases == {"Expat": "MIT"}


@pytest.mark.parametrize("key", ["declared", "spelled", "tagged"])
def test_what_the_fields_are_called_in_code_is_no_key(key: str) -> None:
    data = {"schema_version": 1, "ids": ["MIT"], "title": "MIT", key: ["MIT"]}
    with pytest.raises(ValidationError, match="Extra inputs"):
        LicenseFacts.model_validate(data)
