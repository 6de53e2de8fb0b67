"""What exports share: what a format is, and what is said in words in any of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from lemm_catalog.model.export import ByHand, Exported, ExportedFile, Form, Place
from lemm_catalog.version import __version__

TOOL = f"lemm-catalog {__version__}"
# The names that IANA's registry of hash functions has for digests; it has no BLAKE.
HASHES = {"sha256": "sha-256", "sha512": "sha-512", "sha1": "sha-1", "md5": "md5"}
# Paths that end no line and are text in any encoding.
ONE_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
# What would end a line, hide text or turn it around, and what XML cannot hold.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\uffff\ud800-\udfff]"
)


class Kind(NamedTuple):
    """A format: what it can say, and how it is written, a line or more at a time.

    Where each dataset is a document of its own, ``own_file`` is what that is called.
    """

    form: Form
    render: Callable[[Sequence[Exported]], Iterable[str]]
    own_file: str | None = None


def clean(text: str) -> str:
    """Return text of strangers on one line, with what would deceive made visible."""
    return _HARMFUL.sub("\ufffd", " ".join(text.split()))


def description(one: Exported) -> str:
    """Return what a dataset is, which of its parts are meant, and what to do."""
    said = [clean(one.summary)]
    if one.parts:
        said.append(f"Only these parts: {', '.join(one.parts)}.")
    said += [f"For those only who agree: {clean(terms)}" for terms in one.asks]
    said += [f"By hand: {by_hand(task)}" for task in one.by_hand]
    return " ".join(said)


def by_hand(task: ByHand) -> str:
    """Return what a person has to do, and where."""
    page = f" ({task.url})" if task.url else ""
    return f"{clean(task.path)}: {clean(task.words)}{page}"


def unpacked(file: ExportedFile) -> str:
    """Return the size of what is inside, such as `123 B`; `~27 GB` if it is rough."""
    if not file.is_rough:
        return f"{file.unpacked} B"
    number, units = file.unpacked, ["kB", "MB", "GB", "TB"]
    thousands = next((at for at in (4, 3, 2) if number % 1000**at == 0), 1)
    whole, rest = divmod(number, 1000**thousands)
    return f"~{whole}{f'.{rest:03}' if rest else ''} {units[thousands - 1]}"


def tokens(file: ExportedFile) -> Iterator[str]:
    """Give a sentence for each place that wants a token."""
    for place in file.places:
        if place.token_env:
            yield f"{host(place)} wants a bearer token, as {place.token_env} has it."


def host(place: Place) -> str:
    """Return the host of a place."""
    return urlsplit(place.url).hostname or place.url
