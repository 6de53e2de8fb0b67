"""The difference between two states of a catalog, as a reviewer needs to see it."""

from typing import Literal, NamedTuple

Change = Literal["added", "removed", "changed"]


class Weight(NamedTuple):
    """What a phase comes to: datasets, bytes to fetch, the most disk it takes."""

    datasets: int = 0
    download_bytes: int = 0
    peak_disk_bytes: int = 0


class PhaseChange(NamedTuple):
    """A phase before and after."""

    phase: str
    old: Weight
    new: Weight


class FileChange(NamedTuple):
    """One file before and after; of what is not there, bytes and digest are None.

    ``same_url`` tells that one URL is said to give other bytes than before.
    """

    path: str
    change: Change
    old_bytes: int | None
    new_bytes: int | None
    old_digest: str | None
    new_digest: str | None
    same_url: bool = False


class VerdictChange(NamedTuple):
    """What the policy makes of a part before and after; None where it was not."""

    part: str | None
    old: str | None
    new: str | None


class DatasetChange(NamedTuple):
    """One dataset before and after; ``keys`` has what else differs, by name."""

    id: str
    change: Change
    old_version: str | None
    new_version: str | None
    keys: tuple[tuple[str, str, str], ...] = ()
    files: tuple[FileChange, ...] = ()
    verdicts: tuple[VerdictChange, ...] = ()


class Suspicion(NamedTuple):
    """What a reviewer must look at; ``code`` has its paragraph in docs/rules.md."""

    severity: Literal["error", "warning"]
    code: str
    dataset: str
    path: str
    message: str
    hint: str


class Difference(NamedTuple):
    """All that differs, between what ``old`` and ``new`` name."""

    old: str
    new: str
    policy: str
    datasets: tuple[DatasetChange, ...]
    phases: tuple[PhaseChange, ...]
    findings: tuple[Suspicion, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether nothing of it is an error."""
        return not any(one.severity == "error" for one in self.findings)
