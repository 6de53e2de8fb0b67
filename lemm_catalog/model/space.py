"""A Space as it stands: what is wanted, what is here, where it lies, what failed."""

from typing import Literal, NamedTuple

from lemm_catalog.model.verdict import Decision

# Of the Space as a whole. `settled` is done with what could be done, and not all is
# here; `halted` wants a person.
Condition = Literal[
    "starting", "pulling", "waiting", "ready", "settled", "halted", "off", "stopped"
]
# Of one dataset.
Progress = Literal[
    "queued",
    "fetching",
    "unpacking",
    "verifying",
    "publishing",
    "present",
    "left-out",
    "refused",
    "failed",
]
# What is still to come, or under way.
UNDER_WAY = frozenset({"queued", "fetching", "unpacking", "verifying", "publishing"})


class Mount(NamedTuple):
    """A file system that is mounted at a folder."""

    path: str
    kind: str
    writable: bool


class SpacePlace(NamedTuple):
    """Where the data lies, and whether a restart leaves it there.

    ``lasts`` is None where nobody can know: the user named the folder.
    """

    path: str
    chosen: Literal["setting", "volume", "disk"]
    lasts: bool | None
    reason: str
    warning: str = ""


class SpaceBudget(NamedTuple):
    """What the data may take, in bytes, and which bound is the narrowest.

    ``total`` is for all of it, ``left`` for what is still to come.
    """

    total: int
    left: int
    used: int
    free: int
    reserve: int
    flavor: str
    flavor_disk: int | None
    max_storage: int | None
    bound_by: Literal["disk", "flavor", "setting"]


class SpaceDataset(NamedTuple):
    """How one dataset comes along, in bytes; ``peak`` is what it needs meanwhile."""

    id: str
    title: str
    phase: str
    priority: int
    license: str
    commercial: Decision
    state: Progress
    download_bytes: int
    done_bytes: int
    unpacked_bytes: int
    peak_bytes: int = 0
    step_done: int = 0
    step_total: int | None = None
    bytes_per_second: int = 0
    seconds_left: int | None = None
    reason: str = ""
    mend: str = ""


class SpaceTotals(NamedTuple):
    """Sums over the datasets that are taken, in bytes."""

    datasets: int = 0
    here: int = 0
    download_bytes: int = 0
    done_bytes: int = 0
    bytes_per_second: int = 0
    seconds_left: int | None = None


class Space(NamedTuple):
    """How a Space stands at one moment; times in RFC 3339, UTC.

    ``ready`` means that all that is wanted is here; ``settled`` that nothing more
    will come by itself.
    """

    version: str
    started: str
    updated: str
    state: Condition = "starting"
    ready: bool = False
    settled: bool = False
    message: str = "starting"
    mend: str = ""
    details: tuple[str, ...] = ()
    selection: tuple[str, ...] = ()
    place: SpacePlace | None = None
    budget: SpaceBudget | None = None
    totals: SpaceTotals = SpaceTotals()
    datasets: tuple[SpaceDataset, ...] = ()
    remarks: tuple[str, ...] = ()
    starts: int = 0
    next_start: str | None = None
