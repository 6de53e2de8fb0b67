"""From a declared source to the addresses to ask, in order."""

from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.errors import SourceError
from lemm_catalog.resolve import _beside, _mirrored
from tests.builders import a_source


@pytest.mark.parametrize(
    ("prefix", "replacement", "expected"),
    [
        ("https://a.org", "file:///m", "file:///m/data/x.bin"),
        ("https://a.org/", "file:///m", "file:///m/data/x.bin"),
        ("https://a.org", "file:///m/", "file:///m/data/x.bin"),
        ("https://a.org/data", "https://b.org/d", "https://b.org/d/x.bin"),
        ("https://a.org/data/x.bin", "https://b.org/y", "https://b.org/y"),
        ("https://a.org/dat", "https://b.org", None),
        ("https://a.or", "https://b.org", None),
        ("http://a.org", "https://b.org", None),
    ],
)
def test_a_mirror_holds_what_is_below_its_prefix(
    prefix: str, replacement: str, expected: str | None
) -> None:
    found = _mirrored("https://a.org/data/x.bin", prefix, replacement)

    assert found == expected


def test_a_link_does_not_lead_out_of_the_catalog(tmp_path: Path) -> None:
    home = tmp_path / "catalog"
    home.mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    (home / "link").symlink_to(tmp_path / "secret")

    with pytest.raises(SourceError, match="leads out of the catalog's folder"):
        _beside(home, "link")


def test_a_source_is_a_url_or_a_path() -> None:
    data: Any = "beside.txt"
    assert a_source(data).path == "beside.txt"
