"""Problems as SARIF 2.1.0, which code scanning of several hosts reads."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from lemm_catalog.problems import Problem
from lemm_catalog.version import __version__

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(problems: Sequence[Problem], files: int) -> str:
    """Return one run with a result for each problem."""
    codes = sorted({problem.code for problem in problems})
    driver = {
        "name": "lemm-catalog",
        "version": __version__,
        "rules": [{"id": code} for code in codes],
    }
    run = {"tool": {"driver": driver}, "results": [_result(p) for p in problems]}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(problem: Problem) -> dict[str, Any]:
    key = f"{problem.key}: " if problem.key else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    place: dict[str, Any] = {
        "artifactLocation": {"uri": PurePath(problem.path).as_posix()}
    }
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
