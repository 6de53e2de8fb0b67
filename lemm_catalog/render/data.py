"""JSON for programs: the same values, with a schema name on top."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lemm_catalog.model.base import Value
from lemm_catalog.model.outcome import Outcome


def to_json(command: str, content: Mapping[str, Any]) -> str:
    """Return a command's result as JSON with its schema name."""
    whole = {"schema": f"lemm-catalog/{command}@1", **content}
    return json.dumps(whole, indent=2, ensure_ascii=False, default=_plain)


def value_json(value: Value) -> str:
    """Return a value that carries its own schema name."""
    return value.model_dump_json(by_alias=True, indent=2)


def outcome_json(command: str, outcome: Outcome) -> str:
    """Return how a pull ended."""
    datasets = [asdict(dataset) for dataset in outcome.datasets]
    content = {"datasets": datasets, "exit_code": outcome.exit_code}
    return to_json(command, content)


def _plain(value: object) -> Any:
    if isinstance(value, Value):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(type(value).__name__)
