"""The plan: the list of things to do, each with its reason.

A saved plan is untrusted input: it is read back through these values, and the paths
in it are checked like those of a manifest.
"""

from typing import Annotated, Literal, NamedTuple

from lemm_catalog.model.text import dataset_id, relative_path
from lemm_catalog.model.verdict import Decision

Kind = Literal["fetch", "resume", "unpack", "keep", "ask", "refuse", "skip"]
# The kinds that change something on disk.
WORK = frozenset({"fetch", "resume", "unpack"})


def _no_debt(value: int) -> int:
    if value < 0:
        raise ValueError("must not be negative")
    return value


class Action(NamedTuple):
    """One thing to do with one artifact; ``bytes`` is what moves or is meant."""

    action: Kind
    path: Annotated[str, relative_path]
    bytes: Annotated[int, _no_debt]
    source: str | None
    digest: str | None
    reason: str


class PlannedDataset(NamedTuple):
    """All actions of one dataset.

    ``in_one_pass`` names the archives that are unpacked as they arrive, because the
    disk cannot hold both them and what is in them. ``policy`` is the one that is
    enforced.
    """

    id: Annotated[str, dataset_id]
    title: str
    phase: str
    priority: int
    license: str
    commercial: Decision
    download_bytes: int
    unpacked_bytes: int
    actions: tuple[Action, ...]
    in_one_pass: tuple[Annotated[str, relative_path], ...] = ()
    policy: str | None = None

    @property
    def has_work(self) -> bool:
        """Whether carrying this out would change anything."""
        return any(action.action in WORK for action in self.actions)


class Totals(NamedTuple):
    """Sums over the actions, in bytes.

    ``download_bytes`` is what the selection weighs at its sources, ``to_fetch_bytes``
    what is not here yet, ``peak_disk_bytes`` the most disk the pull will need at any
    moment on top of what is used now.
    """

    datasets: int
    download_bytes: int
    to_fetch_bytes: int
    unpacked_bytes: int
    peak_disk_bytes: int


class Limits(NamedTuple):
    """The room there is, in bytes, and whether the peak fits into it."""

    max_storage_bytes: int | None
    free_bytes: int
    used_bytes: int
    fits: bool


class PlanProblem(NamedTuple):
    """Why the plan cannot be carried out as asked, and what would help."""

    code: str
    message: str
    hint: str = ""


class Plan(NamedTuple):
    """What a pull would do."""

    schema: Literal["lemm-catalog/plan@1"]
    selection: tuple[str, ...]
    datasets: tuple[PlannedDataset, ...]
    totals: Totals
    limits: Limits
    problems: tuple[PlanProblem, ...] = ()

    @property
    def has_work(self) -> bool:
        """Whether carrying this out would change anything."""
        return any(dataset.has_work for dataset in self.datasets)
