"""A Space's log: a line for what changed, and now and then one for how far it is."""

import time
from collections.abc import Callable

from lemm_catalog.model.space import Space, SpaceDataset
from lemm_catalog.render.lines import counted
from lemm_catalog.render.pages.disk import bound
from lemm_catalog.sizes import format_decimal, format_size

_SECONDS = 30.0
_PERCENT = 5


class Lines:
    """Listens to a board, and says a line every 5 % or half a minute.

    The log of a Space is no terminal: nothing in it can be drawn over.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say = say
        self._clock = clock
        self._before: Space | None = None
        self._at = (clock(), 0)

    def __call__(self, space: Space) -> None:
        """Say what is worth it."""
        before, self._before = self._before, space
        for line in changes(before, space):
            self._say(line)
        if before is None or before.budget != space.budget:
            self._at = (self._clock(), percent(space))
        if space.state == "pulling" and space.totals.done_bytes:
            self._progress(space)

    def _progress(self, space: Space) -> None:
        at, said = self._at
        now, share = self._clock(), percent(space)
        moved = before_moved(space, share, said)
        if moved or now >= at + _SECONDS:
            self._at = (now, share)
            self._say(progress_line(space, share))


def before_moved(space: Space, share: int, said: int) -> bool:
    """Whether enough came for a line, and it is not the last: that has its own."""
    return share // _PERCENT > said // _PERCENT and share < 100 and bool(space.datasets)


def percent(space: Space) -> int:
    """Return how much of what is taken is here, in percent."""
    totals = space.totals
    if not totals.download_bytes:
        return 0
    return 100 * totals.done_bytes // totals.download_bytes


def progress_line(space: Space, share: int) -> str:
    """Return how far all of it is, in a line."""
    totals = space.totals
    doing = [f"{row.id} {row.state}" for row in space.datasets if _is_busy(row)]
    parts = [
        f"{share} %",
        f"{format_decimal(totals.done_bytes)} of "
        f"{format_decimal(totals.download_bytes)}",
    ]
    if totals.bytes_per_second:
        parts.append(f"{format_decimal(totals.bytes_per_second)}/s")
    return ", ".join([*parts, *doing])


def changes(before: Space | None, space: Space) -> list[str]:
    """Return what is new since, a line each."""
    lines = []
    if space.place and (before is None or before.place != space.place):
        lines.append(f"data goes to {space.place.path}: {space.place.reason}")
        lines += [f"warning: {space.place.warning}"] if space.place.warning else []
    if space.budget and (before is None or before.budget != space.budget):
        budget = space.budget
        lines.append(
            f"budget {format_size(budget.total)}: {bound(budget)}; "
            f"{format_size(budget.left)} left; "
            f"{counted(len(space.datasets), 'dataset')} wanted"
        )
    known = {row.id: row for row in before.datasets} if before else {}
    for row in space.datasets:
        if (old := known.get(row.id)) is None or old.state != row.state:
            lines += _dataset(row, is_new=old is None or old.state == "queued")
    told = before.remarks if before else ()
    lines += [remark for remark in space.remarks if remark not in told]
    is_other = before is None or before.message != space.message
    if is_other and space.state not in {"starting", "pulling"}:
        mend = f" ({space.mend})" if space.mend else ""
        lines += [f"{space.state}: {space.message}{mend}", *space.details]
    return lines


def _dataset(row: SpaceDataset, *, is_new: bool) -> list[str]:
    if row.state in {"left-out", "refused", "failed"}:
        return [f"{row.id}: {row.state}: {row.reason}"]
    if row.state == "present":
        return [f"{row.id}: here, {format_decimal(row.download_bytes)} fetched"]
    # One with many archives begins to fetch again and again.
    return [f"{row.id}: fetching"] if row.state == "fetching" and is_new else []


def _is_busy(row: SpaceDataset) -> bool:
    return row.state in {"fetching", "unpacking", "verifying", "publishing"}
