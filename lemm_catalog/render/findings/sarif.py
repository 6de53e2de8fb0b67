"""Problems as SARIF 2.1.0, which code scanning of several hosts reads."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from lemm_catalog.codes.table import CODES
from lemm_catalog.problems import Problem
from lemm_catalog.render.data import dumped
from lemm_catalog.version import __version__

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(problems: Sequence[Problem], files: int) -> str:
    """Return one run with a result for each problem."""
    codes = sorted({problem.code for problem in problems})
    driver = {
        "name": "lemm-catalog",
        "version": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {"tool": {"driver": driver}, "results": [_result(p) for p in problems]}
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str) -> dict[str, Any]:
    code = CODES.get(name)
    if code is None:
        return {"id": name}
    level = "error" if code.severity == "both" else code.severity
    return {
        "id": name,
        "shortDescription": {"text": code.what},
        "fullDescription": {"text": f"{code.what} {code.why}"},
        "help": {"text": code.mend},
        "helpUri": code.page,
        "defaultConfiguration": {"level": level},
    }


def _result(problem: Problem) -> dict[str, Any]:
    key = f"{problem.key}: " if problem.key else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(problem.path)}}
    if problem.line:
        place["region"] = {
            "startLine": problem.line,
            "startColumn": max(problem.column, 1),
        }
    return {
        "ruleId": problem.code,
        "level": problem.severity,
        "message": {"text": f"{key}{problem.message}{hint}"},
        "locations": [{"physicalLocation": place}],
    }


def _uri(path: str) -> str:
    """Return a path as the URI reference the format asks for."""
    posix = path.replace("\\", "/")
    if posix[1:3] == ":/":  # C:/…
        return "file:///" + quote(posix)
    return ("file://" if posix.startswith("/") else "") + quote(posix)
