"""The configuration is checked as strictly as a manifest."""

from pathlib import Path

import pytest

from lemm_catalog.errors import CatalogError
from lemm_catalog.load.config import DatasetsConfig, read_config
from tests.unit.load.writing import written

GUIDE = """
model: {layers: 12}
datasets:
  auto_download: true
  phase: minimal
  cache_dir: "./datasets"
  use_hf_cache: true
  max_storage_gb: 150
  priorities: {nsynth: 5, fma_small: 4}
"""


def test_the_guides_file_is_read(tmp_path: Path) -> None:
    found = read_config(written(tmp_path, GUIDE))
    assert (found.phase, found.cache_dir, found.max_storage_gb) == (
        "minimal",
        "./datasets",
        150,
    )
    assert found.priorities == {"nsynth": 5, "fma_small": 4}


@pytest.mark.parametrize("text", ["{}", "model: {a: 1}", "datasets: {}"])
def test_everything_in_it_is_optional(text: str, tmp_path: Path) -> None:
    assert DatasetsConfig() == read_config(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("datasets:\n  fase: x", 2, "'fase' is not a key here"),
        ("datasets:\n  auto_download: yes", 2, "must be true or false, not 'yes'"),
        ("datasets:\n  max_storage_gb: 150GB", 2, "must be a number, not '150GB'"),
        ("datasets:\n  max_storage_gb: 0", 2, "must be more than 0, not the number 0"),
        ("datasets:\n  priorities: {a: 6}", 2, "must be at most 5, not the number 6"),
        ("datasets:\n  phase: 1\n  phase: 2", 3, "the key 'phase' stands twice"),
        ("- a", 1, "must be a mapping, not a list"),
    ],
)
def test_a_wrong_one_is_refused_with_its_place(
    text: str, line: int, expected: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CatalogError) as caught:
        read_config(path)
    (problem,) = caught.value.problems
    assert (str(path), line) == (problem.path, problem.line)
    assert problem.message.startswith(expected)
