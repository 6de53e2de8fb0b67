"""Data against its JSON Schema and its model, as problems with a place and a mend."""

import difflib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from pydantic import BaseModel
from pydantic import ValidationError as ModelError

from lemm_catalog.load.document import Document, KeyPath
from lemm_catalog.problems import Problem

Model = TypeVar("Model", bound=BaseModel)
_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


def schemas_folder() -> Path:
    """Return the folder of JSON Schemas, in a wheel or in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "builtin" / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


@cache
def _validator(kind: str) -> Draft202012Validator:
    path = schemas_folder() / f"{kind}.v1.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def check(
    document: Document, kind: str, model: type[Model]
) -> tuple[Model | None, tuple[Problem, ...]]:
    """Return the value of a document, or every problem its schema has with it."""
    errors = _validator(kind).iter_errors(document.data)
    problems = tuple(
        sorted({_problem(document, e) for error in errors for e in _leaves(error)})
    )
    if problems:
        return None, problems
    try:
        return model.model_validate(document.data), ()
    except ModelError as error:
        return None, tuple(
            document.problem(
                _known(document, item["loc"]),
                "wrong-value",
                item["msg"].removeprefix("Value error, "),
            )
            for item in error.errors(include_url=False, include_input=False)
        )


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Give the errors behind a union: those of the branch that went deepest."""
    if not error.context:
        yield error
        return
    deepest = max(len(e.absolute_path) for e in error.context)
    branches = {e.schema_path[0] for e in error.context}
    for branch in branches:
        members = [e for e in error.context if e.schema_path[0] == branch]
        # A branch that wants another kind of value altogether was not meant.
        was_meant = all(e.validator != "type" or len(e.path) for e in members)
        if was_meant and any(len(e.absolute_path) == deepest for e in members):
            for member in members:
                yield from _leaves(member)
            return
    yield error


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


def _problem(document: Document, error: ValidationError) -> Problem:
    key = tuple(error.absolute_path)
    schema: Any = error.schema
    value: Any = error.validator_value
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            return _unknown_key(document, error, key)
        case "required":
            # jsonschema reports each missing key on its own, in its message only.
            named = next(k for k in value if error.message.startswith(repr(k)))
            message = f"{named!r} is missing"
            hint = _hint(schema.get("properties", {}).get(named, {}))
            return document.problem((*key, named), "missing-key", message, hint=hint)
        case "type":
            names = [value] if isinstance(value, str) else list(value)
            expected = " or ".join(_NAMES.get(name, name) for name in names)
            found = _found(document, key, error.instance)
            hint = _type_hint(document, key, error.instance, names)
            message = f"must be {expected}, not {found}"
            return document.problem(key, "wrong-type", message, hint=hint)
        case _:
            message = _value_message(document, key, error)
            return document.problem(key, "wrong-value", message, hint=_hint(schema))


def _unknown_key(document: Document, error: ValidationError, key: KeyPath) -> Problem:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema.get("properties", {}))
    unknown = sorted(k for k in instance if k not in known and not k.startswith("x-"))
    name = unknown[0] if unknown else "?"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    others = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
    message = f"{_cut(name)!r} is not a key here{others}"
    return document.problem((*key, name), "unknown-key", message, hint=hint)


def _value_message(document: Document, key: KeyPath, error: ValidationError) -> str:
    instance: Any = error.instance
    value: Any = error.validator_value
    found = _found(document, key, instance)
    match error.validator:
        case "enum":
            return f"{found} is not one of {', '.join(map(str, value))}"
        case "const":
            return f"must be {value!r}, not {found}"
        case "minLength" | "minItems" | "minProperties":
            return "must not be empty"
        case "maxLength":
            return f"is {len(instance)} characters long; at most {value} fit"
        case "minimum":
            return f"{found} is less than {value}"
        case "maximum":
            return f"{found} is more than {value}"
        case "pattern":
            what = error.schema.get("title") if isinstance(error.schema, dict) else None
            return f"{found} is not {what or f'of the form {value}'}"
        case _:
            return f"{found} is not allowed here"


def _found(document: Document, key: KeyPath, value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    if isinstance(value, str):
        return repr(_cut(value))
    kind = "the truth value" if isinstance(value, bool) else "the number"
    return f"{kind} {document.plain.get(key, value)}"


def _type_hint(document: Document, key: KeyPath, value: Any, names: list[str]) -> str:
    plain = document.plain.get(key)
    if "string" in names and plain and not isinstance(value, (dict, list)):
        return f'write "{plain}", in quotes'
    if "boolean" in names and str(value).lower() in {"yes", "no", "on", "off"}:
        return "write true or false"
    if "integer" in names and isinstance(value, str):
        return "write plain digits, without quotes, units or separators"
    return ""


def _hint(schema: Any) -> str:
    examples = schema.get("examples") if isinstance(schema, dict) else None
    return f"for example {json.dumps(examples[0])}" if examples else ""


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
