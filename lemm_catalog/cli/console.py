"""The one place that speaks: results to stdout, all other talk to stderr."""

import errno
import os
import re
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TextIO

from lemm_catalog.errors import CatalogError, LemmError, LocalError

if TYPE_CHECKING:
    from lemm_catalog.problems import Problem

_ODD = re.compile(r"[^ -~\n\t]")
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"
# What pipes say when nobody reads them any more; Windows says EINVAL.
_CLOSED = frozenset({errno.EPIPE, errno.EINVAL})


class OutputClosedError(BaseException):
    """Whoever read our results has gone."""


class Console(NamedTuple):
    """How to speak: ``quiet`` drops all but results and errors."""

    quiet: bool = False
    verbose: bool = False
    color: bool = False

    @property
    def width(self) -> int:
        """The columns for text that is wrapped."""
        known = _is_terminal(sys.stdout) or "COLUMNS" in os.environ
        return shutil.get_terminal_size((100, 24)).columns if known else 100

    @property
    def table_width(self) -> int | None:
        """The columns for tables; None where nothing is to be cut, as in a pipe."""
        return self.width if _is_terminal(sys.stdout) else None

    @property
    def draws(self) -> bool:
        """Whether progress may be drawn in place."""
        return _is_terminal(sys.stderr) and not self.quiet and _is_capable()

    def result(self, text: str, red: str = "") -> None:
        """Print what was asked for, some words of it in red where there is color.

        Raises:
            LocalError: if stdout does not take it.

        """
        if not text or sys.stdout is None:
            return
        # CSV ends its lines in CR and LF, which Windows makes of a newline by itself.
        end = "\r\n" if text.endswith("\r\n") and os.linesep == "\n" else "\n"
        lines = (safe(line) for line in text.removesuffix("\r\n").split("\r\n"))
        if red and self.color and _is_terminal(sys.stdout):
            lines = (line.replace(red, f"{_RED}{red}{_PLAIN}") for line in lines)
        try:
            print(end.join(lines), end=end, flush=True)
        except OSError as error:
            if isinstance(error, BrokenPipeError) or error.errno in _CLOSED:
                raise OutputClosedError from error
            why = error.strerror or str(error)
            # What Python still holds back must not be tried again at the exit.
            sys.stdout = None
            raise LocalError(f"the result cannot be written: {why}") from error

    def talk(self, text: str) -> None:
        """Tell something on the side."""
        if not self.quiet:
            _tell(safe(text))

    def error(self, error: LemmError) -> None:
        """Tell why the command failed, and what would mend it."""
        message = error.message
        if isinstance(error, CatalogError):
            from lemm_catalog.render.findings.text import line

            for problem in error.problems:
                _tell(safe(line(problem)))
            message = _summary(error.problems)
        self.failure(message)
        if error.mend:
            _tell(safe(f"  {error.mend}"))

    def failure(self, message: str) -> None:
        """Tell in a sentence that something failed, even when quiet."""
        mark = f"{_RED}error:{_PLAIN}" if self.color else "error:"
        _tell(f"{mark} {safe(message)}")

    def trace(self, text: str) -> None:
        """Show where in the code an error arose."""
        _tell(safe(text.rstrip()))


def wants_color(*, refused: bool) -> bool:
    """Whether to color: on a terminal, unless the user or NO_COLOR says no."""
    if refused or os.environ.get("NO_COLOR"):
        return False
    return _is_terminal(sys.stderr) and _is_capable()


def safe(text: str) -> str:
    """Escape what a terminal would obey: names come from strangers."""
    if text.replace("\n", " ").replace("\t", " ").isprintable():
        return text  # as nearly every text, be it of six million letters
    # By letter, not by place: a long text has few that are odd at all.
    odd = set(_ODD.findall(text))
    harmful = [letter for letter in odd if not _is_harmless(letter)]
    if not harmful:
        return text
    return text.translate({ord(letter): ascii(letter)[1:-1] for letter in harmful})


def speak_any_language() -> None:
    """Let a stream that cannot hold a letter show its number instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _is_harmless(letter: str) -> bool:
    if letter.isprintable():
        return True
    import unicodedata

    return unicodedata.category(letter) == "Zs"  # such as a hard space


def _tell(text: str) -> None:
    """Write to stderr; that nobody listens there must not stop the work."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(text, file=sys.stderr, flush=True)


def _summary(problems: "tuple[Problem, ...]") -> str:
    from lemm_catalog.render.lines import counted

    paths = dict.fromkeys(problem.path for problem in problems)
    where = next(iter(paths)) if len(paths) == 1 else counted(len(paths), "file")
    return f"{counted(len(problems), 'problem')} in {where}"


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _is_capable() -> bool:
    if os.name == "nt":  # an old console of Windows would show the codes themselves
        return bool({"WT_SESSION", "ANSICON", "TERM"} & set(os.environ))
    return os.environ.get("TERM", "") not in {"", "dumb"}
