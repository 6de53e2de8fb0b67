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
    def stays(self) -> int:
        """What stays once the dataset is published."""
        return sum(after for _, after in self.steps)

    @property
    def peak(self) -> int:
        """The most it takes while it is worked on, from an empty start."""
        most, settled = 0, 0
        for during, after in self.steps:
            most = max(most, settled + during)
            settled += after
        return most


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
        peak, stays = weight.peak, weight.stays
        if jobs <= 1:
            most = max(self.most, self.settled + peak)
            return self._replace(most=most, settled=self.settled + stays)
        # A dataset that ends smaller than it began must not pay for its neighbors.
        stays = max(0, stays)
        settled = self.settled + stays
        worst = sorted((*self.extras, peak - stays), reverse=True)[:jobs]
        most = max(self.most, settled + sum(worst))
        return self._replace(most=most, settled=settled, extras=tuple(worst))


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
        way = _way_that_fits(pulled, weight, room, jobs) or weight
        pulled = pulled.then(way, jobs)
        chosen.append(way)
    return chosen if room.holds(pulled.most) else list(weights)


def what_fits(weights: Sequence[Weight], room: Room, jobs: int) -> dict[int, Weight]:
    """Return the weights that fit together by their index, the first ones first."""
    taken: dict[int, Weight] = {}
    pulled = _Pulled()
    for index, weight in enumerate(weights):
        way = _way_that_fits(pulled, weight, room, jobs)
        if way is not None:
            taken[index] = way
            pulled = pulled.then(way, jobs)
    return taken


def _way_that_fits(
    pulled: _Pulled, weight: Weight, room: Room, jobs: int
) -> Weight | None:
    for way in weight.ways:
        if not way.steps or room.holds(pulled.then(way, jobs).most):
            return way
    return None
