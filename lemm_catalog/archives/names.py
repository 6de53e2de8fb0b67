"""The one place that judges the names inside archives.

Refused everywhere: names that leave the folder, that lie to a person who reads them
(control and direction characters), or that another system would read differently
(backslashes, drive letters). Names that only Windows cannot hold are refused only
there, since real datasets hold ``:`` and ``?`` in titles of songs.
"""

import os
import re

from lemm_catalog.errors import ArchiveError

# A longer path can be made step by step, but no program could open it by its name:
# macOS ends at 1024 bytes, and Linux at 4096.
MOST_BYTES = 1024
MOST_PARTS = 64
_MOST_SHOWN = 120

# Not the joiners U+200C and U+200D: Persian and Indic names need them.
_LYING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# What almost every member is called, and nothing in it needs a second look.
_PLAIN = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.+=@,()-]*(/[A-Za-z0-9_][A-Za-z0-9_.+=@,()-]*)*"
)
_DRIVE = re.compile(r"[A-Za-z]:")
_WINDOWS_CHARACTERS = re.compile(r'[:*?"<>|]')
_WINDOWS_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\..*)?",
    re.IGNORECASE,
)


def shown(name: str | bytes) -> str:
    """Return a name fit for a message: quoted, escaped and not too long."""
    if isinstance(name, str):
        text = repr(name)
    else:
        try:
            text = repr(name.decode("utf-8"))
        except UnicodeDecodeError:
            text = repr(name).removeprefix("b")
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 2] + "…'"


def decoded(raw: bytes) -> str:
    """Return a name as text.

    Raises:
        ArchiveError: if it is not UTF-8, since any other guess may be wrong.

    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused(raw, "whose name is not UTF-8") from None


def checked(name: str, *, is_dir: bool, windows: bool = os.name == "nt") -> str:
    """Return the name of a member, relative and without needless slashes.

    The empty name stands for the top folder itself.

    Raises:
        ArchiveError: if it could land elsewhere, deceive, or not be written.

    """
    is_short = len(name) <= 255 and name.count("/") < MOST_PARTS
    if is_short and not windows and _PLAIN.fullmatch(name):
        return name
    if found := _LYING.search(name):
        raise _refused(name, f"whose name holds the control character {found[0]!r}")
    if name.startswith("/") or _DRIVE.match(name):
        raise _refused(name, "an absolute name, which would land outside the dataset")
    if "\\" in name:
        raise _refused(name, "whose name holds a backslash")
    parts = [part for part in name.split("/") if part]
    if parts[:1] == ["."]:
        del parts[0]
    if not name or (not parts and not is_dir):
        raise _refused(name, "a member without a name")
    _check_parts(name, parts, windows)
    return "/".join(parts)


def _check_parts(name: str, parts: list[str], windows: bool) -> None:
    if ".." in parts:
        raise _refused(name, "which would land outside the dataset")
    if "." in parts:
        raise _refused(name, "whose name holds a needless '.'")
    size = len(name.encode())
    if size > MOST_BYTES or len(parts) > MOST_PARTS:
        raise _refused(name, "whose path is too long or too deep")
    if size > 255 and any(len(part.encode()) > 255 for part in parts):
        raise _refused(name, "with a name longer than 255 bytes")
    if windows and any(_is_unfit_for_windows(part) for part in parts):
        raise _refused(name, "a name that Windows does not allow")


def _is_unfit_for_windows(part: str) -> bool:
    return bool(
        part.endswith((" ", "."))
        or _WINDOWS_CHARACTERS.search(part)
        or _WINDOWS_RESERVED.fullmatch(part)
    )


def _refused(name: str | bytes, why: str) -> ArchiveError:
    return ArchiveError(f"the archive holds {shown(name)}, {why}")
