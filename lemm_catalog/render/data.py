"""JSON for programs: the same values, with a schema name on top."""

import json
from collections.abc import Mapping
from typing import Any

from lemm_catalog.model.plain import plain


def to_json(command: str, content: Mapping[str, Any]) -> str:
    """Return a command's result as JSON with its schema name."""
    return dumped({"schema": f"lemm-catalog/{command}@1", **content})


def value_json(value: Any) -> str:
    """Return a value that carries its own schema name."""
    return dumped(value)


def dumped(content: Any) -> str:
    """Return JSON in plain ASCII: nothing in it that a terminal would obey."""
    text = json.dumps(plain(content), indent=2, ensure_ascii=True)
    return text.replace("\x7f", "\\u007f")
