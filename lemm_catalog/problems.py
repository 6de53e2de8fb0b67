"""A problem in a file: where it is, what is wrong, and how to mend it.

Checks collect problems and complain once, with every place, instead of stopping at
the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One finding, at a place a person can open.

    ``line`` and ``column`` count from 1; 0 means the file as a whole. ``key`` is the
    path inside the document, such as ``files[0].checksums.sha256``.
    """

    path: str
    line: int = 0
    column: int = 0
    key: str = ""
    severity: Severity = "error"
    code: str
    message: str
    hint: str = ""


def errors_in(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that are errors, in their order."""
    return tuple(problem for problem in problems if problem.severity == "error")
