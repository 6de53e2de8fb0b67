"""One spelling for what is written in many: case, dashes, quotes, markup, scripts.

What is dropped here must never carry meaning, since what is left is all the rest of
the house sees. Whatever is not known to be mere spelling stays, as a token.
"""

import html
import re
import unicodedata
from typing import NamedTuple

from lemm_catalog.rules.wording.tongues import SCRIPT_WORDS, SCRIPTS

_TAG = re.compile(
    r"</?(?:a|abbr|b|br|code|div|em|font|i|img|li|p|span|strong|u|ul)\b([^<>]*)>"
)
# What a tag says to a browser and not to a reader; all else of it may be meant.
_MUTE = frozenset({"class", "height", "id", "lang", "rel", "style", "target", "width"})
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_EMPTY_BOX = re.compile(r"\[\s+\]")
_HOSTS = (
    r"creativecommons\.org|licensebuttons\.net|opendatacommons\.org|opensource\.org"
    r"|gnu\.org|apache\.org|spdx\.org|unlicense\.org|cdla\.(?:dev|io)"
)
_LINK = re.compile(
    rf"(?:https?://|www\.|(?<![\w./@-])(?:{_HOSTS})(?=[/:]))[^\s<>\"')\]}}|,;]+"
)
_TOKEN = re.compile(
    r"\x00\d+\x00|\.{2,}|\d+(?:\.\d+)*[^\W_]*|[^\W\d_]+(?:\d+(?:\.\d+)*)?[^\W_]*|\S"
)
# The one thing people copy from a license page that says nothing at all.
_LETTER = re.compile(
    r",?\s+or,? send a letter to:?\s+creative commons,?\s+(?:"
    r"po box 1866,?\s+mountain view,?\s+ca(?:lifornia)? 94042"
    r"|444 castro street,?\s+suite 900,?\s+mountain view,?\s+ca(?:lifornia)?,? 94041"
    r"|171 second street,?\s+suite 300,?\s+san francisco,?\s+california,? 94105"
    r"|543 howard street,?\s+5th floor,?\s+san francisco,?\s+california,? 94105"
    r"),?\s+usa"
)
_GLUED = re.compile(r"(cc)?((?:by|nc|sa|nd)*)(0)?v?((?:\d\.\d|[1-4])?)")
_CODE = re.compile(r"by|nc|sa|nd")
# Given by their codes: most of them look alike, and some like the plain ones.
_DASHES = dict.fromkeys(
    map(
        ord,
        "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58"
        "\ufe63\uff0d\u2043\u02d7\u2027\u00b7\u2022\u30fb",
    ),
    "-",
)
_QUOTES = dict.fromkeys(
    map(
        ord,
        '"`\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a'
        "\u300c\u300d\u300e\u300f\u300a\u300b\u3008\u3009\u201a",
    )
)
_APOSTROPHE = re.compile("(?<=[^\\W\\d_])['\u2019\u2018\u02bc](?=[^\\W\\d_])")
# Marks that only group or end what they stand beside.
_SILENT = frozenset(".:()[]{}-_'\u3002\u3001\\")


class Token(NamedTuple):
    """A word, number, sign or link, and whether it is glued to the one before."""

    word: str
    glued: bool = False

    @property
    def is_link(self) -> bool:
        """Whether it is an address."""
        return "://" in self.word


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text in one spelling, without the silent ones."""
    links: list[str] = []

    def set_aside(match: re.Match[str]) -> str:
        found = match[0].rstrip(".:!?*\\'\u2019-")
        links.append(found if "://" in found else f"https://{found}")
        return f" \x00{len(links) - 1}\x00 {match[0][len(found) :]}"

    plain = _LETTER.sub(" ", _without_markup(folded(text)))
    plain = _EMPTY_BOX.sub(" \u2610 ", plain)
    plain = _LINK.sub(set_aside, plain)
    plain = _APOSTROPHE.sub("", plain).translate(_QUOTES).replace("**", " ")
    tokens: list[Token] = []
    end = -1
    dashed = False
    for match in _TOKEN.finditer(plain):
        word = match[0]
        near = match.start() == end
        end = match.end()
        if word in _SILENT:
            dashed = near and word in "-_"
            continue
        glued = near and (dashed or word == "/")
        dashed = word == "/"
        if word[0] == "\x00":
            tokens.append(Token(links[int(word[1:-1])]))
        else:
            tokens += _parted(word, glued)
    return tuple(tokens)


def with_plain_dashes(text: str) -> str:
    """Return a text with one kind of dash and of letter width, its case kept."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)


def folded(text: str) -> str:
    """Return a text without case, accents, invisible signs and kinds of dashes."""
    plain = html.unescape(html.unescape(text.casefold())).translate(_DASHES)
    plain = unicodedata.normalize("NFKC", plain).replace("\x00", "\ufffd").casefold()
    if not plain.isascii():
        plain = plain.translate(_DASHES)
        bare = (
            sign
            for sign in unicodedata.normalize("NFKD", plain)
            if unicodedata.category(sign) not in {"Mn", "Cf"}
        )
        plain = unicodedata.normalize("NFC", "".join(bare))
        plain = SCRIPTS.sub(lambda match: f" {SCRIPT_WORDS[match[0]]} ", plain)
    return plain


def _without_markup(text: str) -> str:
    if "<" not in text:
        return text

    def shown(match: re.Match[str]) -> str:
        inside = _ATTRIBUTE.sub(" ", match[1])  # words that are no attribute
        found = _ATTRIBUTE.findall(match[1])
        said = ("".join(values) for name, *values in found if name not in _MUTE)
        return f" {inside.rstrip(' /')} {' '.join(said)} "

    return re.sub(r"<(https?://[^<>\s]+)>", r" \1 ", _TAG.sub(shown, text))


def _parted(word: str, glued: bool) -> list[Token]:
    """Return ``ccbync4.0`` as the words it is made of; other words as they are."""
    match = _GLUED.fullmatch(word)
    if not match or word.isdigit():
        return [Token(word, glued)]
    prefix, codes, zero, version = match.groups()
    if not (prefix or len(codes) > 2 or (codes == "by" and version)):
        return [Token(word, glued)]
    parts = [prefix, *_CODE.findall(codes), zero, version]
    words = [part for part in parts if part]
    return [Token(one, glued or at > 0) for at, one in enumerate(words)]
