"""How much disk a Space's data may take: decided before anything is written.

The file system may be a node's with terabytes, of which the Space is granted 50 GB
and is evicted beyond: what the hardware flavor grants counts as much as what is free.
A reserve stays free of both for the image, logs and caches. A limit that the user
set is about the data alone, and needs none.
"""

from collections.abc import Mapping
from typing import Literal

from lemm_catalog.model.space import SpaceBudget

_GB = 10**9
# What each flavor's disk holds, by the name the Hub gives it.
FLAVOR_DISKS: Mapping[str, int] = {
    name: size * _GB
    for name, size in {
        "cpu-basic": 50,
        "cpu-upgrade": 50,
        "zero-a10g": 50,
        "t4-small": 50,
        "t4-medium": 100,
        "a10g-small": 110,
        "a10g-large": 200,
        "a10g-largex2": 1000,
        "a10g-largex4": 2000,
        "l4x1": 400,
        "l4x4": 3200,
        "l40sx1": 380,
        "l40sx4": 3200,
        "l40sx8": 6500,
        "a100-large": 1000,
        "a100x4": 4000,
        "a100x8": 8000,
    }.items()
}
DEFAULT_DISK = 50 * _GB
MOST_RESERVE = 5 * _GB


def flavor_disk(accelerator: str) -> int:
    """Return the bytes of a flavor's disk; one that is not known has the least."""
    return FLAVOR_DISKS.get(accelerator.strip().lower(), DEFAULT_DISK)


def budget_of(
    *,
    free: int,
    used: int,
    flavor: str,
    granted: int | None,
    max_storage: int | None,
    reserve: int | None,
) -> SpaceBudget:
    """Return what the data may take, in bytes.

    ``used`` is what the data takes now, ``granted`` the flavor's disk where the data
    lies on it; ``reserve`` None is a tenth of the disk, 5 GB at most.
    """
    bounds: dict[Literal["disk", "flavor"], int] = {"disk": free + used}
    if granted is not None:
        bounds["flavor"] = granted
    narrower = min(bounds, key=lambda name: bounds[name])
    narrowest: Literal["disk", "flavor", "setting"] = narrower
    disk = bounds[narrower]
    kept = min(MOST_RESERVE, disk // 10) if reserve is None else reserve
    total = max(0, disk - kept)
    if max_storage is not None and max_storage < total:
        narrowest, total = "setting", max_storage
    return SpaceBudget(
        total=total,
        left=max(0, min(total - used, free)),
        used=used,
        free=free,
        reserve=kept,
        flavor=flavor,
        flavor_disk=granted,
        max_storage=max_storage,
        bound_by=narrowest,
    )
