"""Two states of a catalog, folders or revisions of git, and what differs."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lemm_catalog.errors import UsageError
from lemm_catalog.load.catalog import load
from lemm_catalog.load.revision import lay_out
from lemm_catalog.model.difference import Difference, PhaseChange, Weight
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.inventory import Inventory
from lemm_catalog.model.item import Options
from lemm_catalog.problems import errors_in
from lemm_catalog.rules.differing import changes_between, suspicions
from lemm_catalog.rules.items import items_of
from lemm_catalog.rules.planning import make_plan
from lemm_catalog.rules.selection import select
from lemm_catalog.rules.shelving import shelved

_PLENTY = 2**62


def difference(
    old: str, new: str, *, folder: str = "catalog", policy: str = "commercial"
) -> Difference:
    """Return what differs between two catalogs.

    Each is a folder, a revision of the repository here, or ``revision:folder``;
    ``folder`` is where the catalog lies in a revision.

    Raises:
        UsageError: if one of them is neither, or the policy is not known.

    """
    with _opened(old, folder) as (before, some), _opened(new, folder) as (after, more):
        for shelf in (before, after):
            if policy not in shelf.policies:
                known = ", ".join(sorted(shelf.policies))
                raise UsageError(f"there is no policy {policy!r}", mend=known)
        changes = changes_between(before, after, policy)
        return Difference(
            old=old,
            new=new,
            policy=policy,
            datasets=changes,
            phases=tuple(_phases(before, after)),
            findings=suspicions(changes),
            unreadable=(
                *(f"{old}: {one}" for one in some),
                *(f"{new}: {one}" for one in more),
            ),
        )


@contextmanager
def _opened(name: str, folder: str) -> Iterator[tuple[Shelf, Sequence[str]]]:
    """Give the catalog of a folder or a revision, and what of it cannot be read."""
    if name == "builtin" or Path(name).is_dir():
        yield _shelf(name, "")
        return
    revision, _, inner = name.partition(":")
    with tempfile.TemporaryDirectory(prefix="lemm-catalog-") as place:
        lay_out(revision, inner or folder, Path(place), Path.cwd())
        yield _shelf(place, place)


def _shelf(root: str, hidden: str) -> tuple[Shelf, Sequence[str]]:
    loaded = load([root])
    told = [
        f"{Path(one.path).relative_to(hidden) if hidden else one.path}: {one.message}"
        for one in errors_in(loaded.problems)
        if one.code != "missing-companion"
    ]
    return shelved(loaded.catalog), told


def _phases(old: Shelf, new: Shelf) -> Iterator[PhaseChange]:
    for phase in dict.fromkeys([*old.ladder, *new.ladder]):
        before, after = _weight(old, phase), _weight(new, phase)
        yield PhaseChange(phase, before, after)


def _weight(shelf: Shelf, phase: str) -> Weight:
    if phase not in shelf.ladder:
        return Weight()
    # What a user would have to agree to weighs as much as the rest.
    items = [
        one._replace(demands={}) for one in items_of(shelf, select(shelf, [phase]))
    ]
    plan = make_plan([phase], items, Inventory(free=_PLENTY), Options())
    totals = plan.totals
    return Weight(totals.datasets, totals.download_bytes, totals.peak_disk_bytes)
