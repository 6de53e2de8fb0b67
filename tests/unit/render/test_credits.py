"""Credits files: the words of strangers stay words, in every format."""

import json
import re
import tracemalloc
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lemm_catalog.model.credit import Credit, ItemCredit, Missing, PartCredit
from lemm_catalog.model.receipt import Acceptance
from lemm_catalog.model.terms import Named
from lemm_catalog.render.credits import data
from lemm_catalog.render.credits.base import clean
from lemm_catalog.render.credits.table import FORMATS

BY = Named("CC-BY-4.0", "CC Attribution", "https://cc.example/by", ("attribution",))
SA = Named("LicenseRef-SA", "Alike", "https://sa.example", ("share-alike", "notice"))
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- hidden -->",
    "</dd></dl></section></main>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp; &copy; &#x202e;",
    "*bold* _it_ **x** ~~gone~~ `code` ``",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quote",
    "---",
    "===",
    "| a | b |",
    "[link](javascript:alert(1))",
    "![image](https://evil.example/x.png)",
    "[ref]: https://evil.example",
    "<https://evil.example>",
    "https://evil.example www.evil.example a@b.example",
    "back\\slash \\* \\",
    "```\nfence\n```",
    "two\n\nparagraphs",
    "    indented",
    "~~~",
    "$x$ @user #1 :smile:",
    "{{ template }} {% raw %}",
    "]]>",
    "x\u202egnp.exe",
    "a\u2066b\u2069c\u200fd",
    "zero\u200bwidth\ufeff",
    "nul\x00 bell\x07 esc\x1b[31m del\x7f",
    "lone \ud800 surrogate",
    "Größe 音楽 \U0001f3b5",
    "\u2028separator\u2029",
    "ends with *",
]


def a_credit(text: str = "Notes", **keys: Any) -> Credit:
    part = PartCredit((), "", "CC-BY-4.0", (BY,), text, text)
    data = {
        "id": "notes",
        "title": text,
        "source": "https://notes.example/a_b?c=1&copy;=2",
        "version": text,
        "pulled": "2026-11-22",
        "parts": (part,),
        "changes": ("Unpacked.",),
        "accepted": (Acceptance("notes", text, None, "flag", "2026-11-22T13:00:00Z"),),
        "items": (ItemCredit(text, text, text, text, "javascript:alert(1)", (BY,)),),
    }
    return Credit(**data | keys)


def written(form: str, *credits_: Credit) -> str:
    return "\n".join(FORMATS[form](credits_)) + "\n"


class Shown(HTMLParser):
    """What a reader of a page sees: its text, and the links and tags in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self._skipped = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._skipped = tag == "style"
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._skipped = False

    def handle_data(self, data: str) -> None:
        self.text += [] if self._skipped else [data]

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


def as_shown(form: str, *credits_: Credit) -> Shown:
    page = written(form, *credits_)
    if form == "markdown":
        # With all that GitHub adds and that could take text for markup.
        reader = MarkdownIt("commonmark", {"html": True, "linkify": False})
        page = reader.enable(["table", "strikethrough"]).render(page)
    return Shown(page)


PAGES = ["markdown", "html"]
PLAIN_LINKS = {BY.url, "https://notes.example/a_b?c=1&copy;=2"}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", PAGES)
def test_hostile_text_is_shown_as_it_is_and_does_nothing(form: str, text: str) -> None:
    shown, plain = as_shown(form, a_credit(text)), as_shown(form, a_credit())
    assert shown.words.count(clean(text)) >= 6, "title, version, credit, note, work…"
    assert set(shown.links) == PLAIN_LINKS
    assert shown.tags == plain.tags, "no tag that is not ours"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_on_its_line_in_plain_text(text: str) -> None:
    page = written("text", a_credit(text))
    assert clean(text) in " ".join(page.split())
    assert {line.partition(":")[0] for line in page.splitlines() if ": " in line} >= {
        "Source",
        "Credit",
        "License",
    }


@given(st.text(max_size=80))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    words = clean(text)
    for form in PAGES:
        shown, plain = as_shown(form, a_credit(f"x{text}x")), as_shown(form, a_credit())
        assert clean(f"x{text}x") in shown.words
        assert shown.tags == plain.tags
    assert not re.search(
        "[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", words
    )


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_written_to_a_file(form: str) -> None:
    for text in HOSTILE:
        written(form, a_credit(text)).encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_is_well_formed(text: str) -> None:
    page = ElementTree.fromstring(written("html", a_credit(text)))
    assert page.get("lang") == "en"
    assert page.findtext("head/title") == "Credits"
    assert [one.text for one in page.iter("h1")] == ["Credits"]
    assert {one.get("charset") for one in page.iter("meta")} >= {"utf-8"}
    for section in page.iter("section"):
        heading = section.find("h2")
        assert heading is not None
        assert heading.get("id") == section.get("aria-labelledby")
    rels = [(one.get("rel"), one.get("href")) for one in page.iter("a")]
    assert ("license noopener", BY.url) in rels


def test_the_page_needs_nothing_else() -> None:
    page = written("html", a_credit())
    root = ElementTree.fromstring(page)
    kinds = {one.tag for one in root.iter()}
    assert not kinds & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not re.search(r"url\(|@import|src=", page)
    assert "default-src 'none'" in page
    assert "color-scheme: light dark" in page
    assert "@media print" in page


def test_headings_never_skip_a_level() -> None:
    parts = (a_credit().parts[0], a_credit().parts[0]._replace(title="Other"))
    root = ElementTree.fromstring(written("html", a_credit(parts=parts), a_credit()))
    levels = [int(one.tag[1]) for one in root.iter() if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_license_of_an_expression_is_linked() -> None:
    text = "(CC-BY-4.0 OR LicenseRef-SA) AND licenseref-sa AND LicenseRef-None"
    part = PartCredit((), "", text, (BY, SA, Named("LicenseRef-None")), "Me")
    for form in PAGES:
        shown = as_shown(form, a_credit(parts=(part,), items=()))
        assert shown.links.count(SA.url or "") == 2
        assert shown.links.count(BY.url or "") == 1
        assert f"{text} (CC Attribution; Alike)" in shown.words


@pytest.mark.parametrize("form", FORMATS)
def test_conditions_changes_and_a_line_for_ones_own_are_there(form: str) -> None:
    part = PartCredit((), "", "LicenseRef-SA", (SA,), "Me")
    page = " ".join(written(form, a_credit(parts=(part,))).split())
    assert "same license only" in page
    assert "Keep the text of the license" in page
    assert "Unpacked." in page
    assert "say here what you changed" in page


@pytest.mark.parametrize("form", FORMATS)
def test_a_credit_that_is_missing_is_seen_to_be(form: str) -> None:
    part = PartCredit((), "", "CC-BY-4.0", (BY,), None)
    assert "MISSING" in written(form, a_credit(parts=(part,)))
    free = part._replace(licenses=(Named("CC0-1.0"),))
    assert "MISSING" not in written(form, a_credit(parts=(free,)))


@pytest.mark.parametrize("form", FORMATS)
def test_with_nothing_to_credit_the_file_says_so(form: str) -> None:
    assert "There are no datasets here" in written(form)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil", "https://a b", 'https://x"'],
)
def test_only_the_web_is_linked_to(url: str) -> None:
    work = ItemCredit("1.mp3", "One", "Ann", "CC-BY-4.0", url)
    for form in PAGES:
        assert url not in as_shown(form, a_credit(source=url, items=(work,))).links


def works(count: int) -> Iterator[ItemCredit]:
    for number in range(count):
        yield ItemCredit(f"{number}.mp3", f"T{number}", "Ann", "CC-BY-4.0", None, (BY,))


def test_works_are_listed_with_author_and_license() -> None:
    for form in PAGES:
        words = as_shown(form, a_credit(items=works(1001))).words
        assert "T0 by Ann (0.mp3), CC-BY-4.0" in words
        assert "T1000 by Ann (1000.mp3), CC-BY-4.0" in words
        assert words.count("Works") == 1


@pytest.mark.parametrize("form", [*FORMATS, "json"])
def test_a_hundred_thousand_works_take_no_more_memory_than_a_thousand(
    form: str,
) -> None:
    def most(count: int) -> int:
        due = [a_credit(items=works(count))]
        tracemalloc.start()
        pieces = (
            data.render((), due, lambda: (), pulled=False)
            if form == "json"
            else FORMATS[form](due)
        )
        assert sum(len(piece) for piece in pieces) > 30 * count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(10)
    assert most(20_000) < 2 * most(1000)


def test_json_is_one_document_with_all_of_it() -> None:
    missing = (Missing("notes", "no line"),)
    due = [a_credit(items=works(1001)), a_credit("Other", items=())]
    pieces = data.render(["a", "b"], due, lambda: missing, pulled=True)
    document = json.loads("\n".join(pieces))
    assert document["schema"] == "lemm-catalog/attribution@1"
    assert (document["selection"], document["pulled"]) == (["a", "b"], True)
    first, second = document["datasets"]
    assert [one["path"] for one in first["items"]] == [f"{n}.mp3" for n in range(1001)]
    assert (second["title"], second["items"]) == ("Other", [])
    assert document["missing"] == [{"dataset": "notes", "message": "no line"}]
    nothing = json.loads("\n".join(data.render((), (), lambda: (), pulled=False)))
    assert nothing["datasets"] == []
