"""One dataset as a list shows it."""

from typing import NamedTuple

from lemm_catalog.model.standing import State
from lemm_catalog.model.verdict import Decision


class Sieve(NamedTuple):
    """What a list keeps: any of the words of a field, and so for each field named.

    ``max_bytes`` bounds the download; None bounds nothing.
    """

    tasks: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    max_bytes: int | None = None


class Listed(NamedTuple):
    """A dataset with its totals in bytes, its verdict and its state."""

    id: str
    title: str
    summary: str
    homepage: str | None
    host: str
    phase: str
    status: str
    priority: int
    tasks: tuple[str, ...]
    media: tuple[str, ...]
    languages: tuple[str, ...]
    license: str
    commercial: Decision
    reasons: tuple[str, ...]
    download_bytes: int
    unpacked_bytes: int
    state: State
