"""Laws of planning, as house.md and the module's docstring state them."""

import json
import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.item import Item
from lemm_catalog.model.plain import plain, read
from lemm_catalog.model.plan import WORK, Plan
from lemm_catalog.rules.fitting import Room
from lemm_catalog.rules.planning import make_plan
from tests.laws.inventories import inventories, items, options
from tests.laws.pulls import Pull, is_stopped


@st.composite
def pulls(draw: st.DrawFn) -> Pull:
    own = draw(items())
    inventory = draw(inventories(own))
    chosen = draw(options)
    plan = make_plan(["minimal"], own, inventory, chosen)
    return Pull(plan=plan, items=own, inventory=inventory, options=chosen)


def fetching(pull: Pull) -> list[tuple[Item, str]]:
    return [
        (item, action.path)
        for planned, item in zip(pull.plan.datasets, pull.items, strict=True)
        for action in planned.actions
        if action.action in {"fetch", "resume"}
    ]


@given(pulls())
def test_planning_again_after_a_pull_gives_only_keep(pull: Pull) -> None:
    limitless = pull.options._replace(max_storage=None, fit=False)
    again = make_plan(["minimal"], pull.items, pull.afterwards(), limitless)
    for before, after, item in zip(
        pull.plan.datasets, again.datasets, pull.items, strict=True
    ):
        if before.has_work and not is_stopped(before):
            kinds = {a.action for a in after.actions if a.path not in item.barred}
            assert kinds == {"keep"}
            assert not after.has_work


@given(pulls())
def test_every_wanted_artifact_appears_once_in_its_order(pull: Pull) -> None:
    for planned, item in zip(pull.plan.datasets, pull.items, strict=True):
        paths = [a.path for a in planned.actions if a.action != "unpack"]
        assert [artifact.path for artifact in item.artifacts] == paths


@given(pulls())
def test_an_unpack_follows_what_it_unpacks(pull: Pull) -> None:
    for planned in pull.plan.datasets:
        assert not planned.actions or planned.actions[0].action != "unpack"
        for before, action in pairwise(planned.actions):
            if action.action == "unpack":
                assert (action.path, True) == (before.path, before.action in WORK)


@given(pulls())
def test_totals_are_sums(pull: Pull) -> None:
    totals, datasets = pull.plan.totals, pull.plan.datasets
    actions = [action for dataset in datasets for action in dataset.actions]
    moved = sum(a.bytes for a in actions if a.action in {"fetch", "resume"})
    assert moved == totals.to_fetch_bytes
    assert sum(d.download_bytes for d in datasets) == totals.download_bytes
    assert sum(d.unpacked_bytes for d in datasets) == totals.unpacked_bytes
    assert totals.to_fetch_bytes <= totals.download_bytes


@given(pulls())
def test_the_plan_depends_on_nothing_but_its_input(pull: Pull) -> None:
    backwards = dict(reversed(list(pull.inventory.holdings.items())))
    inventory = pull.inventory._replace(holdings=backwards)
    assert pull.plan == make_plan(["minimal"], pull.items, inventory, pull.options)
    assert [item.id for item in pull.items] == [d.id for d in pull.plan.datasets]


@given(pulls())
def test_nothing_unpinned_and_nothing_barred_is_fetched(pull: Pull) -> None:
    for item, path in fetching(pull):
        (artifact,) = (a for a in item.artifacts if a.path == path)
        assert artifact.is_pinned
        assert artifact.digests
        assert path not in item.barred


@given(pulls())
def test_nothing_is_fetched_or_unpacked_whose_terms_nobody_agreed_to(
    pull: Pull,
) -> None:
    for planned, item in zip(pull.plan.datasets, pull.items, strict=True):
        receipt = pull.inventory.of(item.id).receipt
        accepted = {one.terms for one in receipt.accepted} if receipt else set()
        demands = item.demands.get(None, ())
        if any(not one.said and one.terms not in accepted for one in demands):
            assert not planned.has_work
            kinds = {action.action for action in planned.actions}
            assert kinds <= {"keep", "refuse", "skip"}


@given(pulls())
def test_offline_nothing_is_asked_of_the_network(pull: Pull) -> None:
    if pull.options.offline:
        for planned, item in zip(pull.plan.datasets, pull.items, strict=True):
            local = {a.path for a in item.artifacts if a.sources[0].path}
            asked = {a.path for a in planned.actions if a.action == "fetch" and a.bytes}
            assert asked <= local


@given(pulls())
def test_what_fit_takes_does_fit(pull: Pull) -> None:
    if pull.options.fit:
        assert pull.plan.limits.fits


@given(pulls())
def test_fit_never_skips_what_alone_would_fit_before_all_others(pull: Pull) -> None:
    if pull.options.fit and pull.plan.datasets[0].actions:
        first = pull.plan.datasets[0]
        alone = pull.options._replace(fit=False)
        plan = make_plan(["x"], pull.items[:1], pull.inventory, alone)
        if plan.limits.fits:
            assert plan.datasets[0].actions == first.actions


@given(pulls())
def test_a_plan_that_does_not_fit_says_so_and_how_to_mend_it(pull: Pull) -> None:
    limits, totals = pull.plan.limits, pull.plan.totals
    room = Room(
        free=limits.free_bytes,
        used=limits.used_bytes,
        max_storage=limits.max_storage_bytes,
    )
    assert limits.fits == room.holds(totals.peak_disk_bytes)
    told = [p for p in pull.plan.problems if p.code == "does-not-fit"]
    assert (not limits.fits) == bool(told)
    assert all(problem.hint for problem in pull.plan.problems)


@given(pulls(), st.randoms(use_true_random=False))
def test_the_peak_is_never_below_what_a_pull_uses(
    pull: Pull, chance: random.Random
) -> None:
    assert pull.run(chance) <= pull.plan.totals.peak_disk_bytes


@given(pulls(), st.randoms(use_true_random=False))
def test_with_one_job_the_peak_is_exact_if_nothing_is_thrown_away(
    pull: Pull, chance: random.Random
) -> None:
    stopped = any(is_stopped(d) and d.has_work for d in pull.plan.datasets)
    holdings = pull.inventory.holdings.values()
    lying = any(holding.lying for holding in holdings)
    recorded = any(s.record for holding in holdings for s in holding.staged.values())
    if pull.options.jobs == 1 and not (stopped or lying or recorded):
        assert pull.run(chance) == pull.plan.totals.peak_disk_bytes


@given(pulls(), st.randoms(use_true_random=False))
def test_the_plan_foretells_the_bytes_that_are_fetched(
    pull: Pull, chance: random.Random
) -> None:
    pull.run(chance)
    foretold = sum(
        action.bytes
        for dataset in pull.plan.datasets
        if not is_stopped(dataset)
        for action in dataset.actions
        if action.action in {"fetch", "resume"}
    )
    assert foretold == pull.disk.fetched


@given(pulls())
def test_a_saved_plan_read_back_equals_itself(pull: Pull) -> None:
    saved = json.dumps(plain(pull.plan))
    assert pull.plan == read(Plan, json.loads(saved))


@given(pulls())
def test_every_action_has_a_reason(pull: Pull) -> None:
    for planned in pull.plan.datasets:
        assert all(action.reason.strip() for action in planned.actions)


@given(pulls(), st.integers(0, 3000))
def test_more_room_never_makes_a_plan_not_fit(pull: Pull, more: int) -> None:
    if pull.options.max_storage is None and pull.plan.limits.fits:
        larger = pull.inventory._replace(free=pull.inventory.free + more)
        chosen = pull.options._replace(fit=False)
        if make_plan(["x"], pull.items, pull.inventory, chosen).limits.fits:
            assert make_plan(["x"], pull.items, larger, chosen).limits.fits
