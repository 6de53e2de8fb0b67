"""The formats an audit can be shown in."""

from collections.abc import Callable

from lemm_catalog.model.audit import Audit
from lemm_catalog.render.audits import csv, cyclonedx, json, markdown, spdx, text
from lemm_catalog.render.audits.base import Page

Render = Callable[[Audit, Page], str]

FORMATS: dict[str, Render] = {
    "text": text.render,
    "json": json.render,
    "markdown": markdown.render,
    "csv": csv.render,
    "spdx": spdx.render,
    "cyclonedx": cyclonedx.render,
}
