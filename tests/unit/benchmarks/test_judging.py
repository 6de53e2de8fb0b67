import pytest

from benchmarks.judging import (
    Comparison,
    Measured,
    Row,
    Verdict,
    is_good,
    ratio,
    verdict,
    verdicts,
)
from tests.unit.benchmarks.making import a_row, measured


def test_a_median_does_not_mind_one_slow_round() -> None:
    taken = measured("a", 9.0, 1.0, 1.2)
    assert (taken.wall, taken.cpu, taken.rss) == (1.2, 0.6, 50.0)
    assert taken.spread == (1.0, 9.0)


def test_what_was_never_run_has_no_figures() -> None:
    none = Measured(name="a", reason="a is not installed")
    assert (none.wall, none.cpu, none.rss, none.spread) == (None, None, None, None)
    assert ratio(measured("ours", 1.0), none) is None


def test_a_ratio_is_taken_within_each_round() -> None:
    ours = measured("ours", 1.0, 10.0, 2.0)
    peer = measured("peer", 2.0, 20.0, 1.0)
    assert ratio(ours, peer) == 0.5


def test_rounds_that_only_one_side_has_do_not_count() -> None:
    assert ratio(measured("ours", 1.0, 8.0), measured("peer", 2.0)) == 0.5


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (0.65, 0.65, "met"),
        (0.66, 0.65, "missed"),
        (None, 0.65, "not measured"),
        (0.65, None, "no target"),
    ],
)
def test_a_target_is_met_up_to_its_value(
    value: float | None, target: float | None, expected: Verdict
) -> None:
    assert expected == verdict(value, target)


def test_memory_is_a_target_of_its_own() -> None:
    assert verdicts(a_row(most_rss=50)) == ["met"]
    assert verdicts(a_row(most_rss=49)) == ["missed"]
    assert not is_good(a_row(most_rss=49))


def test_a_row_is_good_when_its_peer_is_not_here() -> None:
    absent = Measured(name="aria2c", reason="aria2c is not installed")
    assert is_good(a_row(Comparison(peer=absent, target=0.3)))


def test_a_row_is_bad_when_ours_failed_but_not_when_it_cannot_be_run_here() -> None:
    def row(reason: str) -> Row:
        ours = Measured(name="ours", reason=reason)
        return Row(workload="lossy", title="t", ours=ours, comparisons=())

    assert not is_good(row("failed: it ended with exit code 3"))
    assert is_good(row("network namespaces need root here"))
