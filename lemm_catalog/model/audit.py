"""An audit: the verdict of a policy on each part of each dataset, with its evidence."""

from collections.abc import Mapping
from typing import NamedTuple

from lemm_catalog.model.entry import State
from lemm_catalog.model.tally import Tally
from lemm_catalog.model.terms import Claimed, Consent
from lemm_catalog.model.verdict import Decision, Duty


class Audited(NamedTuple):
    """The verdict on a part of a dataset, or on a dataset whose parts are all alike.

    ``part`` is None for the latter, with the bytes of its ``parts`` by name, and for
    what belongs to no part. ``bytes`` is what it weighs at its sources; ``items`` what
    the policy makes of each item, where these have licenses of their own and the table
    that names them is here.
    """

    id: str
    part: str | None
    expression: str
    verdict: Decision
    reasons: tuple[str, ...]
    duties: tuple[Duty, ...]
    claims: tuple[Claimed, ...]
    title: str
    version: str | None
    homepage: str | None
    state: State
    parts: Mapping[str, int]
    media: tuple[str, ...]
    attribution: str | None
    accept: Consent | None
    note: str | None
    bytes: int
    items: Tally | None = None

    @property
    def name(self) -> str:
        """The dataset or its part, as a selection names it."""
        return self.id if self.part is None else f"{self.id}/{self.part}"


class Counts(NamedTuple):
    """How many verdicts there are of each kind."""

    allowed: int
    denied: int
    review: int


class Audit(NamedTuple):
    """What a policy makes of a selection, in pull order."""

    policy: str
    datasets: tuple[Audited, ...]

    @property
    def counts(self) -> Counts:
        """How many verdicts there are of each kind."""
        found = [one.verdict for one in self.datasets]
        return Counts(
            allowed=found.count("allowed"),
            denied=found.count("denied"),
            review=found.count("review"),
        )

    @property
    def passes(self) -> bool:
        """Whether every verdict is `allowed`."""
        return all(one.verdict == "allowed" for one in self.datasets)
