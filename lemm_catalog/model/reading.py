"""What a license text was read as, and what a policy makes of it."""

from typing import NamedTuple

from lemm_catalog.model.verdict import Decision


class Bar(NamedTuple):
    """A permission that a text rules out in so many words, and those words."""

    permission: str
    words: str


class Reading(NamedTuple):
    """A license text, read.

    ``expression`` is the SPDX expression of the licenses it names, or None where they
    cannot be told for certain. It is not the whole truth while there are ``doubts``:
    a text with one of them is never `allowed`, whatever the expression says.
    ``permits`` is what can be relied on, so it is empty while there are doubts.
    ``judged`` is what a policy is asked about: all of these hold, and of each any of
    its alternatives may. Ports stand there as the license they port, a license
    without its version as all its versions.
    """

    text: str
    expression: str | None
    doubts: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    judged: tuple[tuple[str, ...], ...] = ()
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()


class Explained(NamedTuple):
    """A license text, what it was read as, and the verdict of a policy on it."""

    text: str
    expression: str | None
    verdict: Decision
    permits: tuple[str, ...]
    requires: tuple[str, ...]
    forbids: tuple[str, ...]
    reasons: tuple[str, ...]
