"""The catalog: all manifests with their ladder, licenses, policies and locks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from lemm_catalog.model.base import Declared, HandWritten, Kebab, Line, OneOrSeveral
from lemm_catalog.model.entry import Ladder
from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.lock import Lock
from lemm_catalog.model.manifest import Manifest


class Phase(Declared):
    """A rung of the ladder; taking it takes all it extends."""

    title: Line
    summary: Line | None = None
    extends: OneOrSeveral[Kebab] = ()


class Phases(HandWritten):
    """The file ``phases.yaml``: the rungs in the order they are shown."""

    phases: Annotated[dict[Kebab, Phase], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All that was loaded from one or several catalog roots.

    ``homes`` says which folder each manifest came from: a source that is a path is
    a file in there.
    """

    manifests: Mapping[str, Manifest]
    phases: Mapping[str, Phase]
    licenses: Mapping[str, LicenseFacts]
    policies: Mapping[str, Policy]
    locks: Mapping[str, Lock] = field(default_factory=dict)
    homes: Mapping[str, Path] = field(default_factory=dict)

    @property
    def ladder(self) -> Ladder:
        """Which rungs each rung extends."""
        return {name: phase.extends for name, phase in self.phases.items()}
