"""A file of a catalog as data, with the place of what is wrong in it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lemm_catalog.load.files import fit_to_show, read_bytes, text_of, unreadable
from lemm_catalog.load.strict_yaml import KeyPath, parse
from lemm_catalog.problems import Problem, Severity

MAX_LOCK_BYTES = 256_000_000


@dataclass(frozen=True, kw_only=True)
class Document:
    """The data of one file, where each key stands, and how it was written."""

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
        severity: Severity = "error",
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
    text = "".join(
        f"[{k}]" if isinstance(k, int) else f".{fit_to_show(k)}" for k in key
    )
    return text.removeprefix(".")


def read_yaml(path: Path) -> Document:
    """Return the one document of a YAML file.

    Raises:
        UnreadableError: if the file is not strict YAML.

    """
    parsed = parse(path, text_of(path, read_bytes(path)))
    return Document(
        path=str(path), data=parsed.data, places=parsed.places, plain=parsed.plain
    )


def read_json(path: Path) -> Document:
    """Return the document of a JSON file, refusing repeated keys.

    Raises:
        UnreadableError: if the file is not JSON.

    """
    text = text_of(path, read_bytes(path, MAX_LOCK_BYTES))
    try:
        data = json.loads(
            text, object_pairs_hook=_without_repeats, parse_constant=_no_number
        )
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg}"
        place = error.lineno, error.colno
        raise unreadable(path, "json-syntax", message, place=place) from error
    except RecursionError as error:
        raise unreadable(path, "json-syntax", "is nested too deep") from error
    except ValueError as error:
        raise unreadable(path, "json-syntax", str(error)) from error
    return Document(path=str(path), data=data)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, value in pairs:
        if name in data:
            raise ValueError(f"the key {fit_to_show(name)!r} stands twice")
        data[name] = value
    return data


def _no_number(word: str) -> Any:
    raise ValueError(f"holds {word}, which is not JSON")
