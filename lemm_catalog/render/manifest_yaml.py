"""A manifest as the YAML that the files of a catalog have.

Law, a test: what is written is read back as the same data, by our strict reader and
by any other; no text can be taken for a number, a date or a comment.
"""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SCHEMA = "# yaml-language-server: $schema=../../schemas/manifest.v1.schema.json"
_WIDTH = 88
# Text that may stand as it is. Not in it: what YAML has a use for, or some reader.
_PLAIN = re.compile(r"[A-Za-z/(][A-Za-z0-9 /()._+=;@~$^-]*", re.A)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[!-~]*[!-9;-~]", re.A)
_SIZE = re.compile(r"\d+(\.\d+)? [A-Za-z]{1,3}", re.A)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.A)
_WORDS = frozenset(
    "null true false yes no on off y n nan inf".split()  # noqa: SIM905 - a list
)
# Fields that are short, and that the catalog's own files have on one line.
_ON_A_LINE = frozenset({"size", "media", "tasks", "languages"})
_ALWAYS_QUOTED = frozenset({"version", "sha256", "sha512", "blake2b", "blake3"}) | {
    "sha1",
    "md5",
}
_ODD = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def manifest_yaml(
    manifest: Mapping[str, Any], said: Sequence[str] = (), todo: Sequence[str] = ()
) -> str:
    """Return the text of a manifest's file.

    ``said`` are comments on top; ``todo`` is what a person must judge, as `x-todo`.
    """
    lines = [_SCHEMA, *(f"# {_in_comment(one)}" for one in said)]
    lines += _mapping(manifest, 0)
    if todo:
        lines += ["# What to look at before this is reviewed; remove each when done."]
        lines += _entry("x-todo", list(todo), 0)
    return "\n".join(lines) + "\n"


def _in_comment(text: str) -> str:
    plain = " ".join(text.split())
    shown = plain if plain.isprintable() else ascii(plain)[1:-1]
    return shown[:500]


def _mapping(data: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(key, value, depth)


def _entry(key: str, value: Any, depth: int) -> Iterator[str]:
    """Give the lines of a key and its value."""
    name = f"{' ' * depth}{_key(key)}:"
    if _is_empty(value):
        yield f"{name} {'{}' if isinstance(value, Mapping) else '[]'}"
    elif (short := _flow(key, value, len(name))) is not None:
        yield f"{name} {short}"
    elif isinstance(value, Mapping):
        yield name
        yield from _mapping(value, depth + 2)
    elif isinstance(value, list):
        yield name
        yield from _items(value, depth + 2)
    else:
        first, *rest = _scalar(value, len(name), depth + 2, key in _ALWAYS_QUOTED)
        yield f"{name} {first}"
        yield from rest


def _items(values: Sequence[Any], depth: int) -> Iterator[str]:
    dash = f"{' ' * depth}- "
    for value in values:
        if isinstance(value, Mapping) and value:
            first, *rest = _mapping(value, depth + 2)
            yield dash + first.lstrip(" ")
            yield from rest
        elif isinstance(value, (Mapping, list)):
            yield dash + json.dumps(value, ensure_ascii=True)  # JSON is YAML too
        else:
            first, *rest = _scalar(value, len(dash), depth + 2, is_quoted=False)
            yield dash + first
            yield from rest


def _key(key: str) -> str:
    is_plain = _PLAIN.fullmatch(key) and " " not in key and key.lower() not in _WORDS
    return key if is_plain else _quoted(key)


def _is_empty(value: Any) -> bool:
    return isinstance(value, (Mapping, list)) and not value


def _flow(key: str, value: Any, used: int) -> str | None:
    """Return a short list or mapping on one line; None if it is neither."""
    if key not in _ON_A_LINE or isinstance(value, str):
        return None
    inner = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(inner, list) or any(
        isinstance(one, (Mapping, list)) for one in inner
    ):
        return None
    # In a list on one line other readers stop at the signs of a URL.
    words = [_word(one, is_quoted="://" in str(one)) for one in inner]
    if isinstance(value, Mapping):
        words = [f"{_key(k)}: {w}" for k, w in zip(value, words, strict=True)]
        line = f"{{{', '.join(words)}}}"
    else:
        line = f"[{', '.join(words)}]"
    return line if used + 1 + len(line) <= _WIDTH else None


def _scalar(value: Any, used: int, depth: int, is_quoted: bool) -> list[str]:
    """Return a value on the rest of a line, or as a block below it."""
    if not isinstance(value, str):
        return [_word(value, is_quoted=False)]
    if "\n" in value and _fits_a_block(value):
        lines = value.removesuffix("\n").split("\n")
        mark = "|" if value.endswith("\n") else "|-"
        return [mark, *(f"{' ' * depth}{line}" if line else "" for line in lines)]
    word = _word(value, is_quoted=is_quoted)
    if used + 1 + len(word) > _WIDTH and _fits_folded(value):
        lines = textwrap.wrap(
            value, _WIDTH - depth, break_long_words=False, break_on_hyphens=False
        )
        return [">-", *(f"{' ' * depth}{line}" for line in lines)]
    return [word]


def _fits_a_block(text: str) -> bool:
    """Whether a text of several lines can stand as it is, below its key."""
    is_ended = not text.endswith("\n\n") and not text.startswith(("\n", " ", "\t"))
    return is_ended and not _ODD.search(text) and _is_shown(text.replace("\n", ""))


def _fits_folded(text: str) -> bool:
    """Whether a text is words with single spaces between, which may be lines' ends."""
    return (
        " " in text
        and text == " ".join(text.split(" ")).strip()
        and ("  " not in text and _is_shown(text) and not _ODD.search(text))
    )


def _is_shown(text: str) -> bool:
    return text.isprintable()


def _word(value: Any, *, is_quoted: bool) -> str:
    """Return a value as one word, quoted unless nothing can take it for another."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    if not is_quoted and _is_plain(text):
        return text
    return _quoted(text)


def _is_plain(text: str) -> bool:
    if text.lower() in _WORDS or text.endswith(" ") or "  " in text:
        return False
    if _URL.fullmatch(text):
        return not set(text) & set("{}[],'\"`")
    return any(one.fullmatch(text) for one in (_PLAIN, _SIZE, _DATE))


def _quoted(text: str) -> str:
    said = json.dumps(text, ensure_ascii=False)
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", said)
