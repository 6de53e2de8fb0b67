"""Plain command lines, answered without the full parser: it takes 80 ms to import.

What is not fully understood here is not judged here: `parsed` gives None, and the
full parser has its say, with its errors and its completion. A test drives both with
the same words.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lemm_catalog.cli.declared import Option, Takes

_DIGITS = frozenset("0123456789")
# What the full parser expands on Windows, where the shell does not.
_EXPANDED = frozenset("*?[~$%")


def parsed(takes: Takes, words: Sequence[str]) -> dict[str, Any] | None:
    """Return the values of a command line, or None if it is not a plain one."""
    declared = [one for one in takes if isinstance(one, Option)]
    options = {flag: one for one in declared for flag in one.flags}
    given: dict[str, Any] = {}
    bare: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if not word or (os.name == "nt" and _EXPANDED & set(word)):
            return None
        if not word.startswith("-"):
            bare.append(word)
            continue
        option = options.get(word)
        value = _value(option, waiting) if option else None
        if option is None or value is None:
            return None
        if option.kind == "texts":
            value = (*given.get(option.name, ()), value)
        elif option.name in given:
            return None
        given[option.name] = value
    return _complete(takes, given, bare)


def _value(option: Option, waiting: Any) -> Any:
    """Return the value of an option, in the words that follow; None if it is odd."""
    if option.kind == "flag":
        return True
    word: str = next(waiting, "")
    if not word or word.startswith("-") or (os.name == "nt" and _EXPANDED & set(word)):
        return None
    if option.kind == "count":
        is_plain = len(word) <= 4 and set(word) <= _DIGITS
        count = int(word) if is_plain else -1
        return count if option.least <= count <= option.most else None
    if option.kind == "choice":
        return word if word in option.choices else None
    return Path(word) if option.kind == "path" else word


def _complete(
    takes: Takes, given: dict[str, Any], bare: list[str]
) -> dict[str, Any] | None:
    """Return the values with the arguments, and with what was not given."""
    values: dict[str, Any] = {}
    for one in takes:
        if isinstance(one, Option):
            values[one.name] = given.get(one.name, one.absent)
            continue
        found = [Path(word) if one.kind == "path" else word for word in bare]
        if one.required and not found:
            return None
        if not one.many:
            if len(found) != 1:
                return None
            values[one.name] = found[0]
        else:
            values[one.name] = tuple(found)
        bare = []
    return None if bare else values
