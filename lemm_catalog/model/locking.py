"""What `lock` did, or would do: how each dataset's pins changed, and what is open."""

from typing import Literal, NamedTuple

Result = Literal["new", "changed", "unchanged", "open", "failed"]


class PinChange(NamedTuple):
    """One file whose pin changed; None is what was not there before, or is not now."""

    path: str
    old_size: int | None = None
    new_size: int | None = None
    old_digest: str | None = None
    new_digest: str | None = None


class CommitChange(NamedTuple):
    """A revision of a Hub repository, and the commits it stood for."""

    root: str
    old: str | None
    new: str | None


class LockOutcome(NamedTuple):
    """How the lock of one dataset stands.

    ``result`` is ``open`` if something of it could not be pinned, and ``failed`` if a
    source did not answer; what could be pinned is pinned all the same. ``is_written``
    tells whether the file at ``path`` was. Sizes are in bytes.
    """

    id: str
    result: Result
    path: str
    files: int = 0
    bytes: int = 0
    bytes_before: int = 0
    added: tuple[PinChange, ...] = ()
    removed: tuple[PinChange, ...] = ()
    changed: tuple[PinChange, ...] = ()
    commits: tuple[CommitChange, ...] = ()
    notes: tuple[str, ...] = ()
    is_written: bool = False
    exit_code: int = 0

    @property
    def has_changed(self) -> bool:
        """Whether the pins are others than before."""
        return bool(self.added or self.removed or self.changed or self.commits)


class LockReport(NamedTuple):
    """What came of all datasets; ``checked`` only tells, and nothing was written."""

    datasets: tuple[LockOutcome, ...]
    checked: bool = False

    @property
    def exit_code(self) -> int:
        """The gravest of all; a check that finds a change is a finding."""
        changed = self.checked and any(one.has_changed for one in self.datasets)
        return max([int(changed), *(one.exit_code for one in self.datasets)])
