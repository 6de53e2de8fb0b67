"""JSON for programs: the same values, with a schema name on top."""

import json
from collections.abc import Callable, Iterable, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any

_INDENT = "  "
# How the scalars are written that there are many of; by type, as True is an int.
_SCALARS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring_ascii,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}


def to_json(command: str, content: Mapping[str, Any]) -> str:
    """Return a command's result as JSON with its schema name."""
    return dumped({"schema": f"lemm-catalog/{command}@1", **content})


def value_json(value: Any) -> str:
    """Return a value that carries its own schema name."""
    return dumped(value)


def dumped(content: Any) -> str:
    """Return JSON in plain ASCII: nothing in it that a terminal would obey."""
    return _text(content, "\n").replace("\x7f", "\\u007f")


def _text(value: Any, line: str) -> str:
    """Return a value as `json.dumps` writes it with an indent of 2, in one pass.

    The library does that in Python as well, and wants all of it as dictionaries
    first: it took two seconds for a plan over ten thousand datasets. ``line`` is a
    line feed and the spaces that the text of the value stands behind.
    """
    if write := _SCALARS.get(type(value)):
        return write(value)
    if names := getattr(value, "_fields", None):
        return _mapping(zip(names, value, strict=True), line)
    if isinstance(value, Mapping):
        return _mapping(value.items(), line)
    if isinstance(value, (tuple, list)):
        if not value:
            return "[]"
        deeper = line + _INDENT
        items = f",{deeper}".join([_text(item, deeper) for item in value])
        return f"[{deeper}{items}{line}]"
    return json.dumps(value, ensure_ascii=True)


def _mapping(pairs: Iterable[tuple[Any, Any]], line: str) -> str:
    deeper = line + _INDENT
    items = [f"{_key(key)}: {_text(item, deeper)}" for key, item in pairs]
    return f"{{{deeper}{f',{deeper}'.join(items)}{line}}}" if items else "{}"


def _key(key: Any) -> str:
    text = _text(key, "\n")
    return text if isinstance(key, str) else encode_basestring_ascii(text)
