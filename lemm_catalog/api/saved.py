"""Saved plans: a stranger's text until it is read, and stale until it is compared."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from lemm_catalog.errors import RefusedError, UsageError
from lemm_catalog.model.item import Item
from lemm_catalog.model.plain import read
from lemm_catalog.model.plan import Plan, PlannedDataset


def read_plan(path: Path) -> Plan:
    """Return a saved plan.

    Raises:
        UsageError: if it is not one.

    """
    try:
        plan = read(Plan, json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        message = f"{path}: is no saved plan: Invalid JSON: {error}"
        raise UsageError(message) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no saved plan: {error}") from error
    ids = [dataset.id for dataset in plan.datasets]
    if len(set(ids)) < len(ids):
        raise UsageError(f"{path}: is no saved plan: it names a dataset twice")
    return plan


# From ids and the policy that is enforced to today's items.
ItemsOf = Callable[[Sequence[str], str | None], Sequence[Item]]


def items_of_saved(saved: Plan, items_of: ItemsOf) -> tuple[Item, ...]:
    """Return today's items, with just the artifacts that a saved plan takes.

    Raises:
        RefusedError: if the catalog pins other bytes than the plan was made of.

    """
    by_id: dict[str, Item] = {}
    for policy in dict.fromkeys(dataset.policy for dataset in saved.datasets):
        ids = [dataset.id for dataset in saved.datasets if dataset.policy == policy]
        by_id |= {item.id: item for item in items_of(ids, policy)}
    chosen = (_chosen(dataset, by_id[dataset.id]) for dataset in saved.datasets)
    return tuple(item for item in chosen if item.artifacts)


def _chosen(dataset: PlannedDataset, item: Item) -> Item:
    artifacts = {artifact.path: artifact for artifact in item.artifacts}
    taken = [action for action in dataset.actions if action.action != "skip"]
    for action in taken:
        pinned = artifacts.get(action.path)
        digest = str(pinned.digests[0]) if pinned and pinned.digests else None
        if pinned is None or digest != action.digest:
            raise RefusedError(
                f"{dataset.id}: the catalog no longer pins the bytes of "
                f"{action.path} that the plan was made of",
                mend="plan again",
            )
    paths = dict.fromkeys(action.path for action in taken)
    return item._replace(artifacts=tuple(artifacts[path] for path in paths))
