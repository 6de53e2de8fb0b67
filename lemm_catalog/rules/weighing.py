"""What the work on a dataset takes on disk, artifact by artifact."""

from collections.abc import Sequence

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding, Staged
from lemm_catalog.model.item import Item, Options
from lemm_catalog.model.plan import WORK, Action
from lemm_catalog.rules.deciding import what_counts
from lemm_catalog.rules.fitting import Weight

# The most bytes an artifact takes while it is worked on, and what stays.
_Steps = tuple[tuple[int, int], ...]


def weigh(
    item: Item, actions: Sequence[Action], holding: Holding, options: Options
) -> Weight:
    """Return what a dataset's work takes on disk, done in the preferred way."""
    work = paths_of_work(actions)
    steps = tuple(
        [_step(one, holding, options) for one in item.artifacts if one.path in work]
    )
    return Weight(item.id, _settled(steps, actions))


def with_lean_steps(
    weight: Weight,
    item: Item,
    actions: Sequence[Action],
    holding: Holding,
    options: Options,
) -> Weight:
    """Return a weight with what the work takes in one pass, if any of it can be."""
    work = paths_of_work(actions)
    lean = tuple(
        _lean_step(one, holding, options) for one in item.artifacts if one.path in work
    )
    lean = _settled(lean, actions)
    return weight if lean == weight.steps else weight._replace(lean_steps=lean)


def comes_in_one_pass(artifact: Artifact, holding: Holding, options: Options) -> bool:
    """Whether an archive can be unpacked without ever lying on the disk."""
    staged = what_counts(artifact, holding.staged.get(artifact.path))
    is_here = staged is not None and staged.done == artifact.size
    is_here = is_here or holding.lying.get(artifact.path) == artifact.size
    return artifact.reads_forward and not options.keep_archives and not is_here


def paths_of_work(actions: Sequence[Action]) -> set[str]:
    """Return the artifacts for which something is to be done on disk."""
    return {action.path for action in actions if action.action in WORK}


def _settled(steps: _Steps, actions: Sequence[Action]) -> _Steps:
    if any(action.action in {"refuse", "ask"} for action in actions):
        # Nothing of it is published, so that nothing that lies there goes, either.
        return tuple((most, max(stays, 0)) for most, stays in steps)
    return steps


def _lean_step(
    artifact: Artifact, holding: Holding, options: Options
) -> tuple[int, int]:
    """Return what `_step` does, for an artifact that is unpacked as it arrives."""
    if not comes_in_one_pass(artifact, holding, options):
        return _step(artifact, holding, options)
    staged = what_counts(artifact, holding.staged.get(artifact.path))
    # What is here of the archive goes first.
    stays = artifact.unpacked - (staged.done + staged.scraps if staged else 0)
    return stays, stays


def _step(artifact: Artifact, holding: Holding, options: Options) -> tuple[int, int]:
    """Return the most an artifact takes while it is worked on, and what stays."""
    staged = what_counts(artifact, holding.staged.get(artifact.path))
    if staged and staged.record:
        return 0, 0
    size = artifact.size or 0
    missing = _missing(size, staged, holding.lying.get(artifact.path))
    archive_goes = artifact.unpack is not None and not options.keep_archives
    most = missing + artifact.unpacked - (staged.scraps if staged else 0)
    return most, most - (size if archive_goes else 0)


def _missing(size: int, staged: Staged | None, lying: int | None) -> int:
    if lying == size:
        return 0
    return size - (staged.done if staged else 0)
