"""What is to be planned: one dataset's artifacts, and how a pull is to be made."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.terms import Demand
from lemm_catalog.model.verdict import Verdict


class Item(NamedTuple):
    """One dataset to plan: its artifacts, and why some of it must not be taken.

    ``barred`` maps an artifact's path to the reason a policy leaves it out, ``demands``
    a part to the terms that must be agreed to before it is fetched; ``needed`` has the
    reason for what comes along though nobody selected it. ``policy`` is the one that
    is enforced.
    """

    id: str
    title: str
    phase: str
    priority: int
    license: str
    version: str | None
    verdict: Verdict
    artifacts: tuple[Artifact, ...]
    barred: Mapping[str, str] = MappingProxyType({})
    demands: Mapping[str | None, tuple[Demand, ...]] = MappingProxyType({})
    needed: Mapping[str, str] = MappingProxyType({})
    policy: str | None = None


class Options(NamedTuple):
    """How a pull is to be made; sizes in bytes."""

    max_storage: int | None = None
    fit: bool = False
    keep_archives: bool = False
    offline: bool = False
    jobs: int = 1
