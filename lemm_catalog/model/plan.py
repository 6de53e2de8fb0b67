"""The plan: the list of things to do, each with its reason.

A saved plan is untrusted input: it is read back through these values, and the paths
in it are checked like those of a manifest.
"""

from typing import Annotated, Literal

from pydantic import Field

from lemm_catalog.model.base import DatasetId, Items, RelativePath, Value
from lemm_catalog.model.license import Decision

Kind = Literal["fetch", "resume", "unpack", "keep", "ask", "refuse", "skip"]
# The kinds that change something on disk.
WORK = frozenset({"fetch", "resume", "unpack"})


class Action(Value):
    """One thing to do with one artifact; ``bytes`` is what moves or is meant."""

    action: Kind
    path: RelativePath
    bytes: Annotated[int, Field(ge=0)]
    source: str | None = None
    digest: str | None = None
    reason: str


class PlannedDataset(Value):
    """All actions of one dataset."""

    id: DatasetId
    title: str
    phase: str
    priority: int
    license: str
    commercial: Decision
    download_bytes: int
    unpacked_bytes: int
    actions: Items[Action]

    @property
    def has_work(self) -> bool:
        """Whether carrying this out would change anything."""
        return any(action.action in WORK for action in self.actions)


class Totals(Value):
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


class Limits(Value):
    """The room there is, in bytes, and whether the peak fits into it."""

    max_storage_bytes: int | None
    free_bytes: int
    used_bytes: int
    fits: bool


class PlanProblem(Value):
    """Why the plan cannot be carried out as asked, and what would help."""

    code: str
    message: str
    hint: str = ""


class Plan(Value):
    """What a pull would do."""

    schema_: Annotated[Literal["lemm-catalog/plan@1"], Field(alias="schema")]
    selection: Items[str]
    datasets: Items[PlannedDataset]
    totals: Totals
    limits: Limits
    problems: Items[PlanProblem] = ()

    @property
    def has_work(self) -> bool:
        """Whether carrying this out would change anything."""
        return any(dataset.has_work for dataset in self.datasets)
