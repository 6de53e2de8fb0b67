"""Text to data with the place of every key, strictly.

PyYAML's safe loader is not safe for authors: a repeated key silently wins, ``no`` is
false, ``1.10`` becomes 1.1, an alias bomb hangs whoever walks the result. Here the
event stream is read directly: no aliases, tags, duplicate keys, second documents or
deep nesting; plain scalars are null, true, false, decimal numbers, or else text.
"""

import codecs
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lemm_catalog.problems import Problem

MAX_BYTES = 1_000_000
MAX_LOCK_BYTES = 256_000_000
MAX_DEPTH = 20
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True} | {
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?([0-9]{1,15})?\.[0-9]{1,15}([eE][-+]?[0-9]{1,2})?", re.ASCII)
_TRAP = re.compile(
    r"[-+]?(0[0-9_]+|[0-9]{19,}|0[xo][0-9a-fA-F]+|\.inf|\.nan|[0-9]+[eE][-+]?[0-9]+)",
    re.IGNORECASE | re.ASCII,
)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")

KeyPath = tuple[str | int, ...]
# libyaml's parser is ten times faster; both give the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableError(Exception):
    """A file that cannot be read as data; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Document:
    """The data of one file, and where each of its keys stands."""

    path: str
    data: Any
    places: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    plain: dict[KeyPath, str] = field(default_factory=dict)

    def problem(
        self,
        key: KeyPath,
        code: str,
        message: str,
        *,
        hint: str = "",
        severity: Any = "error",
    ) -> Problem:
        """Return a problem at the place of a key, or of its nearest parent."""
        known = key
        while known and known not in self.places:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        return Problem(
            path=self.path,
            line=line,
            column=column,
            key=spell(key),
            severity=severity,
            code=code,
            message=message,
            hint=hint,
        )


def spell(key: KeyPath) -> str:
    """Return a key path as people write it: ``files[0].checksums.sha256``."""
    text = "".join(f"[{k}]" if isinstance(k, int) else f".{_shown(k)}" for k in key)
    return text.removeprefix(".")


def _shown(text: str) -> str:
    """Escape what a terminal would obey, and cut what nobody would read."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return plain if len(plain) <= 80 else plain[:77] + "..."


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return a regular file's bytes, refusing links, devices and giants unread.

    Raises:
        UnreadableError: if it is not a readable regular file of a sane size.

    """
    # O_NONBLOCK: a named pipe must not hang us; O_NOFOLLOW: a link in a stranger's
    # catalog must not make us quote this machine's files in an error.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise _unreadable(path, "not-a-file", "is not a regular file")
            if info.st_size > limit:
                message = f"is {info.st_size} bytes; at most {limit} are read"
                raise _unreadable(path, "too-large", message)
            return file.read(limit + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        if path.is_symlink():
            message = "is a symbolic link; put the file itself here"
        raise _unreadable(path, "unreadable", message) from error


def read_yaml(path: Path) -> Document:
    """Return the one document of a YAML file.

    Raises:
        UnreadableError: if the file is not strict YAML.

    """
    raw = read_bytes(path).removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, "yaml-encoding", "is not UTF-8", line=line) from error
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        message = f"holds the control character {found[0]!r}"
        raise _unreadable(path, "yaml-encoding", message, line=line)
    return _Builder(path).build(text)


def read_json(path: Path) -> Document:
    """Return the document of a JSON file, refusing repeated keys.

    Raises:
        UnreadableError: if the file is not JSON.

    """
    try:
        data = json.loads(
            read_bytes(path, MAX_LOCK_BYTES), object_pairs_hook=_without_repeats
        )
    except json.JSONDecodeError as error:
        raise _unreadable(
            path, "json-syntax", error.msg, line=error.lineno, column=error.colno
        ) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, "json-syntax", str(error)) from error
    return Document(path=str(path), data=data)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return data


def _unreadable(
    path: Path, code: str, message: str, *, line: int = 0, column: int = 0
) -> UnreadableError:
    return UnreadableError(
        Problem(path=str(path), line=line, column=column, code=code, message=message)
    )


class _Builder:
    """Builds one document from PyYAML's events."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.plain: dict[KeyPath, str] = {}
        self.events: Iterator[yaml.Event] = iter(())

    def build(self, text: str) -> Document:
        self.events = yaml.parse(text, Loader=_LOADER)
        try:
            next(self.events)  # stream start
            if isinstance(next(self.events), yaml.StreamEndEvent):
                raise _unreadable(self.path, "yaml-syntax", "is empty")
            data = self._node(next(self.events), ())
            next(self.events)  # document end
            following = next(self.events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise _unreadable(
                self.path,
                "yaml-syntax",
                _shown(error.problem or "is not YAML"),
                line=mark.line + 1 if mark else 0,
                column=mark.column + 1 if mark else 0,
            ) from error
        except yaml.YAMLError as error:
            message = _shown(str(error).splitlines()[0])
            raise _unreadable(self.path, "yaml-syntax", message) from error
        if not isinstance(following, yaml.StreamEndEvent):
            raise self._wrong(following, "yaml-documents", "holds a second document")
        return Document(
            path=str(self.path), data=data, places=self.places, plain=self.plain
        )

    def _wrong(self, event: yaml.Event, code: str, message: str) -> UnreadableError:
        line, column = _place(event)
        return _unreadable(self.path, code, message, line=line, column=column)

    def _node(self, event: yaml.Event, key: KeyPath) -> Any:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "uses an anchor or alias; write the value out"
            raise self._wrong(event, "yaml-alias", message)
        if getattr(event, "tag", None) is not None:
            message = (
                f"uses the tag {_shown(str(getattr(event, 'tag', '')))}; remove it"
            )
            raise self._wrong(event, "yaml-tag", message)
        if len(key) > MAX_DEPTH:
            message = f"is nested more than {MAX_DEPTH} deep"
            raise self._wrong(event, "yaml-depth", message)
        self.places.setdefault(key, _place(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(key)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(key)
        return self._scalar(event, key)

    def _mapping(self, key: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._wrong(event, "yaml-syntax", "a key must be plain text")
            name = event.value
            if name in data:
                message = f"the key {_shown(name)!r} stands twice"
                raise self._wrong(event, "yaml-duplicate-key", message)
            self.places[(*key, name)] = _place(event)
            data[name] = self._node(next(self.events), (*key, name))
        return data

    def _sequence(self, key: KeyPath) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            data.append(self._node(event, (*key, len(data))))
        return data

    def _scalar(self, event: Any, key: KeyPath) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        self.plain[key] = text
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _TRAP.fullmatch(text):
            message = f"{_shown(text)} is a number that readers disagree on; quote it"
            raise self._wrong(event, "yaml-number", message)
        return float(text) if _FLOAT.fullmatch(text) else text


def _place(event: yaml.Event) -> tuple[int, int]:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1
