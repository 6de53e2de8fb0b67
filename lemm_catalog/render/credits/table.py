"""The formats credits can be written in."""

from lemm_catalog.render.credits import html, markdown, text
from lemm_catalog.render.credits.base import Render

FORMATS: dict[str, Render] = {
    "markdown": markdown.render,
    "html": html.render,
    "text": text.render,
}
