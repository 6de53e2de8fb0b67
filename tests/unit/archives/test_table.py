"""Which reader an archive gets."""

from typing import get_args

import pytest

from lemm_catalog.archives.table import READERS, reader_for
from lemm_catalog.errors import UsageError
from lemm_catalog.model.artifact import ArchiveFormat


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.tar", "tar"),
        ("a/B.TAR.GZ", "tar.gz"),
        ("a.tgz", "tar.gz"),
        ("a.tar.bz2", "tar.bz2"),
        ("a.txz", "tar.xz"),
        ("a.tzst", "tar.zst"),
        ("a.v1.zip", "zip"),
    ],
)
def test_the_name_tells_the_format(path: str, name: str) -> None:
    assert reader_for(path).name == name


def test_a_format_named_outright_wins() -> None:
    assert reader_for("download.zip", "tar.gz").name == "tar.gz"


def test_unknown_names_and_formats_are_refused_in_words() -> None:
    with pytest.raises(UsageError) as by_name:
        reader_for("notes.7z")
    with pytest.raises(UsageError) as by_format:
        reader_for("notes.zip", "rar")

    known = "known are tar, tar.gz, tar.bz2, tar.xz, tar.zst, zip"
    assert by_name.value.message == (
        f"the name 'notes.7z' does not tell which archive it is; {known}"
    )
    assert by_format.value.message == f"'rar' is no archive format; {known}"


def test_the_table_and_the_manifest_know_the_same_formats() -> None:
    assert tuple(reader.name for reader in READERS) == get_args(ArchiveFormat)
