"""Checked text: what a name, a line or a path may hold, on every system."""

import re
from collections.abc import Callable

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_PATH = re.compile(r"[^/]+(/[^/]+)*/?")
# Characters that some file system of our users cannot hold in a name.
_UNPORTABLE = re.compile(r'[\\:*?"<>|]')


def one_line(text: str) -> str:
    """Return a text without control characters, unchanged.

    Raises:
        ValueError: if it holds one.

    """
    if found := _CONTROL.search(text):
        raise ValueError(f"holds the control character {found[0]!r}")
    return text


def plain_text(text: str) -> str:
    """Return a text whose only control characters are line ends and tabs, unchanged.

    Raises:
        ValueError: if it holds another.

    """
    one_line(text.replace("\n", " ").replace("\t", " "))
    return text


def relative_path(text: str) -> str:
    """Return a path that stays below its root on every system, unchanged.

    Raises:
        ValueError: if it is absolute, climbs, or cannot be a name everywhere.

    """
    one_line(text)
    if not _PATH.fullmatch(text):
        raise ValueError("must be a relative path such as audio/notes.tar.gz")
    for part in text.rstrip("/").split("/"):
        if part in {".", ".."}:
            raise ValueError(f"must not hold {part!r}")
        if found := _UNPORTABLE.search(part):
            raise ValueError(f"holds {found[0]!r}, which not every system allows")
        if part.endswith((" ", ".")):
            raise ValueError(f"{part!r} ends with a dot or a space")
        if len(part.encode()) > 255:
            raise ValueError("a name is longer than 255 bytes")
    return text


def matching(pattern: str) -> Callable[[str], str]:
    """Return a check that the whole text fits a pattern."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"does not match {pattern}")
        return text

    return check


dataset_id = matching(r"[a-z0-9][a-z0-9-]{0,62}")
timestamp = matching(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
