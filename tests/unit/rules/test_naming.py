"""Which licenses an expression names, where their texts are, and which ask."""

import pytest

from lemm_catalog.rules.licensing import known_in
from lemm_catalog.rules.naming import asking_in, named_in
from tests.builders import facts

KNOWN = known_in(
    {
        "a": facts("LicenseRef-A", requires=["acceptance"], url="https://a.example"),
        "b": facts("LicenseRef-B", requires=["acceptance", "attribution"]),
        "by": facts("CC-BY-4.0", "CC-BY-3.0", url="https://by.example/4"),
        "gpl": facts("GPL-2.0-only"),
    }
)


@pytest.mark.parametrize(
    ("expression", "groups"),
    [
        ("CC-BY-4.0", ()),
        ("LicenseRef-A", (("LicenseRef-A",),)),
        ("licenseref-a", (("licenseref-a",),)),
        ("LicenseRef-A AND CC-BY-4.0", (("LicenseRef-A",),)),
        ("LicenseRef-A AND LicenseRef-B", (("LicenseRef-A",), ("LicenseRef-B",))),
        ("LicenseRef-A AND LicenseRef-A", (("LicenseRef-A",),)),
        ("LicenseRef-A OR CC-BY-4.0", ()),
        ("LicenseRef-A OR LicenseRef-B", (("LicenseRef-A", "LicenseRef-B"),)),
        ("LicenseRef-A AND (LicenseRef-B OR CC-BY-4.0)", (("LicenseRef-A",),)),
        (
            "(LicenseRef-A AND LicenseRef-B) OR LicenseRef-A",
            (("LicenseRef-A",), ("LicenseRef-B",)),
        ),
        ("LicenseRef-A WITH Some-exception", (("LicenseRef-A",),)),
        ("LicenseRef-Unknown", ()),
        ("no expression at all", ()),
    ],
)
def test_what_asks_is_found_through_and_or_and_with(
    expression: str, groups: tuple[tuple[str, ...], ...]
) -> None:
    assert asking_in(expression, KNOWN) == groups


def test_every_license_is_named_once_with_a_link_to_its_own_text() -> None:
    named = named_in("CC-BY-4.0 AND (CC-BY-3.0 OR LicenseRef-A) AND CC-BY-4.0", KNOWN)
    assert [(one.id, one.url) for one in named] == [
        ("CC-BY-4.0", "https://by.example/4"),
        # Not the text of another version, though the family has just that.
        ("CC-BY-3.0", "https://spdx.org/licenses/CC-BY-3.0.html"),
        ("LicenseRef-A", "https://a.example"),
    ]


def test_an_exception_is_named_beside_its_license() -> None:
    named = named_in("GPL-2.0-only WITH Classpath-exception-2.0", KNOWN)
    pages = [f"https://spdx.org/licenses/{one.id}.html" for one in named]
    assert [one.id for one in named] == ["GPL-2.0-only", "Classpath-exception-2.0"]
    assert [one.url for one in named] == pages


def test_what_is_not_known_has_no_link_and_no_duties() -> None:
    (one,) = named_in("LicenseRef-Unknown", KNOWN)
    assert (one.title, one.url, one.duties) == (None, None, ())
    assert named_in("two words", KNOWN) == ()
