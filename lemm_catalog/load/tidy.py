"""Files put in order at the level of their text, so that comments stay as they are.

Only what cannot mean anything is touched: spaces at the end of a line, the end of the
file, capital letters in a checksum, and the order of keys, which is that of the
schema. Whatever would read differently afterwards is left alone: each step is read
back and compared.
"""

import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from lemm_catalog.load.files import UnreadableError, read_bytes, text_of
from lemm_catalog.load.roots import schemas_folder
from lemm_catalog.load.spans import Span, spans_of
from lemm_catalog.load.strict_yaml import parse

_TRAILING = re.compile(r"[ \t]+(?=\r?$)")
_CHECKSUM = re.compile(r"[0-9A-Fa-f]{32,128}")
_HERE = Path("-")
_MOST_MOVES = 500


def tidied(path: Path, kind: str) -> str | None:
    """Return a file's text in order; None if it is so, or is no strict YAML."""
    try:
        raw = read_bytes(path)
        text = text_of(path, raw)
        found = tidy(text, kind)
    except UnreadableError:
        return None
    return None if found.encode() == raw else found


def tidy(text: str, kind: str) -> str:
    """Return a text of strict YAML in order.

    Raises:
        UnreadableError: if it is no strict YAML.

    """
    data = _data(text)
    for _ in range(_MOST_MOVES):
        before = text
        for step in (_without_trailing, _with_one_end, _in_lower_case):
            text = _kept(text, step(text), data)
        text = _kept(text, _in_order(text, kind), data)
        if text == before:
            break
    return text


def _kept(before: str, after: str, data: Any) -> str:
    """Return what came after a step if it reads the same, or what was before."""
    if after == before:
        return before
    try:
        return after if _same(_data(after), data) else before
    except UnreadableError:
        return before


def _data(text: str) -> Any:
    return parse(_HERE, text).data


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal but for capital letters in their checksums."""
    return repr(_sorted(_lowered(one))) == repr(_sorted(_lowered(other)))


def _sorted(data: Any) -> Any:
    """Return data with the keys in the order of their names; 1 and True differ."""
    if isinstance(data, dict):
        return {name: _sorted(data[name]) for name in sorted(data)}
    return [_sorted(one) for one in data] if isinstance(data, list) else data


def _lowered(data: Any) -> Any:
    if not isinstance(data, dict):
        return [_lowered(one) for one in data] if isinstance(data, list) else data
    return {
        name: {k: _low(v) for k, v in value.items()}
        if name == "checksums" and isinstance(value, dict)
        else _lowered(value)
        for name, value in data.items()
    }


def _low(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _without_trailing(text: str) -> str:
    """Take spaces off the ends of lines, except in texts of several lines."""
    inside = {n for span in spans_of(text) for n in span.text_lines}
    lines = text.split("\n")
    return "\n".join(
        line if number in inside else _TRAILING.sub("", line)
        for number, line in enumerate(lines)
    )


def _with_one_end(text: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    return text.rstrip("\r\n") + end


def _in_lower_case(text: str) -> str:
    lines = text.split("\n")
    for span in spans_of(text):
        if "checksums" not in span.key[-2:-1] or span.is_mapping:
            continue
        line = lines[span.value_line]
        head, tail = line[: span.value_column], line[span.value_column :]
        lowered = _CHECKSUM.sub(lambda found: found[0].lower(), tail, count=1)
        lines[span.value_line] = head + lowered
    return "\n".join(lines)


def _in_order(text: str, kind: str) -> str:
    """Put the keys of one mapping into the order of the schema: the first that is not.

    Mappings on one line, and those whose first key follows a dash, stay.
    """
    spans = spans_of(text)
    for parent in spans:
        if not parent.is_block:
            continue
        children = [one for one in spans if one.key and one.key[:-1] == parent.key]
        order = _order_of(kind, parent.key)
        ranked = _ranked([str(one.key[-1]) for one in children], order)
        wanted = sorted(range(len(children)), key=lambda i: (ranked[i], i))
        if wanted != list(range(len(children))):
            moved = _moved(text, children, wanted)
            if moved is not None:
                return moved
    return text


def _ranked(names: list[str], order: list[str]) -> list[int]:
    """Return the rank of each key; what is not known stays behind what precedes it."""
    ranks, last = [], -1
    for name in names:
        last = order.index(name) if name in order else last
        ranks.append(last)
    return ranks


def _moved(text: str, children: list[Span], wanted: list[int]) -> str | None:
    """Return the text with blocks in another order; None if that is not plain.

    A comment stands before what it speaks of, and moves with it. What stands before
    the first key may be about the file, so that this key must not move then.
    """
    lines = text.split("\n")
    if any(lines[one.line][: one.column].strip() for one in children):
        return None  # behind a dash, or several on a line
    starts = [children[0].line]
    for before, one in pairwise(children):
        start = one.line
        while start - 1 > before.last_line and lines[start - 1].strip():
            start -= 1
        starts.append(start)
    end = children[-1].last_line + 1
    above = lines[children[0].line - 1].strip() if children[0].line else ""
    is_bound = above.startswith("#") and "yaml-language-server" not in above
    if wanted[0] != 0 and is_bound:
        return None
    blocks = [lines[a:b] for a, b in zip(starts, [*starts[1:], end], strict=True)]
    body = [line for index in wanted for line in blocks[index]]
    return "\n".join([*lines[: starts[0]], *body, *lines[end:]])


@cache
def _schema(kind: str) -> Any:
    path = schemas_folder() / f"{kind}.v1.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _order_of(kind: str, key: tuple[str | int, ...]) -> list[str]:
    """Return the keys of the mapping at a place, in the order of the schema."""
    root = node = _schema(kind)
    for step in key:
        names = _properties(root, node)
        rest = _resolved(root, node)
        if isinstance(step, int):
            node = rest.get("items", {})
        else:
            node = names.get(step) or rest.get("additionalProperties") or {}
        if not isinstance(node, dict):
            return []
    return list(_properties(root, node))


def _resolved(root: Any, node: Any) -> Any:
    """Return a schema with what it refers to, and the branches it leads to."""
    found: dict[str, Any] = {}
    for part in (node, *(node.get(name) or {} for name in ("then", "else"))):
        while isinstance(part, dict) and "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            part = {**part, **root["$defs"].get(name, {})}
            if part.get("$ref", "").endswith(f"/{name}"):
                del part["$ref"]
        if isinstance(part, dict):
            inner = [part.get(name) or {} for name in ("then", "else")]
            for one in (part, *(_referred(root, one) for one in inner)):
                found = {**one, **found}
    return found


def _referred(root: Any, node: Any) -> Any:
    if isinstance(node, dict) and "$ref" in node:
        return {**root["$defs"].get(node["$ref"].rpartition("/")[2], {}), **node}
    return node if isinstance(node, dict) else {}


def _properties(root: Any, node: Any) -> dict[str, Any]:
    found: dict[str, Any] = _resolved(root, node).get("properties", {})
    return found
