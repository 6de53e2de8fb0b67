"""The checked strings, and what all values share."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from lemm_catalog.model.base import DatasetId, Date, Kebab, RelativePath
from lemm_catalog.model.text import relative_path
from tests.builders import a_manifest


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/a", "must be a relative path such as audio/notes.tar.gz"),
        ("a//b", "must be a relative path such as audio/notes.tar.gz"),
        ("", "must be a relative path such as audio/notes.tar.gz"),
        ("../a", "must not hold '..'"),
        ("a/./b", "must not hold '.'"),
        ("a/..", "must not hold '..'"),
        ("a\\b", r"holds '\\', which not every system allows"),
        ("c:a", "holds ':', which not every system allows"),
        ("a./b", "'a.' ends with a dot or a space"),
        ("a ", "'a ' ends with a dot or a space"),
        ("a\n", r"holds the control character '\n'"),
        ("a\u202eb", r"holds the control character '\u202e'"),
        ("é" * 128, "a name is longer than 255 bytes"),
    ],
)
def test_a_path_that_leads_elsewhere_or_deceives_is_refused(
    path: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        relative_path(path)
    assert sentence == str(caught.value)


@pytest.mark.parametrize("path", ["a", "a/b.tar.gz", "data/", "é/..a", ".hidden"])
def test_a_path_below_its_folder_is_left_as_it_is(path: str) -> None:
    assert path == relative_path(path)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (DatasetId, "a-1", ["", "A", "a_b", "-a", "a\n", "a" * 64]),
        (Kebab, "a-1", ["", "a--b", "-a", "a-", "A", "a\n", "a" * 65]),
        (Date, "2026-11-22", ["2026-13-01", "2026-1-1", "22.11.2026", "2026-11-22\n"]),
        (RelativePath, "a", ["x" * 1001]),
    ],
)
def test_a_checked_string_is_checked_to_its_end(
    kind: Any, good: str, bad: list[str]
) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    assert good == adapter.validate_python(good)
    for text in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)


def test_a_value_is_frozen_and_closed() -> None:
    manifest = a_manifest()
    with pytest.raises(ValidationError, match="frozen"):
        manifest.title = "Other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        a_manifest(titel="x")


def test_private_keys_are_the_authors_own() -> None:
    assert a_manifest(**{"x-note": None}) == a_manifest()
