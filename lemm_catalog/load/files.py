"""Files to text: regular ones of a sane size in UTF-8, or the one problem they have."""

import codecs
import os
import re
import stat
from pathlib import Path

from lemm_catalog.problems import Problem

MAX_BYTES = 1_000_000
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# YAML takes U+0085, U+2028, U+2029 and a lone carriage return for the end of a line,
# and most editors do not: a reviewer would see a comment where a key stands.
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]|\r(?!\n)", re.ASCII
)


class UnreadableError(Exception):
    """A file that cannot be read as data; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def unreadable(
    path: Path,
    code: str,
    message: str,
    *,
    hint: str = "",
    place: tuple[int, int] = (0, 0),
) -> UnreadableError:
    """Return the error of a file that is wrong at a place, or as a whole."""
    line, column = place
    return UnreadableError(
        Problem(
            path=str(path),
            line=line,
            column=column,
            code=code,
            message=message,
            hint=hint,
        )
    )


def fit_to_show(text: str) -> str:
    """Return a text without what a terminal would obey, and not too long."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return plain if len(plain) <= 80 else plain[:77] + "..."


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return a regular file's bytes, refusing links, devices and giants unread.

    Raises:
        UnreadableError: if it is not a readable regular file of a sane size.

    """
    # O_NONBLOCK: a named pipe must not hang us; O_NOFOLLOW: a link in a stranger's
    # catalog must not make us quote this machine's files in an error.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
        try:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                raise unreadable(path, "not-a-file", "is not a regular file")
            if info.st_size > limit:
                message = f"is {info.st_size} bytes large; at most {limit} are read"
                raise unreadable(path, "too-large", message)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        if path.is_symlink():
            message = "is a symbolic link; put the file itself here"
        raise unreadable(path, "unreadable", message) from error


def text_of(path: Path, raw: bytes) -> str:
    """Return the text of a file's bytes.

    Raises:
        UnreadableError: if they are not UTF-8, or hold what no editor shows.

    """
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        found = "UTF-16" if raw.startswith(_UTF_16) else "not UTF-8"
        raise unreadable(
            path,
            "yaml-encoding",
            f"is {found}",
            hint="save it as UTF-8",
            place=_place(before, len(before)),
        ) from error
    if match := _FORBIDDEN.search(text):
        raise unreadable(
            path,
            "yaml-encoding",
            f"holds the control character {match[0]!r}",
            hint="remove it, or save the file anew as plain text",
            place=_place(text, match.start()),
        )
    return text


def _place(text: str, index: int) -> tuple[int, int]:
    start_of_line = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - start_of_line + 1
