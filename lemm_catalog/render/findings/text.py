"""Problems as text: ``file:line:column``, what is wrong, and how to mend it."""

from collections.abc import Sequence

from lemm_catalog.problems import Problem
from lemm_catalog.render.lines import counted


def render(problems: Sequence[Problem], files: int) -> str:
    """Return a line for each problem, and a last one that counts them."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    last = f"{counted(files, 'file')}: {counted(errors, 'error')}"
    if warnings:
        last += f", {counted(warnings, 'warning')}"
    return "\n".join([*map(line, problems), last])


def line(problem: Problem) -> str:
    """Return one problem as a line."""
    place = problem.path
    if problem.line:
        place += f":{problem.line}:{problem.column or 1}"
    key = f"{problem.key}: " if problem.key else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{place}: {problem.severity}: {key}{problem.message}{hint} [{problem.code}]"
