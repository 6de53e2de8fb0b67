"""Data against its model, and against its JSON Schema where that fails.

Schema and model accept the same data, which tests hold them to. The model is asked
first, since it takes a tenth of the time, and importing JSON Schema as long as
reading a catalog; what is wrong is told by the schema, which words it better.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lemm_catalog.load.document import Document
from lemm_catalog.load.strict_yaml import KeyPath
from lemm_catalog.problems import Problem

Model = TypeVar("Model", bound=BaseModel)
# Of the configuration, the schema says more than the model.
_SCHEMA_FIRST = frozenset({"config"})


def check(
    document: Document, kind: str, model: type[Model]
) -> tuple[Model | None, tuple[Problem, ...]]:
    """Return the value of a document, or every problem there is with it."""
    if kind in _SCHEMA_FIRST and (problems := _by_schema(document, kind)):
        return None, problems
    try:
        return model.model_validate(document.data), ()
    except ValidationError as error:
        return None, _by_schema(document, kind) or _by_model(document, error)


def _by_schema(document: Document, kind: str) -> tuple[Problem, ...]:
    from lemm_catalog.load.schema import schema_problems

    return schema_problems(document, kind)


def _by_model(document: Document, error: ValidationError) -> tuple[Problem, ...]:
    return tuple(
        document.problem(
            _known(document, item["loc"]),
            "wrong-value",
            item["msg"].removeprefix("Value error, "),
        )
        for item in error.errors(include_url=False, include_input=False)
        # A list whose items are wrong counts for pydantic as too short as well.
        if item["type"] != "too_short"
    )


def _known(document: Document, location: tuple[Any, ...]) -> KeyPath:
    """Keep of a model's location what stands in the file (unions add names)."""
    key: KeyPath = ()
    data = document.data
    for step in location:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            data, key = data[step], (*key, step)
    return key
