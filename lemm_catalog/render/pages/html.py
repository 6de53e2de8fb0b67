"""HTML in which what strangers wrote is text and nothing else."""

import unicodedata
from collections.abc import Iterable

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def text(words: str) -> str:
    """Return words as HTML shows them; letters that steer are shown by number."""
    return "".join(_shown(letter) for letter in words)


def tag(name: str, *inner: str, **attributes: str | None) -> str:
    """Return an element; ``inner`` is HTML, attributes are words, None leaves one out.

    A trailing underscore of an attribute goes, other ones become hyphens.
    """
    fields = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{fields}>{''.join(inner)}</{name}>"


def joined(parts: Iterable[str | None]) -> str:
    """Return the parts that there are, one after the other."""
    return "".join(part for part in parts if part)


def sentence(words: str) -> str:
    """Return words with a capital at their head, unless that is a name of a file."""
    first = words.split(" ", 1)[0]
    return f"{words[:1].upper()}{words[1:]}" if first.isalpha() else words


def _shown(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable() or letter == "\n" or unicodedata.category(letter) == "Zs":
        return letter
    return ascii(letter)[1:-1]
