"""Connections grow while the total rate rises, and only then."""

import time
from threading import Event

import pytest

from lemm_catalog.settings import Settings
from lemm_catalog.transfer.lanes import Hosts, Lanes


class Link:
    """A host of a certain nature, and a clock: what lanes see of a network."""

    def __init__(self, most: int = 16, *, each: float, total: float = 1e12) -> None:
        self.now = 0.0
        self.each, self.total = each, total
        self.lanes = Lanes(most, clock=lambda: self.now)
        self.lanes.enter()

    def run(self, seconds: float, *, is_enough: bool = False) -> int:
        """Let time pass with as many connections as allowed; return how many."""
        end = self.now + seconds
        while self.now < end:
            while self.lanes.try_enter():
                pass
            while self.lanes.is_crowded:
                self.lanes.leave()
            self.now += 0.01
            rate = min(self.each * self.lanes.active, self.total)
            self.lanes.saw(int(rate / 100), is_enough=is_enough)
        return self.lanes.active


def test_a_host_starts_with_one() -> None:
    lanes = Lanes(16)
    lanes.enter()
    assert not lanes.has_room


def test_a_limit_per_connection_is_met_with_all_there_may_be() -> None:
    link = Link(each=20e6)
    assert link.run(1.0) == 16


def test_they_are_all_there_within_a_quarter_of_a_second() -> None:
    link = Link(each=20e6)
    assert link.run(0.3) == 16


@pytest.mark.parametrize("most", [1, 3, 16])
def test_there_are_never_more_than_allowed(most: int) -> None:
    link = Link(most, each=1e6)
    assert link.run(5.0) == most


def test_where_one_takes_all_others_are_given_back() -> None:
    link = Link(each=100e6, total=100e6)
    link.run(0.5)
    counts = [link.run(0.1) for _ in range(100)]
    assert sorted(counts)[len(counts) // 2] == 1


def test_a_full_link_is_tried_ever_more_rarely() -> None:
    link = Link(each=100e6, total=100e6)
    link.run(1.0)
    tries = [sum(link.run(0.02) > 1 for _ in range(500)) for _ in range(3)]
    assert tries[0] > tries[2]


def test_growth_stops_where_it_does_not_pay() -> None:
    link = Link(each=10e6, total=40e6)
    link.run(0.6)
    counts = [link.run(0.05) for _ in range(100)]
    assert 4 <= sorted(counts)[len(counts) // 2] <= 8


def test_a_gain_that_is_not_plain_is_looked_at_twice() -> None:
    link = Link(each=100e6, total=100e6)
    link.run(0.02)
    link.total = 130e6  # as long as one looks at the four that are tried, and no longer
    while link.lanes.allowed == 1:
        link.run(0.01)
    link.run(0.04)
    link.total = 100e6
    link.run(0.2)
    assert link.lanes.allowed == 1


def test_a_refusal_halves_them_and_they_stay_so() -> None:
    link = Link(each=20e6)
    link.run(1.0)
    link.lanes.refused(None)
    assert link.run(29.0) == 8
    assert link.run(10.0) == 16


def test_a_long_wait_that_was_asked_for_is_kept_to() -> None:
    link = Link(each=20e6)
    link.run(1.0)
    link.lanes.refused(50.0)
    assert link.run(49.0) == 8


def test_the_last_lane_stays() -> None:
    link = Link(each=1e6)
    for _ in range(5):
        link.lanes.refused(None)
    assert link.lanes.allowed == 1


def test_a_slow_first_answer_makes_the_look_longer() -> None:
    link = Link(each=20e6)
    link.lanes.opened(0.3)
    link.lanes.opened(0.3)
    assert link.run(0.5) == 4


@pytest.mark.parametrize("most", [1, 2, 32])
def test_a_long_path_gets_four_at_its_first_answer(most: int) -> None:
    link = Link(most, each=20e6)
    link.lanes.opened(0.1)
    assert link.lanes.allowed == min(most, 4)


def test_a_long_path_keeps_four_where_more_do_not_pay() -> None:
    link = Link(32, each=20e6, total=20e6)
    for _ in range(4):
        link.lanes.opened(0.02)
    assert link.run(0.2) == 4


def test_a_long_path_does_not_undo_a_refusal() -> None:
    link = Link(each=20e6)
    link.lanes.refused(None)
    link.lanes.opened(0.1)
    assert link.lanes.allowed == 1


def test_a_long_path_is_judged_once_its_four_have_opened() -> None:
    link = Link(each=20e6)
    link.lanes.opened(0.02)
    for _ in range(3):
        link.run(0.03)
        assert link.lanes.allowed == 4
        link.lanes.opened(0.02)
    assert link.run(0.03) == 4
    assert link.run(0.05) == 16


def test_an_answer_that_begins_late_among_others_is_no_long_path() -> None:
    link = Link(each=20e6)
    link.lanes.opened(0.001)
    link.lanes.opened(0.3)
    assert link.lanes.allowed == 1


def test_one_answer_that_begins_late_does_not_make_the_look_longer() -> None:
    link = Link(each=20e6)
    link.lanes.opened(0.009)
    link.lanes.opened(1.0)
    assert link.run(0.3) == 16


def test_a_trial_is_judged_only_once_its_lanes_have_opened() -> None:
    link = Link(each=20e6)
    link.lanes.opened(0.009)
    link.run(0.06)
    assert link.lanes.allowed == link.lanes.active == 4
    for _ in range(3):  # the new ones give nothing until then
        link.now += 0.03
        link.lanes.saw(600_000)
        link.lanes.opened(0.009)
    assert link.lanes.allowed == 4
    assert link.run(0.3) == 16


def test_a_host_that_limits_each_connection_is_met_with_the_most_in_two_leaps() -> None:
    link = Link(32, each=20e6)
    assert link.run(0.1) == 32


def test_the_default_is_the_same_wherever_it_is_said() -> None:
    assert Settings().connections == Hosts().of("http://example.org/").most


def test_files_of_one_host_share_its_lanes() -> None:
    hosts = Hosts(4)
    one = hosts.of("https://example.org/a")
    assert one is hosts.of("https://user@EXAMPLE.org/b?c")
    assert one is not hosts.of("http://example.org/a")
    assert one is not hosts.of("https://example.org:8443/a")
    assert one.most == 4


def test_a_follower_that_lags_is_no_reason_for_more() -> None:
    link = Link(each=100e6)
    link.lanes.saw(1)
    for _ in range(100):
        link.now += 0.01
        link.lanes.saw(1_000_000, is_enough=True)
    assert link.lanes.allowed == 1


def test_a_trial_is_over_when_a_follower_begins_to_lag() -> None:
    link = Link(each=20e6)
    link.run(0.05)
    assert link.lanes.allowed == link.lanes.active == 4
    for _ in range(10):
        link.now += 0.01
        link.lanes.saw(1_000_000, is_enough=True)
    assert link.lanes.allowed == 1


def test_a_follower_that_lags_for_a_moment_ends_no_trial() -> None:
    link = Link(each=20e6)
    link.run(0.05)
    for moment in range(20):
        while link.lanes.try_enter():
            pass
        link.now += 0.01
        count = int(link.each * link.lanes.active / 100)
        link.lanes.saw(count, is_enough=moment % 3 != 1)
    assert link.lanes.allowed == 16


def test_the_speed_of_each_is_not_what_a_burst_makes_of_it() -> None:
    link = Link(1, each=20e6)
    link.run(0.5)
    assert link.lanes.each == pytest.approx(20e6, rel=0.1)
    link.each = 80e6
    link.run(0.06)
    assert 20e6 < link.lanes.each < 55e6
    link.run(1.0)
    assert link.lanes.each == pytest.approx(80e6, rel=0.1)


def test_a_host_that_asks_for_rest_is_asked_by_nobody_until_it_is_over() -> None:
    link = Link(each=20e6)
    link.lanes.refused(5.0, rest=5.0)
    link.lanes.refused(1.0, rest=1.0)  # a shorter one does not cut it
    seen = []
    for passed in (0.0, 4.9, 0.2):
        link.now += passed
        seen.append(link.lanes.rests)
    assert seen == [True, True, False]
    link.lanes.await_rest(Event())


def test_who_waits_for_a_host_that_rests_can_be_stopped() -> None:
    lanes, stop = Lanes(4), Event()
    lanes.refused(60.0, rest=60.0)
    stop.set()
    before = time.monotonic()
    lanes.await_rest(stop)
    assert time.monotonic() - before < 1


def test_a_refusal_without_a_time_is_no_rest() -> None:
    lanes = Lanes(4)
    lanes.refused(None)
    assert not lanes.rests
