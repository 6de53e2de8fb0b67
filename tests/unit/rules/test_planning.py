"""Decisions with their reasons, and what the disk needs: examples beside the laws."""

from pathlib import PurePosixPath
from typing import Any

import pytest

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding, Staged
from lemm_catalog.model.item import Options
from lemm_catalog.model.plan import Plan
from lemm_catalog.rules.fitting import Room, Weight, peak_of, what_fits
from lemm_catalog.rules.planning import make_plan
from lemm_catalog.rules.standing import standing_of
from tests.builders import (
    OTHER_SHA,
    a_receipt,
    a_source,
    an_artifact,
    an_inventory,
    an_item,
    received,
)

OTHER = {"checksums": {"sha256": OTHER_SHA}}
HERE = an_artifact()
ARCHIVE = an_artifact(unpack=True)
MANUAL = an_artifact(sources=(a_source({"manual": "Fill in the form."}),))
UNPINNED = an_artifact(size=None, unresolved="its exact size is not known")
OUTDATED = a_receipt([])._replace(artifacts=(received(HERE, **OTHER),))


def plan(artifact: Artifact, holding: Holding = Holding(), **keys: Any) -> Plan:  # noqa: B008
    options = Options(**{k: v for k, v in keys.items() if k != "free"})
    inventory = an_inventory(notes=holding, free=keys.get("free", 10**12))
    return make_plan(["notes"], [an_item(artifact)], inventory, options)


@pytest.mark.parametrize(
    ("artifact", "holding", "expected"),
    [
        (HERE, Holding(), [("fetch", 1000, "not here yet")]),
        (
            HERE,
            Holding(receipt=a_receipt([HERE])),
            [("keep", 1000, "verified and published on 2026-11-22")],
        ),
        (
            HERE,
            Holding(receipt=OUTDATED),
            [("fetch", 1000, "the manifest pins other bytes than are here")],
        ),
        (
            HERE,
            Holding(receipt=a_receipt([HERE]), damaged={HERE.path: "a bit is flipped"}),
            [("fetch", 1000, "a bit is flipped")],
        ),
        (
            HERE,
            Holding(staged={HERE.path: Staged(done=250)}),
            [("resume", 750, "25 % is here already")],
        ),
        (
            HERE,
            Holding(staged={HERE.path: Staged(done=1000)}),
            [("resume", 0, "downloaded already, to be verified")],
        ),
        (
            ARCHIVE,
            Holding(staged={HERE.path: Staged(done=1000, record=received(ARCHIVE))}),
            [("resume", 0, "verified already, not yet published")],
        ),
        (
            HERE,
            Holding(
                staged={HERE.path: Staged(done=1000, record=received(HERE, **OTHER))}
            ),
            [("fetch", 1000, "not here yet")],
        ),
        (
            HERE,
            Holding(lying={HERE.path: 1000}),
            [("fetch", 0, "a file of this size lies there; verify it first")],
        ),
        (
            ARCHIVE,
            Holding(),
            [
                ("fetch", 1000, "not here yet"),
                ("unpack", 2000, "the manifest wants its members"),
            ],
        ),
        (
            MANUAL,
            Holding(),
            [
                (
                    *("ask", 1000),
                    "Fill in the form. Put it at notes/notes.tar.gz in the cache "
                    "directory.",
                )
            ],
        ),
        (
            UNPINNED,
            Holding(),
            [
                (
                    *("refuse", 0),
                    "its exact size is not known, so that wrong bytes could not be "
                    "told from right",
                )
            ],
        ),
    ],
)
def test_the_first_reason_that_holds_decides(
    artifact: Artifact, holding: Holding, expected: list[tuple[str, int, str]]
) -> None:
    actions = plan(artifact, holding).datasets[0].actions
    assert expected == [(a.action, a.bytes, a.reason) for a in actions]


def test_offline_only_what_is_on_this_machine_is_taken() -> None:
    (action,) = plan(ARCHIVE, offline=True).datasets[0].actions
    assert (action.action, action.reason) == (
        "refuse",
        "offline, and no source of it is on this machine",
    )
    beside = an_artifact(sources=(a_source("x"),))
    assert plan(beside, offline=True).datasets[0].actions[0].action == "fetch"
    assert plan(MANUAL, offline=True).datasets[0].actions[0].action == "ask"


def test_what_does_not_fit_is_one_skip_for_each_artifact() -> None:
    found = plan(ARCHIVE, fit=True, free=10)
    (action,) = found.datasets[0].actions
    assert (action.action, action.path) == ("skip", ARCHIVE.path)
    assert (found.limits.fits, found.totals.datasets) == (True, 0)


def test_a_plan_that_does_not_fit_says_what_would_help() -> None:
    found = plan(ARCHIVE, free=2500, max_storage=2000, keep_archives=True)
    (problem,) = found.problems
    assert problem.message == (
        "needs 3.00 kB (2.93 KiB) at its peak, the storage limit leaves "
        "2.00 kB (1.95 KiB): 1.00 kB (1000 B) too little"
    )
    assert problem.hint == (
        "leave out --keep-archives; or use --cache-dir on a larger disk"
    )


def weight(*steps: tuple[int, int]) -> Weight:
    return Weight(dataset="x", steps=steps)


@pytest.mark.parametrize(
    ("weights", "jobs", "expected"),
    [
        ([], 1, 0),
        ([weight((30, 20))], 1, 30),
        ([weight((30, 20), (25, 5))], 1, 45),
        ([weight((30, 20)), weight((30, 20))], 1, 50),
        ([weight((30, 20)), weight((30, 20))], 2, 60),
        ([weight((10, -90)), weight((30, 20))], 1, 10),
        ([weight((10, -90)), weight((30, 20))], 2, 40),
    ],
)
def test_the_peak_is_of_the_worst_moment(
    weights: list[Weight], jobs: int, expected: int
) -> None:
    assert expected == peak_of(weights, jobs)


def test_what_fits_is_taken_by_priority_and_small_ones_slip_in() -> None:
    weights = [weight((60, 50)), weight((60, 60)), weight((40, 40)), weight()]
    room = Room(free=100, used=0, max_storage=None)
    assert what_fits(weights, room, 1).keys() == {0, 2, 3}


@pytest.mark.parametrize(
    ("room", "left", "is_limited"),
    [
        (Room(free=100, used=50, max_storage=None), 100, False),
        (Room(free=100, used=50, max_storage=80), 30, True),
        (Room(free=100, used=50, max_storage=20), 0, True),
        (Room(free=10, used=50, max_storage=80), 10, False),
    ],
)
def test_the_tighter_bound_counts(room: Room, left: int, is_limited: bool) -> None:
    assert (left, is_limited) == (room.left, room.is_limited)
    assert room.holds(0)
    assert not room.holds(left + 1)


@pytest.mark.parametrize(
    ("holding", "state", "reason"),
    [
        (Holding(), "missing", "nothing of it is here"),
        (
            Holding(receipt=a_receipt([HERE])),
            "present",
            "all of it was verified and published",
        ),
        (
            Holding(receipt=OUTDATED),
            "outdated",
            "the manifest pins other bytes of notes.tar.gz",
        ),
        (
            Holding(receipt=a_receipt([HERE]), damaged={HERE.path: "flipped"}),
            "damaged",
            "flipped",
        ),
        (
            Holding(staged={HERE.path: Staged(done=250)}),
            "partial",
            "25 % downloaded, nothing published yet",
        ),
    ],
)
def test_a_dataset_stands_as_what_is_here_of_it(
    holding: Holding, state: str, reason: str
) -> None:
    found = standing_of(an_item(HERE), holding, PurePosixPath("notes"))
    assert (state, reason) == (found.state, found.reason)
    assert (found.path is None) == (holding.receipt is None)


def test_what_is_staged_takes_its_place_on_the_disk_too() -> None:
    receipt = a_receipt([HERE])
    (record,) = receipt.artifacts
    for staged, more in (
        (Staged(done=250, scraps=50), 300),
        (Staged(done=1000, record=record), record.bytes_on_disk),
    ):
        holding = Holding(receipt=receipt, staged={"other.tar.gz": staged})
        found = standing_of(an_item(HERE), holding, PurePosixPath("notes"))
        assert found.bytes == receipt.bytes_on_disk + more
    nothing = Holding(staged={HERE.path: Staged(done=250)})
    assert standing_of(an_item(HERE), nothing, PurePosixPath("notes")).bytes == 250
