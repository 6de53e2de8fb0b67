"""How a dataset stands: present, partial, missing, damaged or outdated."""

from typing import Literal, NamedTuple

State = Literal["present", "partial", "missing", "damaged", "outdated"]


class Standing(NamedTuple):
    """The state of one dataset in the store, with the reason of it.

    ``bytes`` are those it takes on the disk, published or not; ``wanted_bytes`` those
    it takes once it is whole.
    """

    id: str
    title: str
    phase: str
    state: State
    reason: str
    bytes: int
    wanted_bytes: int
    path: str | None
    verified: str | None
