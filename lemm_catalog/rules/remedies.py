"""What would help when a plan does not fit: said in words, with figures."""

from collections.abc import Sequence

from lemm_catalog.model.plan import PlanProblem
from lemm_catalog.rules.fitting import Room, Weight, peak_of, what_fits
from lemm_catalog.sizes import format_size

_MOST_SHOWN = 5
# Longer lists are cut: nobody reads ten thousand names.
_MOST_NAMED = 12


def remedies(
    weights: Sequence[Weight], room: Room, jobs: int, keep_archives: bool
) -> PlanProblem:
    """Return the problem of a plan that does not fit, and its ways out."""
    peak = peak_of(weights, jobs)
    place = "the storage limit leaves" if room.is_limited else "the disk has"
    message = (
        f"needs {format_size(peak)} at its peak, {place} {format_size(room.left)}: "
        f"{format_size(peak - room.left)} too little"
    )
    ways = [*_take_less(weights, room, jobs)]
    if keep_archives:
        ways.append("leave out --keep-archives")
    if jobs > 1 and room.holds(peak_of(weights, 1)):
        ways.append("use --jobs 1")
    if room.is_limited and room.free >= peak:
        ways.append(
            f"raise --max-storage (max_storage_gb) to {format_size(room.used + peak)}"
        )
    ways.append("use --cache-dir on a larger disk")
    return PlanProblem(code="does-not-fit", message=message, hint="; or ".join(ways))


def with_more_ways(
    problem: PlanProblem,
    smaller: Sequence[tuple[str, int]],
    removable: Sequence[tuple[str, int]],
) -> PlanProblem:
    """Return the problem with what else would help.

    ``smaller`` has the phases that fit with their peak, the largest first, and
    ``removable`` the datasets that are here and were not asked for with what taking
    them away frees, all in bytes.
    """
    ways = [
        f"take the phase {phase} ({format_size(peak)} at its peak)"
        for phase, peak in smaller
    ]
    if removable:
        most = sorted(removable, key=lambda pair: (-pair[1], pair[0]))[:_MOST_SHOWN]
        names = " ".join(name for name, _ in most)
        freed = format_size(sum(count for _, count in most))
        ways.append(f"remove what you do not need: `remove {names}` frees {freed}")
    return problem._replace(hint="; or ".join([problem.hint, *ways]))


def _take_less(weights: Sequence[Weight], room: Room, jobs: int) -> list[str]:
    fitting = what_fits(weights, room, jobs)
    work = [index for index, weight in enumerate(weights) if weight.steps]
    left_out = [weights[i].dataset for i in work if i not in fitting]
    taken = [weights[i].dataset for i in work if i in fitting]
    if not taken:
        return []
    peak = peak_of(list(fitting.values()), jobs)
    return [
        f"--fit takes {_named(taken)} ({format_size(peak)} at its peak) and leaves "
        f"{_named(left_out)}"
    ]


def _named(ids: Sequence[str]) -> str:
    """Return datasets by name, the first of many and how many more there are."""
    if len(ids) <= _MOST_NAMED:
        return ", ".join(ids)
    return f"{', '.join(ids[:_MOST_SHOWN])} and {len(ids) - _MOST_SHOWN:,} more"
