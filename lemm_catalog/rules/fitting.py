"""How much disk a pull needs at its worst moment, and what of it fits.

Datasets are pulled in order, ``jobs`` at a time, the artifacts of each one after the
other. While an artifact is worked on, archive and tree are both there; afterwards
the archive is deleted unless it is to be kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What a dataset takes on disk, in bytes over what is used now.

    ``steps`` holds for each artifact (most while it is worked on, what stays).
    """

    dataset: str
    steps: tuple[tuple[int, int], ...]

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


@dataclass(frozen=True, kw_only=True)
class Room:
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


def peak_of(weights: Sequence[Weight], jobs: int) -> int:
    """Return the most bytes a pull adds at any moment, never too few.

    With several jobs, any ``jobs`` of the datasets begun so far may be at their
    worst at once, and the others may have settled.
    """
    most, settled = 0, 0
    extras: list[int] = []
    for weight in weights:
        if jobs <= 1:
            most = max(most, settled + weight.peak)
            settled += weight.stays
            continue
        # A dataset that ends smaller than it began must not pay for its neighbors.
        settled += max(0, weight.stays)
        extras.append(weight.peak - max(0, weight.stays))
        most = max(most, settled + sum(sorted(extras, reverse=True)[:jobs]))
    return most


def what_fits(weights: Sequence[Weight], room: Room, jobs: int) -> frozenset[int]:
    """Return the indices of the weights that fit together, the first ones first."""
    taken: list[int] = []
    for index, weight in enumerate(weights):
        trial = [weights[i] for i in taken] + [weight]
        if room.holds(peak_of(trial, jobs)) or not weight.steps:
            taken.append(index)
    return frozenset(taken)
