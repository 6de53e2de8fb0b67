"""The formats a difference can be shown in."""

from collections.abc import Callable

from lemm_catalog.model.difference import Difference
from lemm_catalog.render.differences import json, markdown, text

FORMATS: dict[str, Callable[[Difference], str]] = {
    "text": text.render,
    "json": json.render,
    "markdown": markdown.render,
}
