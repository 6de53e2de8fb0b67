"""Problems as JSON, in the shape of ``lemm-catalog/validate@1``."""

from collections.abc import Sequence
from dataclasses import asdict

from lemm_catalog.problems import Problem
from lemm_catalog.render.data import to_json


def render(problems: Sequence[Problem], files: int) -> str:
    """Return all problems."""
    found = [asdict(problem) for problem in problems]
    return to_json("validate", {"files": files, "problems": found})
