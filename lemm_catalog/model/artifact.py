"""The artifact: one file to bring, with everything that pins it.

A manifest speaks of files and file sets; a lock may say more. An artifact is what
comes of the two: the planner, the engine and the receipt speak only of artifacts.
"""

from typing import Literal, NamedTuple

from lemm_catalog.digest import Digest
from lemm_catalog.model.source import Source

ArchiveFormat = Literal["tar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst", "zip"]


class Unpacking(NamedTuple):
    """How an archive is unpacked: without ``strip`` leading folders, into a folder."""

    strip: int = 0
    into: str | None = None
    format: ArchiveFormat | None = None

    def place_of(self, member: str) -> str:
        """Return where a member lies in the dataset, by its name in the archive."""
        prefix = f"{self.into.rstrip('/')}/" if self.into else ""
        return prefix + "/".join(member.split("/")[self.strip :])


class Picked(NamedTuple):
    """That only those members of an archive are wanted that a policy allows.

    ``table`` is the path of the artifact that brings the table to decide by, and
    ``mark`` stands for what was decided; it is empty as long as nothing was.
    """

    policy: str
    table: str
    mark: str = ""

    @property
    def word(self) -> str:
        """What a receipt says of it, among how the archive was unpacked."""
        return f"policy={self.policy}:{self.mark}"


class Artifact(NamedTuple):
    """One file to bring.

    ``size`` is exact and in bytes, or None when nobody has pinned it; ``expected``
    is then upstream's rough figure. ``unpacked`` and ``members`` bound what an
    archive may hold; ``rough`` says that ``unpacked`` is an estimate.
    """

    dataset: str
    path: str
    sources: tuple[Source, ...]
    size: int | None
    expected: int
    digests: tuple[Digest, ...] = ()
    part: str | None = None
    unpack: Unpacking | None = None
    unpacked: int = 0
    rough: bool = False
    members: int | None = None
    unresolved: str | None = None
    picked: Picked | None = None

    @property
    def is_pinned(self) -> bool:
        """Whether wrong bytes could be told from the right ones."""
        return self.unresolved is None and self.size is not None

    @property
    def most_unpacked(self) -> int:
        """The most bytes the archive may unpack to before it counts as a bomb."""
        return 2 * self.unpacked if self.rough else self.unpacked

    @property
    def reads_forward(self) -> bool:
        """Whether it is an archive whose members can be had while it arrives."""
        if self.unpack is None:
            return False
        # A zip has the list of its members at its end.
        if self.unpack.format is not None:
            return self.unpack.format != "zip"
        return not self.path.lower().endswith(".zip")
