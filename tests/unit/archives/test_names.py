"""Names inside archives."""

import pytest

from lemm_catalog.archives.names import checked, decoded, shown
from lemm_catalog.errors import ArchiveError


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a/b.wav", "a/b.wav"),
        ("./a", "a"),
        ("a//b", "a/b"),
        ("a/...", "a/..."),
        ("..a/b..", "..a/b.."),
        ("what? (12:30)*.mp3", "what? (12:30)*.mp3"),
        ("क्\u200dष", "क्\u200dष"),  # Hindi needs its joiner
        ("~", "~"),
        ("x" * 255, "x" * 255),
    ],
)
def test_what_real_archives_hold_is_kept(name: str, kept: str) -> None:
    assert checked(name, is_dir=False, windows=False) == kept


@pytest.mark.parametrize("name", [".", "./", ".//"])
def test_the_top_folder_has_no_name(name: str) -> None:
    assert checked(name, is_dir=True) == ""


def test_a_folder_loses_its_last_slash() -> None:
    assert checked("a/b/", is_dir=True) == "a/b"


@pytest.mark.parametrize(
    "name",
    ["CON", "aux.txt", "a/nul", "COM1.wav", "lpt9", "a.", "a ", "bb:c", "x?", "CONIN$"],
)
def test_windows_refuses_what_only_windows_cannot_hold(name: str) -> None:
    assert checked(name, is_dir=False, windows=False) == name
    with pytest.raises(ArchiveError, match="Windows"):
        checked(name, is_dir=False, windows=True)


def test_windows_keeps_names_that_only_look_reserved() -> None:
    assert checked("console/auxiliary.txt", is_dir=False, windows=True)


def test_names_are_shown_escaped_and_cut() -> None:
    assert shown("a\x1b[2J\u202e") == r"'a\x1b[2J\u202e'"
    assert shown(b"caf\xe9") == r"'caf\xe9'"
    assert shown("é".encode()) == "'é'"
    assert len(shown("\x00" * 500)) == 120


def test_a_name_that_is_not_utf_8_is_not_guessed() -> None:
    with pytest.raises(ArchiveError) as caught:
        decoded(b"caf\xe9.wav")

    assert caught.value.message == (
        r"the archive holds 'caf\xe9.wav', whose name is not UTF-8"
    )
