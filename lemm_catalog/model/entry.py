"""A dataset as the catalog has it, once its manifest was read and judged.

The manifest is what its author wrote; here is what comes of it together with locks,
licenses and policies: all that a plan, a list or a pull needs to know. An entry is
enough to select by, and there may be ten thousand; the dossier is the rest.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.listing import Listed
from lemm_catalog.model.terms import Named, Terms
from lemm_catalog.model.verdict import Verdict

State = Literal["active", "excluded", "deprecated", "withdrawn"]
# Rung, and the rungs it extends; in the order they are shown.
Ladder = Mapping[str, tuple[str, ...]]


class Entry(NamedTuple):
    """A dataset as it is selected.

    ``rungs`` has the rung of each part that has files, in the manifest's order; None
    is what belongs to no part. ``home`` is the folder its manifest lies in.
    """

    id: str
    phase: str
    priority: int
    state: State
    reason: str | None
    rungs: Mapping[str | None, str]
    home: str

    @property
    def is_offered(self) -> bool:
        """Whether it may be pulled: neither excluded nor withdrawn."""
        return self.state not in {"excluded", "withdrawn"}


class Judged(NamedTuple):
    """The license of a part, or of what belongs to none, with each policy's verdict.

    ``named`` has every license in its expression. Of each group in ``asking`` one
    license must be agreed to: of all of them after AND, of either after OR.
    """

    part: str | None
    license: str
    verdicts: Mapping[str, Verdict]
    named: tuple[Named, ...] = ()
    asking: tuple[tuple[str, ...], ...] = ()


class Dossier(NamedTuple):
    """What a plan, a list and a search need to know of a dataset, in its order.

    ``licenses`` and ``terms`` have the same parts in the same order; ``words`` is the
    text to search, without upper case.
    """

    title: str
    summary: str
    homepage: str | None
    version: str | None
    tasks: tuple[str, ...]
    media: tuple[str, ...]
    languages: tuple[str, ...]
    host: str
    licenses: tuple[Judged, ...]
    terms: tuple[Terms, ...]
    artifacts: tuple[Artifact, ...]
    words: str


class Shelf:
    """All datasets of a catalog, its ladder and the names of its policies.

    ``roots`` is what it was read from: there is what it knows of licenses. ``lines``
    has how datasets are listed of which nothing is here, as far as that is known.
    """

    def __init__(
        self,
        *,
        ladder: Ladder,
        policies: tuple[str, ...],
        entries: Mapping[str, Entry],
        dossiers: Mapping[str, Dossier],
        roots: Sequence[str | Path] = (),
        lines: Mapping[str, Listed] = MappingProxyType({}),
    ) -> None:
        self.ladder = ladder
        self.policies = policies
        self.entries = entries
        self.dossiers = dossiers
        self.roots = tuple(roots)
        self.lines = lines

    @property
    def homes(self) -> Mapping[str, Path]:
        """Which folder each manifest lies in: a source that is a path is in there."""
        return {name: Path(entry.home) for name, entry in self.entries.items()}
