"""What people write in files shares: frozen, closed; and the checked strings."""

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
from lemm_catalog.model import text
from lemm_catalog.model.source import remote_url
from lemm_catalog.model.text import one_line, plain_text, relative_path

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


Line = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(one_line)]
Text = Annotated[
    str, Field(min_length=1, max_length=20_000), AfterValidator(plain_text)
]
RelativePath = Annotated[
    str, Field(min_length=1, max_length=1000), AfterValidator(relative_path)
]


def matching(pattern: str) -> AfterValidator:
    """Return a validator that the whole string fits the pattern.

    Pydantic's own ``pattern`` searches, so that a final newline would pass ``$``.
    """
    return AfterValidator(text.matching(pattern))


def _no_truth_value(data: Any) -> Any:
    if isinstance(data, bool):  # true == 1 in Python, and in pydantic's literals
        raise ValueError("must be the number 1")
    return data


SchemaVersion = Annotated[Literal[1], BeforeValidator(_no_truth_value)]


def _are_digests(data: dict[str, str]) -> dict[str, str]:
    return {name: Digest(name, value).value for name, value in data.items()}


# Algorithm to value; `Digest` is the typed form of one of them.
Checksums = Annotated[dict[str, str], AfterValidator(_are_digests)]
RemoteUrl = Annotated[Line, AfterValidator(remote_url)]
DatasetId = Annotated[str, AfterValidator(text.dataset_id)]
Timestamp = Annotated[str, AfterValidator(text.timestamp)]
Kebab = Annotated[str, matching(r"[a-z0-9]+(-[a-z0-9]+)*"), Field(max_length=64)]
Date = Annotated[str, matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")]
