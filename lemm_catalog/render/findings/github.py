"""Problems as workflow commands: GitHub shows them beside the lines they are about."""

from collections.abc import Sequence

from lemm_catalog.problems import Problem


def render(problems: Sequence[Problem], files: int) -> str:
    """Return a workflow command for each problem."""
    return "\n".join(map(_command, problems))


def _command(problem: Problem) -> str:
    place = {"file": problem.path, "line": problem.line, "col": problem.column}
    place["title"] = problem.code
    fields = ",".join(
        f"{name}={_field(value)}" for name, value in place.items() if value
    )
    key = f"{problem.key}: " if problem.key else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"::{problem.severity} {fields}::{_data(f'{key}{problem.message}{hint}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _field(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
