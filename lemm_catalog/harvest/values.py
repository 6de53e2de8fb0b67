"""Values as people write them into JSON, taken for what they certainly are.

Nothing here raises: what cannot be understood comes back as words that say so.
"""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from lemm_catalog.digest import LENGTHS, Digest
from lemm_catalog.sizes import parse_size

Json = Mapping[str, Any]
MOST_TEXT = 20_000
_MOST_DEPTH = 6
_MOST_SIZE = 2**53 - 1
_SAID_IN = ("@value", "value", "name", "title", "text", "en", "@id", "url")
_TAG = re.compile(r"<(?:[A-Za-z/!][^<>]{0,2000})>")
_EXACT = re.compile(
    r"(\d{1,16}|\d{1,3}(?:[ ,_]\d{3}){1,5}) ?(?:b|bytes?)?", re.I | re.A
)
_ROUGH = re.compile(
    r"[~≈]? ?(\d{1,12})(?:([.,])(\d{1,6}))? ?([a-z]{1,10})", re.I | re.A
)
_UNITS = {
    unit.lower(): unit
    for unit in ("kB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "PiB")
}
_WORDS = {"kilo": "kB", "mega": "MB", "giga": "GB", "tera": "TB"}
_UNITS |= {f"{word}byte{s}": u for word, u in _WORDS.items() for s in ("", "s")}
_HEX = re.compile(r"[0-9a-f]+", re.A)


class Said(NamedTuple):
    """A size: exact, or rough in words; or what is wrong with it."""

    size: int | None = None
    about: str = ""
    wrong: str = ""


def mapping(value: Any) -> Json:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """Return a list as it is, nothing as none, and all else as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(value: Any, depth: int = 0) -> str:
    """Return the first text in a value, on one line: plain, a list, a language map."""
    return " ".join(prose_of(value, depth).split())


def prose_of(value: Any, depth: int = 0) -> str:
    """Return the first text in a value, with its lines."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return clean(f"{value:.15g}" if isinstance(value, float) else str(value))
    if depth > _MOST_DEPTH:
        return ""
    if isinstance(value, list):
        several = (prose_of(one, depth + 1) for one in value)
        return next(filter(None, several), "")
    if isinstance(value, Mapping):
        several = (prose_of(value.get(key), depth + 1) for key in _SAID_IN)
        return next(filter(None, several), "")
    return ""


def texts_of(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, or of what stands in place of one, each once."""
    found = (text_of(one) for one in listed(value)[:10_000])
    return tuple(dict.fromkeys(filter(None, found)))


def clean(text: str) -> str:
    """Return a text without what no manifest may hold, and not endless."""
    kept = []
    for letter in text[: 4 * MOST_TEXT].replace("\r\n", "\n").replace("\r", "\n"):
        if letter in "\n\t\u200c\u200d":  # joiners are part of some scripts
            kept.append(letter)
        elif unicodedata.category(letter)[0] not in "C":
            kept.append(" " if letter in "\u2028\u2029" else letter)
    return "".join(kept).strip()[:MOST_TEXT]


def without_tags(text: str) -> str:
    """Return the words of a text that is HTML, or that is not."""
    return " ".join(clean(html.unescape(_TAG.sub(" ", text))).split())


def url_of(value: Any) -> str:
    """Return the first text in a value that is an address of the web, or nothing."""
    for one in listed(value):
        inner = mapping(one)
        for said in (one, *(inner.get(key) for key in ("@id", "url", "@value"))):
            if isinstance(said, str) and is_web(said.strip()):
                return clean(said)
    return ""


def is_web(text: str) -> bool:
    """Whether a text begins as an address of the web does."""
    return text[:8].lower().startswith(("http://", "https://"))


def size_of(value: Any) -> Said:
    """Return the size that a value states: a number, or words such as "3.1 GB"."""
    if value is None or value == "":
        return Said()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 0 <= value <= _MOST_SIZE and value == int(value):
            return Said(size=int(value))
        return Said(wrong=f"the size {text_of(value)[:40]!r} is no count of bytes")
    text = text_of(value)
    if match := _EXACT.fullmatch(text):
        size = int(re.sub(r"\D", "", match[1]))
        if size <= _MOST_SIZE:
            return Said(size=size)
    match = _ROUGH.fullmatch(text)
    unit = _UNITS.get(match[4].lower()) if match else None
    # "3,100 MB" may be three or three thousand.
    is_clear = match and not (match[2] == "," and len(match[3]) == 3)
    if match and unit and is_clear:
        number = match[1] + (f".{match[3]}" if match[3] else "")
        about = f"{number} {unit}"
        if 0 < parse_size(about) <= _MOST_SIZE:
            return Said(about=about)
    return Said(wrong=f"the size {text[:40]!r} is not understood")


def digest_of(algorithm: str, value: Any) -> tuple[Digest | None, str]:
    """Return a checksum, or what is wrong with it; neither where there is none."""
    if value is None or value == "":
        return None, ""
    text = text_of(value).lower().removeprefix(f"{algorithm}:").strip()
    if not text:
        return None, f"its {algorithm} is no text"
    if is_web(text):
        return None, f"its {algorithm} is a URL"
    if not _HEX.fullmatch(text):
        said = text_of(value)[:40]
        return None, f"its {algorithm} is {said!r}, which is no checksum"
    if len(text) != LENGTHS[algorithm]:
        other = next((a for a, n in LENGTHS.items() if n == len(text)), None)
        what = f"the length of a {other}" if other else f"{len(text)} digits"
        return None, f"its {algorithm} has {what}, and is not used"
    if len(set(text)) < 4:
        return None, f"its {algorithm} {text[:8]}… is a placeholder"
    return Digest(algorithm, text), ""


def tagged_digest(value: Any) -> tuple[Digest | None, str]:
    """Return the checksum of a text such as ``md5:…``; without a name it is an md5."""
    text = text_of(value)
    name, _, rest = text.rpartition(":")
    algorithm = name.lower().replace("-", "").strip() or "md5"
    if algorithm not in LENGTHS:
        return None, f"its checksum is of an unknown kind, {name[:20]!r}"
    return digest_of(algorithm, rest)
