"""A pull, simulated: what execution does to the disk, step by step."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding, Inventory
from lemm_catalog.model.item import Item, Options
from lemm_catalog.model.plan import WORK, Plan, PlannedDataset
from lemm_catalog.rules.deciding import is_satisfied
from tests.builders import a_receipt


@dataclass
class Disk:
    """The bytes used over what was used at first, and the most there ever were."""

    used: int = 0
    most: int = 0
    fetched: int = 0

    def add(self, count: int) -> None:
        """Take or free bytes."""
        self.used += count
        self.most = max(self.most, self.used)


@dataclass(frozen=True, kw_only=True)
class Pull:
    """A plan, what it was made of, and how it is carried out."""

    plan: Plan
    items: Sequence[Item]
    inventory: Inventory
    options: Options
    disk: Disk = field(default_factory=Disk)

    def run(self, chance: random.Random) -> int:
        """Carry the plan out in some order of threads; return the most disk used."""
        waiting = list(zip(self.plan.datasets, self.items, strict=True))
        running: list[Iterator[int]] = []
        while waiting or running:
            while waiting and len(running) < self.options.jobs:
                running.append(self._steps(*waiting.pop(0)))
            one = chance.choice(running)
            change = next(one, None)
            if change is None:
                running.remove(one)
            else:
                self.disk.add(change)
        return self.disk.most

    def afterwards(self) -> Inventory:
        """Return what the store holds once all is published."""
        holdings = dict(self.inventory.holdings)
        for planned, item in zip(self.plan.datasets, self.items, strict=True):
            holding = self.inventory.of(item.id)
            if is_stopped(planned) or not planned.has_work:
                continue
            work = {a.path for a in planned.actions if a.action in WORK}
            old = holding.receipt.artifacts if holding.receipt else ()
            new = a_receipt([a for a in item.artifacts if a.path in work], id=item.id)
            others = tuple(a for a in old if a.path not in work)
            whole = (*others, *new.artifacts)
            receipt = new._replace(artifacts=whole)
            holdings[item.id] = Holding(receipt=receipt, exists=True)
        return Inventory(holdings=holdings, used=0, free=10**15)

    def _steps(self, planned: PlannedDataset, item: Item) -> Iterator[int]:
        if is_stopped(planned):
            return
        work = {a.path for a in planned.actions if a.action in WORK}
        holding = self.inventory.of(item.id)
        for artifact in item.artifacts:
            if artifact.path in work:
                if artifact.path in planned.in_one_pass:
                    yield from self._bring_in_one_pass(artifact, holding)
                else:
                    yield from self._bring(artifact, holding)

    def _bring_in_one_pass(self, artifact: Artifact, holding: Holding) -> Iterator[int]:
        staged = holding.staged.get(artifact.path)
        if staged and staged.record:
            yield -staged.record.bytes_on_disk
        elif staged:
            yield -staged.done
        self.disk.fetched += artifact.size or 0
        yield artifact.unpacked // 3
        yield artifact.unpacked - artifact.unpacked // 3

    def _bring(self, artifact: Artifact, holding: Holding) -> Iterator[int]:
        size = artifact.size or 0
        staged = holding.staged.get(artifact.path)
        done = staged.done if staged else 0
        if staged and staged.record:
            if is_satisfied(artifact, staged.record):
                return
            yield -staged.record.bytes_on_disk
            done = 0
        if holding.lying.get(artifact.path) == size:
            yield -done  # adopting begins anew, with the file that lies there
            done = size
        self.disk.fetched += size - done
        half = (size - done) // 2
        yield half
        yield artifact.unpacked // 3  # while it is still arriving
        yield size - done - half
        yield artifact.unpacked - artifact.unpacked // 3
        if artifact.unpack and not self.options.keep_archives:
            yield -size


def is_stopped(planned: PlannedDataset) -> bool:
    """Whether execution leaves a dataset alone: something is missing for it."""
    return any(action.action in {"refuse", "ask"} for action in planned.actions)
