"""What a policy makes of the items of a dataset, counted."""

from typing import NamedTuple

from lemm_catalog.model.verdict import Decision


class Said(NamedTuple):
    """What is made of one spelling of a license: its expression, if it has any."""

    spelling: str
    expression: str | None
    decision: Decision
    reason: str


class Share(NamedTuple):
    """The items of one verdict; ``bytes`` is None where not all sizes are known."""

    decision: Decision
    items: int
    bytes: int | None


class Spelled(NamedTuple):
    """A spelling, what is made of it, and how many items are under it."""

    said: Said
    items: int


class Tally(NamedTuple):
    """The items of a part by verdict, and by spelling, the most frequent first.

    ``shares`` has all three verdicts. ``unplaced`` counts the rows, among those for
    `review`, whose key makes no path, and ``repeated`` those of a path that an earlier
    row had: of the two the graver verdict counts.
    """

    part: str | None
    policy: str
    shares: tuple[Share, ...]
    spellings: tuple[Spelled, ...]
    unplaced: int = 0
    repeated: int = 0

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(share.items for share in self.shares)

    def share(self, decision: Decision) -> Share:
        """Return the items of one verdict."""
        return next(share for share in self.shares if share.decision == decision)


class Untold(NamedTuple):
    """Why the items of a part could not be counted, and what to do about it."""

    part: str | None
    reason: str
    mend: str
