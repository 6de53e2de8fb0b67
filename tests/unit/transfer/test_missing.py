"""Runs cover what is missing, once, in order, and get shorter toward the end."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.store.part import SEGMENT
from lemm_catalog.transfer.missing import Missing, Run


class Counted:
    """A growing file of which only the counts matter."""

    def __init__(self, counts: list[int]) -> None:
        self.counts = counts
        self.size = len(counts) * SEGMENT
        self.segments = len(counts)

    def count(self, index: int) -> int:
        return self.counts[index]

    def length(self, index: int) -> int:
        return SEGMENT


def runs(counts: list[int], hands: int) -> list[Run]:
    missing = Missing(Counted(counts), hands)  # type: ignore[arg-type]
    found = []
    while run := missing.take(hands):
        found.append(run)
    return found


@given(
    st.lists(st.sampled_from([0, 0, 0, 7, SEGMENT]), max_size=200), st.integers(1, 16)
)
def test_every_missing_segment_is_in_one_run(counts: list[int], hands: int) -> None:
    found = runs(counts, hands)
    covered = [index for run in found for index in range(*run)]
    assert covered == [i for i, count in enumerate(counts) if count < SEGMENT]
    assert all(counts[i] == 0 for run in found for i in range(run.first + 1, run.stop))


def test_one_hand_takes_all_at_once() -> None:
    assert runs([0] * 1000, 1) == [Run(0, 1000)]


def test_runs_get_longer_then_shorter_and_never_too_long() -> None:
    lengths = [stop - first for first, stop in runs([0] * 10_000, 16)]
    top = lengths.index(32)
    assert max(lengths) == 32
    assert lengths[:top] == sorted(lengths[:top])
    assert lengths[top:] == sorted(lengths[top:], reverse=True)
    assert lengths[:16] == [4] * 16
    assert lengths[-16:] == [1] * 16


def test_before_a_run_is_as_long_as_it_may_be_twice_as_much_is_handed_out() -> None:
    done = 0
    for first, stop in runs([0] * 10_000, 16):
        assert (stop - first) <= max(4, done // 32)
        done += stop - first


def test_who_is_fast_takes_more_but_never_more_than_a_fair_half() -> None:
    missing = Missing(Counted([0] * 1000), 16)  # type: ignore[arg-type]
    fast = 400.0 * SEGMENT  # a second
    assert missing.take(1) == (0, 4)
    assert missing.take(1, fast) == (4, 104)
    assert missing.take(8, fast) == (104, 124)
    assert missing.take(1, 1000 * fast) == (124, 562)
    assert missing.take(8, 1000 * fast) == (562, 594)


def test_near_the_end_a_run_is_worth_a_request_or_a_fair_share() -> None:
    missing = Missing(Counted([0] * 600), 32)  # type: ignore[arg-type]
    each = 60.0 * SEGMENT  # three in 50 ms
    lengths = []
    while run := missing.take(8, each):
        lengths.append((600 - run.first, run.stop - run.first))
    worth = [length for left, length in lengths if 24 <= left < 192]
    assert set(worth) == {3}
    assert [length for left, length in lengths if left < 16] == [1] * 15


def test_where_the_way_is_long_a_run_is_worth_a_round_trip() -> None:
    missing = Missing(Counted([0] * 10_000), 16)  # type: ignore[arg-type]
    each = 40.0 * SEGMENT
    assert missing.take(8, each, 0.001) == (0, 4)
    assert missing.take(8, each, 0.1) == (4, 36)
    assert missing.take(1, each, 0.1) == (36, 68)
    assert missing.take(8, 0.0, 0.1) == (68, 84)


def test_where_the_way_is_long_runs_are_so_from_the_first() -> None:
    long, short = (Missing(Counted([0] * 320), 32) for _ in range(2))  # type: ignore[arg-type]
    assert long.take(4, 0.0, 0.02) == (0, 10)
    assert short.take(4, 0.0, 0.001) == (0, 4)


def test_what_is_put_back_is_handed_out_again(tmp_path: Path) -> None:
    counts = [0] * 64
    missing = Missing(Counted(counts), 4)  # type: ignore[arg-type]
    first = missing.take(4)
    assert first == Run(0, 4)
    counts[0] = SEGMENT
    counts[1] = 5
    missing.put_back(first)
    assert missing.take(4) == Run(1, 5)
