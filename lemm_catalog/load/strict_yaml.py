"""YAML text to data with the place of every key, strictly.

PyYAML's safe loader is not safe for authors: a repeated key silently wins, ``no`` is
false, ``1.10`` becomes 1.1, an alias bomb hangs whoever walks the result. Here the
event stream is read directly: no aliases, tags, duplicate keys, second documents or
deep nesting; plain scalars are null, true, false, decimal numbers, or else text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lemm_catalog.load.files import UnreadableError, fit_to_show, unreadable

MAX_DEPTH = 20
# A manifest of a megabyte names some ten thousand files at most.
MAX_NODES = 250_000
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True} | {
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?([0-9]{1,15})?\.[0-9]{1,15}([eE][-+]?[0-9]{1,2})?", re.ASCII)
_TRAP = re.compile(
    r"[-+]?(0[0-9_]+|[0-9]{19,}|0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|\.inf|\.nan"
    r"|[0-9]+e[-+]?[0-9]+)",
    re.IGNORECASE | re.ASCII,
)
_SPACES = "indent with spaces, not tabs"
# What libyaml says, and what the author most likely has to do.
_MENDS = (
    ("tab character", _SPACES),
    ("cannot start any token", "put this text in quotes"),
    ("mapping values are not allowed", "put text that holds ': ' in quotes"),
    ("could not find expected ':'", "write the key, a colon and a space"),
    ("did not find expected key", "look for a missing quote, or a wrong indentation"),
    ("unexpected end of stream", "close the quote"),
    ("expected ',' or", "close the bracket"),
)

KeyPath = tuple[str | int, ...]
Place = tuple[int, int]
# libyaml's parser is ten times faster; both give the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(kw_only=True)
class Parsed:
    """Data, where each of its keys stands, and how plain scalars were written."""

    data: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    plain: dict[KeyPath, str] = field(default_factory=dict)


def parse(path: Path, text: str) -> Parsed:
    """Return the one document of a text; the path is for the error.

    Raises:
        UnreadableError: if the text is not strict YAML.

    """
    builder = _Builder(path)
    try:
        return builder.build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        is_tab = mark is not None and text[mark.index : mark.index + 1] == "\t"
        words = error.problem or "what it means is not clear"
        raise _syntax(path, words, place, _SPACES if is_tab else "") from error
    except yaml.YAMLError as error:
        raise _syntax(path, str(error).splitlines()[0], (0, 0), "") from error


def _syntax(path: Path, words: str, place: Place, hint: str) -> UnreadableError:
    hint = hint or next((mend for part, mend in _MENDS if part in words), "")
    message = f"is not YAML: {fit_to_show(words)}"
    return unreadable(path, "yaml-syntax", message, hint=hint, place=place)


class _Builder:
    """Builds one document from PyYAML's events."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parsed = Parsed()
        self._nodes = 0
        self._events: Iterator[yaml.Event] = iter(())

    def build(self, text: str) -> Parsed:
        self._events = yaml.parse(text, Loader=_LOADER)
        next(self._events)  # stream start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise unreadable(self._path, "yaml-syntax", "is empty")
        self._parsed.data = self._node(next(self._events), ())
        next(self._events)  # document end
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            mend = "make it a file of its own"
            raise self._wrong(
                following, "yaml-documents", "holds a second document", mend
            )
        return self._parsed

    def _wrong(
        self, event: yaml.Event, code: str, message: str, hint: str = ""
    ) -> UnreadableError:
        place = _place(event)
        return unreadable(self._path, code, message, hint=hint, place=place)

    def _refuse_tricks(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "uses an anchor or alias; write the value out"
            raise self._wrong(event, "yaml-alias", message)
        tag = getattr(event, "tag", None)
        if tag is not None:
            written = fit_to_show(str(tag).replace("tag:yaml.org,2002:", "!!"))
            raise self._wrong(event, "yaml-tag", f"uses the tag {written}; remove it")

    def _node(self, event: yaml.Event, key: KeyPath) -> Any:
        self._refuse_tricks(event)
        if len(key) > MAX_DEPTH:
            message = f"is nested more than {MAX_DEPTH} deep"
            raise self._wrong(event, "yaml-depth", message)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            message = f"holds more than {MAX_NODES:,} keys and values"
            raise self._wrong(event, "yaml-size", message)
        self._parsed.places.setdefault(key, _place(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(key)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(key)
        return self._scalar(event, key)

    def _mapping(self, key: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            self._refuse_tricks(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._wrong(event, "yaml-key", "a key must be plain text")
            name = event.value
            if name in data:
                message = f"the key {fit_to_show(name)!r} stands twice"
                hint = "keep one of them"
                raise self._wrong(event, "yaml-duplicate-key", message, hint)
            self._parsed.places[(*key, name)] = _place(event)
            data[name] = self._node(next(self._events), (*key, name))
        return data

    def _sequence(self, key: KeyPath) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            data.append(self._node(event, (*key, len(data))))
        return data

    def _scalar(self, event: Any, key: KeyPath) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        self._parsed.plain[key] = text
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _TRAP.fullmatch(text):
            message = f"{fit_to_show(text)} is a number that readers disagree on"
            hint = "write plain decimal digits, or quote it if it is text"
            raise self._wrong(event, "yaml-number", message, hint)
        return float(text) if _FLOAT.fullmatch(text) else text


def _place(event: yaml.Event) -> Place:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1
