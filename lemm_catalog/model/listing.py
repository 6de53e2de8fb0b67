"""One dataset as a list shows it."""

from typing import NamedTuple

from lemm_catalog.model.standing import State
from lemm_catalog.model.verdict import Decision


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
    license: str
    commercial: Decision
    reasons: tuple[str, ...]
    download_bytes: int
    unpacked_bytes: int
    state: State
