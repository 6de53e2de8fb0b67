"""What the doers tell whoever watches: steps that start, advance and end.

The engine never prints. It calls an `Observer`; the command line draws bars or
lines from it, the status page of a Space reads it, a library user passes nothing.
Methods may be called from several threads at once.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple, Protocol

Verb = Literal["fetch", "unpack", "verify", "publish"]


class Step(NamedTuple):
    """One piece of work that can be watched; ``total`` is in bytes, if known."""

    verb: Verb
    dataset: str
    path: str
    total: int | None


def small_files(verb: Verb, dataset: str, sizes: Collection[int]) -> Step:
    """Return the one step that many small files are, by the bytes of each."""
    return Step(verb, dataset, f"{len(sizes):,} small files", sum(sizes))


class Observer(Protocol):
    """Is told what happens."""

    def started(self, step: Step, done: int) -> None:
        """Tell that a step began, with ``done`` bytes already there."""

    def advanced(self, step: Step, count: int) -> None:
        """Tell that ``count`` more bytes are done (negative: given back)."""

    def ended(self, step: Step, error: str | None) -> None:
        """Tell that a step ended, well or with an error in words."""

    def noted(self, message: str) -> None:
        """Tell something worth a line, such as a change to the next mirror."""


class SilentObserver:
    """Hears everything and says nothing."""

    def started(self, step: Step, done: int) -> None:
        """Ignore it."""

    def advanced(self, step: Step, count: int) -> None:
        """Ignore it."""

    def ended(self, step: Step, error: str | None) -> None:
        """Ignore it."""

    def noted(self, message: str) -> None:
        """Ignore it."""
