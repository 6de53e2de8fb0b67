"""Where each key of a YAML text begins and its value ends, in lines from 0."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from lemm_catalog.load.strict_yaml import KeyPath

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Span(NamedTuple):
    """A key, or an item of a list, with its value.

    ``last_line`` is the last line of the value. ``is_block`` tells a mapping whose
    keys have lines of their own, ``is_mapping`` any mapping or list.
    """

    key: KeyPath
    line: int
    column: int
    value_line: int
    value_column: int
    last_line: int
    is_mapping: bool = False
    is_block: bool = False
    is_long: bool = False

    @property
    def text_lines(self) -> range:
        """The lines of a text that has several: the spaces in it are its own."""
        stop = self.last_line + 1 if self.is_long else self.value_line
        return range(self.value_line, stop)


def spans_of(text: str) -> list[Span]:
    """Return the spans of a text of strict YAML, each before those inside it."""
    root: Any = yaml.compose(text, Loader=_LOADER)
    lines = text.split("\n")
    whole = Span((), 0, 0, 0, 0, len(lines) - 1, *_kind(root))
    return [whole, *_inside(root, (), lines)]


def _kind(node: Any) -> tuple[bool, bool, bool]:
    is_mapping = not isinstance(node, yaml.ScalarNode)
    is_block = isinstance(node, yaml.MappingNode) and not node.flow_style
    is_long = not is_mapping and node.end_mark.line > node.start_mark.line
    return is_mapping, is_block, is_long


def _inside(node: Any, key: KeyPath, lines: list[str]) -> Iterator[Span]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _one((*key, name.value), name, value, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _one((*key, index), value, value, lines)


def _one(key: KeyPath, start: Any, value: Any, lines: list[str]) -> Iterator[Span]:
    yield Span(
        key,
        start.start_mark.line,
        start.start_mark.column,
        value.start_mark.line,
        value.start_mark.column,
        _last_line(value, lines),
        *_kind(value),
    )
    yield from _inside(value, key, lines)


def _last_line(node: Any, lines: list[str]) -> int:
    """Return the last line that belongs to a value; its mark may be far below."""
    if not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last, lines)
    end = node.end_mark
    if end.column or end.line == node.start_mark.line:
        return int(end.line)
    # A block of text ends before the next token: comments after it are not of it.
    last = end.line - 1
    while last > node.start_mark.line and not lines[last].strip():
        last -= 1
    return int(last)
