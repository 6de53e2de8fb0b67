"""How a dataset stands: present, partial, missing, damaged or outdated."""

from typing import Literal

from lemm_catalog.model.base import Value

State = Literal["present", "partial", "missing", "damaged", "outdated"]


class Standing(Value):
    """The state of one dataset in the store, in bytes, with the reason of it."""

    id: str
    title: str
    phase: str
    state: State
    reason: str
    bytes: int
    wanted_bytes: int
    path: str | None
    verified: str | None
