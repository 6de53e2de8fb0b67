"""The artifact: one file to bring, with everything that pins it.

A manifest speaks of files and file sets; a lock may say more. An artifact is what
comes of the two: the planner, the engine and the receipt speak only of artifacts.
"""

from dataclasses import dataclass

from lemm_catalog.digest import Digest
from lemm_catalog.model.manifest import Unpack
from lemm_catalog.model.source import Source


@dataclass(frozen=True, kw_only=True)
class Artifact:
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
    unpack: Unpack | None = None
    unpacked: int = 0
    rough: bool = False
    members: int | None = None
    unresolved: str | None = None

    @property
    def is_pinned(self) -> bool:
        """Whether wrong bytes could be told from the right ones."""
        return self.unresolved is None and self.size is not None

    @property
    def most_unpacked(self) -> int:
        """The most bytes the archive may unpack to before it counts as a bomb."""
        return 2 * self.unpacked if self.rough else self.unpacked
