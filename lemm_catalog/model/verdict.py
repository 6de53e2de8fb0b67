"""The verdict of a policy on a license."""

from typing import Literal, NamedTuple

Decision = Literal["allowed", "denied", "review"]
Duty = Literal["attribution", "share-alike", "notice", "acceptance"]


class Verdict(NamedTuple):
    """Allowed, denied or review, with the chain of reasons and the duties."""

    decision: Decision
    reasons: tuple[str, ...]
    duties: tuple[Duty, ...] = ()
