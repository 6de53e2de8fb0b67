"""What to do with one artifact, and why: the first reason that holds decides."""

from collections.abc import Mapping, Sequence

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding, Staged
from lemm_catalog.model.item import Item, Options
from lemm_catalog.model.plan import WORK, Action, Kind
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.model.source import Source
from lemm_catalog.rules.consenting import refusal
from lemm_catalog.rules.picking import ALL_IS_HERE, chosen_otherwise


def decide(item: Item, holding: Holding, options: Options) -> list[Action]:
    """Return the actions for a dataset, one or a pair for each artifact."""
    received = {a.path: a for a in holding.receipt.artifacts} if holding.receipt else {}
    return [
        action
        for artifact in item.artifacts
        for action in _decide_one(
            item, artifact, holding, received.get(artifact.path), options
        )
    ]


def left_out(actions: Sequence[Action]) -> list[Action]:
    """Return the actions of a dataset that does not fit: its work is skipped."""
    reason = "does not fit, and others have priority"
    return [
        action._replace(action="skip", reason=reason)
        if action.action in WORK
        else action
        for action in actions
        if action.action != "unpack"
    ]


def unpacked_at_once(
    actions: Sequence[Action], sizes: Mapping[str, int]
) -> list[Action]:
    """Return the actions where some archives, of these sizes, are not to be kept."""
    return [_at_once(a, sizes[a.path]) if a.path in sizes else a for a in actions]


def _at_once(action: Action, size: int) -> Action:
    if action.action == "resume":
        reason = "the disk cannot hold the archive; what is here of it goes"
        return action._replace(action="fetch", bytes=size, reason=reason)
    if action.action == "unpack":
        reason = "as it arrives, since the disk cannot hold the archive too"
        return action._replace(reason=f"{reason}; if interrupted, it starts anew")
    return action


def is_satisfied(artifact: Artifact, received: ReceivedArtifact) -> bool:
    """Whether what was received is what the manifest asks for today."""
    if artifact.size is not None and artifact.size != received.size:
        return False
    if unpacking_of(artifact) != received.unpacked:
        return False
    common = [d for d in artifact.digests if d.algorithm in received.checksums]
    if artifact.digests and not common:
        return False
    return all(received.checksums[d.algorithm] == d.value for d in common)


def unpacking_of(artifact: Artifact) -> str | None:
    """Return how an artifact is unpacked, in the words of a receipt."""
    if artifact.unpack is None:
        return None
    unpack = artifact.unpack
    into = f" into={unpack.into}" if unpack.into else ""
    picked = artifact.picked
    by_policy = f" {picked.word}" if picked else ""
    return f"strip={unpack.strip}{into}{by_policy}"


def what_counts(artifact: Artifact, staged: Staged | None) -> Staged | None:
    """Return what is staged of an artifact, unless it is of other bytes.

    A record that the manifest no longer agrees with is discarded by the pull, and
    all that was staged with it.
    """
    if staged and staged.record and not is_satisfied(artifact, staged.record):
        return None
    return staged


def _decide_one(
    item: Item,
    artifact: Artifact,
    holding: Holding,
    have: ReceivedArtifact | None,
    options: Options,
) -> list[Action]:
    if reason := item.barred.get(artifact.path):
        return [_action("skip", artifact, artifact.expected, reason)]
    outdated = have is not None and not is_satisfied(artifact, have)
    if have and not outdated and artifact.path not in holding.damaged:
        reason = f"verified and published on {have.fetched[:10]}"
        return [_action("keep", artifact, have.size, reason)]
    if reason := refusal(item.demands.get(artifact.part, ()), holding.receipt):
        return [_action("refuse", artifact, artifact.expected, reason)]
    if not artifact.is_pinned:
        reason = (
            f"{artifact.unresolved}, so that wrong bytes could not be told from right"
        )
        return [_action("refuse", artifact, artifact.expected, reason)]
    why = item.needed.get(artifact.path, "not here yet")
    if have and artifact.path in holding.damaged:
        why = holding.damaged[artifact.path]
    elif have:
        otherwise = chosen_otherwise(artifact, have)
        why = otherwise or "the manifest pins other bytes than are here"
        if why.startswith(ALL_IS_HERE):
            return [_action("refuse", artifact, artifact.expected, why)]
    return _bring(artifact, holding, options, why)


def _bring(
    artifact: Artifact, holding: Holding, options: Options, why: str
) -> list[Action]:
    size = artifact.size or 0
    staged = what_counts(artifact, holding.staged.get(artifact.path))
    if staged and staged.record:
        return [_action("resume", artifact, 0, "verified already, not yet published")]
    if staged and staged.done == size:
        reason = "downloaded already, to be verified"
        return _with_unpack(artifact, _action("resume", artifact, 0, reason))
    if holding.lying.get(artifact.path) == size:
        reason = "a file of this size lies there; verify it first"
        return _with_unpack(artifact, _action("fetch", artifact, 0, reason))
    if artifact.path in holding.cached:
        reason = "the Hugging Face cache has a file of this size; verify it first"
        return _with_unpack(artifact, _action("fetch", artifact, 0, reason))
    if stopping := _why_not(artifact, options, size):
        return [stopping]
    if staged and staged.done:
        percent = 100 * staged.done // max(size, 1)
        reason = f"{percent} % is here already"
        return _with_unpack(
            artifact, _action("resume", artifact, size - staged.done, reason)
        )
    return _with_unpack(artifact, _action("fetch", artifact, size, why))


def _why_not(artifact: Artifact, options: Options, size: int) -> Action | None:
    """Return the action that says that no source can be asked, if so it is."""
    sources = [source for source in artifact.sources if not source.is_manual]
    if not sources:
        words = next(s.manual for s in artifact.sources if s.manual) or ""
        place = f"{artifact.dataset}/{artifact.path}"
        reason = f"{words.strip()} Put it at {place} in the cache directory."
        return _action("ask", artifact, size, reason)
    if options.offline and not any(source.path for source in sources):
        reason = "offline, and no source of it is on this machine"
        return _action("refuse", artifact, size, reason)
    return None


def _with_unpack(artifact: Artifact, action: Action) -> list[Action]:
    if artifact.unpack is None:
        return [action]
    reason = "the manifest wants its members"
    if wish := artifact.picked:
        reason = f"at most: only what {wish.policy} allows by {wish.table}"
    # It says the same of the source as the action before it.
    _, path, _, source, digest, _ = action
    return [action, Action("unpack", path, artifact.unpacked, source, digest, reason)]


def _action(kind: Kind, artifact: Artifact, count: int, reason: str) -> Action:
    source = _to_show(artifact.sources).shown
    digest = str(artifact.digests[0]) if artifact.digests else None
    return Action(kind, artifact.path, count, source, digest, reason)


def _to_show(sources: Sequence[Source]) -> Source:
    """Return the first source a pull can ask, or else the first."""
    for source in sources:
        if source.manual is None:
            return source
    return sources[0]
