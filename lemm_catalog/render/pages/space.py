"""The status page of a Space: whole, or the part of it that changes."""

import base64
import hashlib
from functools import cache

from lemm_catalog.model.space import Space
from lemm_catalog.render.pages.datasets import cards, count_of, share_of, words_of_time
from lemm_catalog.render.pages.disk import disk
from lemm_catalog.render.pages.html import joined, sentence, tag, text
from lemm_catalog.render.pages.script import SCRIPT
from lemm_catalog.render.pages.style import STYLE
from lemm_catalog.sizes import format_decimal

_NAMES = {
    "starting": ("busy", "starting"),
    "pulling": ("busy", "pulling"),
    "waiting": ("warn", "waiting to go on"),
    "ready": ("good", "ready"),
    "settled": ("warn", "not all is here"),
    "halted": ("bad", "needs you"),
    "off": ("", "off"),
    "stopped": ("", "stopped"),
}
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'"
    "%3E%3Crect width='16' height='16' rx='4' fill='%234353d9'/%3E%3Cpath d='M4 10v2m"
    "3-6v6m3-9v9m3-5v5' stroke='white' stroke-width='1.6' stroke-linecap='round'/%3E"
    "%3C/svg%3E"
)
# Without a script the page asks for itself anew.
_REFRESH = 5


def page(space: Space) -> str:
    """Return the page, all it needs inside of it."""
    head = joined(
        [
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="robots" content="noindex">',
            f"<title>{text(title(space))}</title>",
            f'<link rel="icon" href="{_ICON}">',
            f'<noscript><meta http-equiv="refresh" content="{_REFRESH}"></noscript>',
            f"<style>{STYLE}</style>",
        ]
    )
    footer = tag(
        "footer",
        tag("span", f"lemm-catalog {text(space.version)}"),
        tag("a", "status as JSON", href="status"),
        tag("a", "readiness", href="readyz"),
    )
    lost = tag(
        "p",
        "The connection is lost; trying again. What is shown may be old.",
        class_="lost",
        role="alert",
    )
    body = f"{part(space)}{footer}<script>{SCRIPT}</script>"
    body = body.replace("</main>", f"</main><aside>{lost}</aside>", 1)
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
    )


def part(space: Space) -> str:
    """Return what changes: the page's main element."""
    kind, name = _NAMES[space.state]
    return tag(
        "main",
        tag(
            "div",
            tag("h1", "LEMM datasets"),
            tag("span", name, class_=f"chip {kind}".rstrip()),
            class_="top",
        ),
        _whole(space),
        cards(space),
        disk(space),
        _remarks(space),
        data_title=title(space),
    )


def title(space: Space) -> str:
    """Return the title, with the share that is here while it grows."""
    if space.state == "pulling" and space.totals.download_bytes:
        return f"{share_of(space)} % · LEMM datasets"
    return f"{_NAMES[space.state][1]} · LEMM datasets"


@cache
def policy() -> str:
    """Return what the page may load: its own style and script, and its events."""
    return (
        f"default-src 'none'; script-src '{_hash(SCRIPT)}'; "
        f"style-src '{_hash(STYLE)}'; connect-src 'self'; img-src data:"
    )


def _hash(content: str) -> str:
    return (
        f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
    )


def _whole(space: Space) -> str:
    totals = space.totals
    bar = figures = None
    if totals.download_bytes:
        bar = tag(
            "progress",
            f"{share_of(space)} %",
            value=str(totals.done_bytes),
            max=str(totals.download_bytes),
            aria_label="all datasets",
        )
        figures = tag(
            "div",
            tag(
                "span",
                tag("b", text(format_decimal(totals.done_bytes))),
                text(f" of {format_decimal(totals.download_bytes)}"),
                text(f" · {totals.here} of {count_of(totals.datasets)} here"),
            ),
            tag("span", text(_pace(space))),
            class_="figures",
        )
    said = sentence(space.message)
    mend = tag("p", text(sentence(space.mend)), class_="soft") if space.mend else None
    # "100 %" of what fits would be a lie beside what did not.
    is_told = totals.download_bytes and space.state != "settled"
    share = f"{share_of(space)} %" if is_told else ""
    return tag(
        "section",
        tag(
            "div",
            # Read out when the sentence changes, and not with every byte.
            tag("p", text(said), class_="say", role="status"),
            tag("span", share, class_="share") if share else "",
            class_="lead",
        ),
        joined([mend, *(_detail(one) for one in space.details), bar, figures]),
        class_=f"card whole is-{space.state}",
        aria_label="All together",
    )


def _detail(words: str) -> str:
    return tag("p", tag("code", text(words)), class_="note of-bad")


def _pace(space: Space) -> str:
    totals = space.totals
    parts = []
    if totals.bytes_per_second and space.state == "pulling":
        parts.append(f"{format_decimal(totals.bytes_per_second)}/s")
        parts.append(words_of_time(totals.seconds_left))
    return " · ".join(part for part in parts if part)


def _remarks(space: Space) -> str:
    if not space.remarks:
        return ""
    items = joined(tag("li", text(remark)) for remark in reversed(space.remarks))
    return tag(
        "section",
        tag("h2", "Remarks"),
        tag("div", tag("ul", items, class_="remarks"), class_="card"),
    )
