"""The formats problems can be shown in."""

from collections.abc import Callable, Sequence

from lemm_catalog.problems import Problem
from lemm_catalog.render.findings import github, json, sarif, text

Render = Callable[[Sequence[Problem], int], str]

FORMATS: dict[str, Render] = {
    "text": text.render,
    "json": json.render,
    "github": github.render,
    "sarif": sarif.render,
}
