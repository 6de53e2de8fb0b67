"""What sources answer when they are asked, and what that says of a manifest."""

from typing import Literal, NamedTuple

# What the answer means. Of these `changed`, `gone` and `unreachable` are findings:
# who refuses, or asks to come back later, is there.
ProbeState = Literal[
    "fine", "changed", "gone", "refused", "busy", "unreachable", "private", "unasked"
]
FINDINGS = frozenset({"changed", "gone", "unreachable"})
# Somebody answered, whatever it was.
REACHED = frozenset({"fine", "changed", "gone", "refused", "busy"})


class Answer(NamedTuple):
    """What a source said: the size of the whole, and validators; or what failed."""

    total: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""
    status: int | None = None
    error: str | None = None
    is_private: bool = False
    retry_after: float | None = None


class Seen(NamedTuple):
    """What a source said the last time, as the lock has it."""

    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class Probe(NamedTuple):
    """One source of one file, and how it stands; sizes in bytes."""

    dataset: str
    path: str
    source: str
    state: ProbeState
    message: str
    expected_bytes: int | None = None
    bytes: int | None = None
    etag: str | None = None
    last_modified: str | None = None
