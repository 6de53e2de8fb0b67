"""How much disk a pull needs at its worst moment, and what of it fits.

Datasets are pulled in order, ``jobs`` at a time, the artifacts of each one after the
other. While an artifact is worked on, archive and tree are both there; afterwards
the archive is deleted unless it is to be kept. Where there is no room for both, an
archive is unpacked in one pass as it arrives, and never lies on the disk.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self


class Weight(NamedTuple):
    """What a dataset takes on disk, in bytes over what is used now.

    ``steps`` holds for each artifact (most while it is worked on, what stays);
    ``lean_steps`` the same in one pass, if anything can be made so.
    """

    dataset: str
    steps: tuple[tuple[int, int], ...]
    lean_steps: tuple[tuple[int, int], ...] = ()
    is_lean: bool = False

    @property
    def ways(self) -> tuple["Weight", ...]:
        """The ways to pull it, the preferred one first."""
        if not self.lean_steps:
            return (self,)
        return self, Weight(self.dataset, self.lean_steps, is_lean=True)

    @property
    def course(self) -> tuple[int, int]:
        """The most it takes while it is worked on, and what stays in the end."""
        most, settled = 0, 0
        for during, after in self.steps:
            if settled + during > most:
                most = settled + during
            settled += after
        return most, settled


class Room(NamedTuple):
    """The room there is, in bytes; ``max_storage`` bounds the store as a whole."""

    free: int
    used: int
    max_storage: int | None

    @property
    def left(self) -> int:
        """The bytes that may still be added."""
        if self.max_storage is None:
            return self.free
        return max(0, min(self.free, self.max_storage - self.used))

    @property
    def is_limited(self) -> bool:
        """Whether the limit binds before the disk does."""
        return self.left < self.free

    def holds(self, peak: int) -> bool:
        """Whether so many bytes may be added; nothing at all always may."""
        return peak <= 0 or peak <= self.left


class _Pulled(NamedTuple):
    """A pull up to some dataset: the most it took, what settled, the worst extras."""

    most: int = 0
    settled: int = 0
    extras: tuple[int, ...] = ()

    def then(self, weight: Weight, jobs: int) -> Self:
        """Return the pull with one more dataset."""
        peak, stays = weight.course
        if jobs <= 1:
            most = max(self.most, self.settled + peak)
            return type(self)(most, self.settled + stays)
        # A dataset that ends smaller than it began must not pay for its neighbors.
        stays = max(0, stays)
        settled, extra, worst = self.settled + stays, peak - stays, self.extras
        if len(worst) < jobs or extra > worst[-1]:
            worst = tuple(sorted((*worst, extra), reverse=True)[:jobs])
        return type(self)(max(self.most, settled + sum(worst)), settled, worst)


def peak_of(weights: Sequence[Weight], jobs: int) -> int:
    """Return the most bytes a pull adds at any moment, never too few.

    With several jobs, any ``jobs`` of the datasets begun so far may be at their
    worst at once, and the others may have settled.
    """
    pulled = _Pulled()
    for weight in weights:
        pulled = pulled.then(weight, jobs)
    return pulled.most


def with_room(weights: Sequence[Weight], room: Room, jobs: int) -> list[Weight]:
    """Return the weights, each in one pass that would not fit otherwise."""
    chosen: list[Weight] = []
    pulled = _Pulled()
    for weight in weights:
        fitting = _way_that_fits(pulled, weight, room, jobs)
        way, pulled = fitting or (weight, pulled.then(weight, jobs))
        chosen.append(way)
    return chosen if room.holds(pulled.most) else list(weights)


def what_fits(weights: Sequence[Weight], room: Room, jobs: int) -> dict[int, Weight]:
    """Return the weights that fit together by their index, the first ones first."""
    taken: dict[int, Weight] = {}
    pulled = _Pulled()
    for index, weight in enumerate(weights):
        fitting = _way_that_fits(pulled, weight, room, jobs)
        if fitting is not None:
            taken[index], pulled = fitting
    return taken


def _way_that_fits(
    pulled: _Pulled, weight: Weight, room: Room, jobs: int
) -> tuple[Weight, _Pulled] | None:
    """Return the first way to pull a dataset that fits, and the pull with it."""
    for way in weight.ways:
        then = pulled.then(way, jobs)
        if not way.steps or room.holds(then.most):
            return way, then
    return None
