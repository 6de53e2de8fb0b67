"""What all values share: frozen, keyword-only, closed; and the checked strings."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from lemm_catalog.digest import Digest

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_PATH = re.compile(r"[^/]+(/[^/]+)*/?")
# Characters that some file system of our users cannot hold in a name.
_UNPORTABLE = re.compile(r'[\\:*?"<>|]')


T = TypeVar("T")


def _tuple_of_list(data: Any) -> Any:
    return tuple(data) if isinstance(data, list) else data


def _tuple_of_one_or_several(data: Any) -> Any:
    return tuple(data) if isinstance(data, list) else (data,)


# Strict values take no list for a tuple; files hold lists.
Items = Annotated[tuple[T, ...], BeforeValidator(_tuple_of_list)]
OneOrSeveral = Annotated[tuple[T, ...], BeforeValidator(_tuple_of_one_or_several)]


class Value(BaseModel):
    """A frozen, keyword-only value that refuses keys it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=True
    )


class Declared(Value):
    """A value a person writes by hand: keys that begin with ``x-`` are theirs."""

    @model_validator(mode="before")
    @classmethod
    def _drop_private_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {k: v for k, v in data.items() if not str(k).startswith("x-")}
        return data


class HandWritten(Declared):
    """A whole file that a person writes: no key may be left without a value.

    Written ``homepage:`` and nothing after it, it is more often a forgotten value
    than a way to say "none".
    """

    @model_validator(mode="before")
    @classmethod
    def _has_no_empty_values(cls, data: Any) -> Any:
        for key, value in _own_values(data, ""):
            if value is None:
                raise ValueError(f"{key} is empty; give it a value or leave it out")
        return data


def _own_values(data: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for name, value in data.items():
            if not str(name).startswith("x-"):
                yield from _own_values(value, f"{key}.{name}" if key else str(name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _own_values(value, f"{key}[{index}]")
    else:
        yield key, data


def _one_line(text: str) -> str:
    if found := _CONTROL.search(text):
        raise ValueError(f"holds the control character {found[0]!r}")
    return text


def relative_path(text: str) -> str:
    """Return a path that stays below its root on every system, unchanged.

    Raises:
        ValueError: if it is absolute, climbs, or cannot be a name everywhere.

    """
    _one_line(text)
    if not _PATH.fullmatch(text):
        raise ValueError("must be a relative path such as audio/notes.tar.gz")
    for part in text.rstrip("/").split("/"):
        if part in {".", ".."}:
            raise ValueError(f"must not hold {part!r}")
        if found := _UNPORTABLE.search(part):
            raise ValueError(f"holds {found[0]!r}, which not every system allows")
        if part.endswith((" ", ".")):
            raise ValueError(f"{part!r} ends with a dot or a space")
        if len(part.encode()) > 255:
            raise ValueError("a name is longer than 255 bytes")
    return text


def _plain_text(text: str) -> str:
    _one_line(text.replace("\n", " ").replace("\t", " "))
    return text


Line = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line)]
Text = Annotated[
    str, Field(min_length=1, max_length=20_000), AfterValidator(_plain_text)
]
RelativePath = Annotated[
    str, Field(min_length=1, max_length=1000), AfterValidator(relative_path)
]


def matching(pattern: str) -> AfterValidator:
    """Return a validator that the whole string fits the pattern.

    Pydantic's own ``pattern`` searches, so that a final newline would pass ``$``.
    """
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"does not match {pattern}")
        return text

    return AfterValidator(check)


def _no_truth_value(data: Any) -> Any:
    if isinstance(data, bool):  # true == 1 in Python, and in pydantic's literals
        raise ValueError("must be the number 1")
    return data


SchemaVersion = Annotated[Literal[1], BeforeValidator(_no_truth_value)]


def _are_digests(data: dict[str, str]) -> dict[str, str]:
    return {name: Digest(name, value).value for name, value in data.items()}


# Algorithm to value; `Digest` is the typed form of one of them.
Checksums = Annotated[dict[str, str], AfterValidator(_are_digests)]
DatasetId = Annotated[str, matching(r"[a-z0-9][a-z0-9-]{0,62}")]
Kebab = Annotated[str, matching(r"[a-z0-9]+(-[a-z0-9]+)*"), Field(max_length=64)]
Date = Annotated[str, matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")]
