"""From the key of an item to its path: a template of one word.

``fma_small/{key:06[:3]}/{key:06}.mp3`` is all there is: ``{key}`` is the key as it
stands, ``:06`` makes it a number of at least six digits, and ``[:3]`` takes the first
three characters of that, counted from 0 as in ``[start:stop]``. Nothing is evaluated,
and nothing is matched that could take longer than the text is long.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from lemm_catalog.model.text import relative_path

_FIELD = re.compile(
    r"\{key(?::0(?P<digits>[1-9]|1[0-9]))?"
    r"(?:\[(?P<start>[0-9]{0,2}):(?P<stop>[0-9]{0,2})\])?\}"
)
_MOST_FIELDS = 8
_MOST_KEY = 1000


class _Field(NamedTuple):
    """What stands in for the key: its digits, if it is a number, and the cut."""

    digits: int
    cut: slice


def template(text: str) -> str:
    """Return a template that can be read, unchanged.

    Raises:
        ValueError: if it cannot, or could lead out of the dataset's folder.

    """
    literals, fields = _parsed(text)
    if not fields:
        raise ValueError("needs {key}, such as audio/{key:06}.mp3")
    if len(fields) > _MOST_FIELDS:
        raise ValueError(f"holds more than {_MOST_FIELDS} fields")
    if any(set("{}") & set(literal) for literal in literals):
        raise ValueError("holds a brace that is no {key}, {key:06} or {key[:3]}")
    # Any letter will do: what keys really hold is checked for each of them.
    relative_path(_FIELD.sub("1", text))
    return text


@lru_cache(maxsize=64)
def placer(text: str) -> Callable[[str], str]:
    """Return what gives the path of a key by a template.

    It raises ValueError for a key that is no number where one is needed, or whose
    path would leave the dataset's folder.
    """
    literals, fields = _parsed(text)
    head, *tails = literals
    pairs = tuple(zip(fields, tails, strict=True))
    needs_number = any(field.digits for field in fields)

    def place(key: str) -> str:
        is_number = key.isdecimal() and key.isascii() and len(key) <= 20
        if needs_number and not is_number:
            raise ValueError(f"the key {key[:40]!r} is no number")
        if not key or len(key) > _MOST_KEY:
            raise ValueError("the key is empty, or longer than 1000 characters")
        number = key.lstrip("0") if needs_number else key
        path = head
        for (digits, cut), tail in pairs:
            piece = (number.zfill(digits) if digits else key)[cut]
            if not piece:
                raise ValueError(f"nothing is left of the key {key[:40]!r}")
            path += piece + tail
        # The template was checked, and digits lead nowhere.
        return path if is_number else relative_path(path)

    return place


def _parsed(text: str) -> tuple[list[str], list[_Field]]:
    """Return the literals of a template and, one fewer, the fields between them."""
    literals, fields, end = [], [], 0
    for found in _FIELD.finditer(text):
        literals.append(text[end : found.start()])
        start, stop = found["start"], found["stop"]
        cut = slice(int(start) if start else None, int(stop) if stop else None)
        fields.append(_Field(int(found["digits"] or 0), cut))
        end = found.end()
    return [*literals, text[end:]], fields
