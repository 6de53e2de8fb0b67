"""Bringing one artifact into staging."""

from pathlib import Path

from tests.stores import NOTES, a_catalog, a_file, settings, tar


def test_an_archive_that_is_refused_leaves_its_bytes_but_no_tree(
    tmp_path: Path,
) -> None:
    small = {"unpacked": 100}  # the members come to more
    data = tar(NOTES)
    archive = a_file("notes.tar.gz", data, unpack={"size": small})
    cache = settings(tmp_path / "data")

    outcome = a_catalog(tmp_path, [archive]).pull("notes", settings=cache)

    assert outcome.exit_code == 3
    assert "unpacks to more than the declared 100 bytes" in outcome.datasets[0].message
    staged = next((cache.cache_dir / ".lemm" / "staging" / "notes").iterdir())
    assert (staged / "data").read_bytes() == data
    assert not (staged / "tree").exists()
