"""The one place that speaks: results to stdout, all other talk to stderr."""

import os
import shutil
import sys
from dataclasses import dataclass

from lemm_catalog.errors import CatalogError, LemmError
from lemm_catalog.render.findings.text import line

_RED, _YELLOW, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[0m"


@dataclass(frozen=True, kw_only=True)
class Console:
    """How to speak: ``quiet`` drops all but results and errors."""

    quiet: bool = False
    verbose: bool = False
    color: bool = False

    @property
    def width(self) -> int:
        """The columns of the terminal; text that is piped may be longer."""
        return shutil.get_terminal_size((100, 24)).columns if _is_terminal() else 100

    @property
    def draws(self) -> bool:
        """Whether progress may be drawn in place."""
        return sys.stderr.isatty() and not self.quiet and _can_draw()

    def result(self, text: str) -> None:
        """Print what was asked for."""
        print(text)

    def talk(self, text: str) -> None:
        """Tell something on the side."""
        if not self.quiet:
            print(_safe(text), file=sys.stderr)

    def warn(self, text: str) -> None:
        """Tell something that should not be missed."""
        if not self.quiet:
            print(self._marked("warning:", _YELLOW, text), file=sys.stderr)

    def error(self, error: LemmError) -> None:
        """Tell why the command failed, and what would mend it."""
        if isinstance(error, CatalogError):
            for problem in error.problems:
                print(_safe(line(problem)), file=sys.stderr)
        print(self._marked("error:", _RED, error.message), file=sys.stderr)
        if error.mend:
            print(_safe(f"  {error.mend}"), file=sys.stderr)

    def _marked(self, word: str, color: str, text: str) -> str:
        mark = f"{color}{word}{_PLAIN}" if self.color else word
        return f"{mark} {_safe(text)}"


def wants_color(*, refused: bool) -> bool:
    """Whether to color: on a terminal, unless the user or NO_COLOR says no."""
    return not (refused or os.environ.get("NO_COLOR")) and sys.stderr.isatty()


def _is_terminal() -> bool:
    return sys.stdout.isatty() or "COLUMNS" in os.environ


def _can_draw() -> bool:
    return os.environ.get("TERM", "") != "dumb"


def _safe(text: str) -> str:
    """Escape what a terminal would obey: names come from strangers."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text
    )
