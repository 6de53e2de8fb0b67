"""Data against its JSON Schema, as problems with a place and a mend."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from lemm_catalog.load.document import Document
from lemm_catalog.load.files import fit_to_show
from lemm_catalog.load.roots import schemas_folder
from lemm_catalog.load.strict_yaml import KeyPath
from lemm_catalog.problems import Problem

_MOST_UNKNOWN = 50
_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}
_SET = "a path that ends in / is a set of files, which has none of its own"
_COMPANIONS = {
    "include": "it chooses among the files of a folder: a path that ends in /",
    "exclude": "it chooses among the files of a folder: a path that ends in /",
    "size": _SET,
    "checksums": _SET,
    "unpack": _SET,
    "url": "name one source: a url or a path",
    "path": "name one source: a url, a path, or what to do by hand",
    "token_env": "a token is sent to a url only",
}
_USER = re.compile(r"://[^/@\s]*@")
_QUERY = re.compile(r"(?<=://)([^?]*)\?.+", re.DOTALL)
# The longest text any schema takes.
_LONGEST = 20_000


@cache
def _validator(kind: str) -> Any:
    path = schemas_folder() / f"{kind}.v1.schema.json"
    return _CarefulValidator(json.loads(path.read_text(encoding="utf-8")))


def _unless_too_long(keyword: str) -> Any:
    """Return a keyword that leaves a text which is too long anyway to `maxLength`.

    A pattern may take the square of a text's length: a megabyte would be hours.
    """
    judge = Draft202012Validator.VALIDATORS[keyword]

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        most = schema.get("maxLength", _LONGEST)
        if not isinstance(instance, str) or len(instance) <= most:
            yield from judge(validator, value, instance, schema)

    return check


_CarefulValidator: Any = extend(  # type: ignore[no-untyped-call]  # has no types
    Draft202012Validator,
    {keyword: _unless_too_long(keyword) for keyword in ("allOf", "pattern")},
)


def schema_problems(document: Document, kind: str) -> tuple[Problem, ...]:
    """Return every problem that its schema has with a document."""
    errors: Iterable[ValidationError] = _validator(kind).iter_errors(document.data)
    root = _validator(kind).schema
    problems = {p for error in errors for p in _problems(document, root, error)}
    return tuple(sorted(problems))


def _problems(
    document: Document, root: Any, error: ValidationError
) -> Iterator[Problem]:
    key = tuple(error.absolute_path)
    schema: Any = error.schema
    value: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(document, error, key)
        case "required":
            # jsonschema reports each missing key on its own, in its message only.
            named = next(k for k in value if error.message.startswith(repr(k)))
            message = f"{named!r} is missing"
            hint = _hint(schema.get("properties", {}).get(named, {}))
            yield document.problem((*key, named), "missing-key", message, hint=hint)
        case "type":
            names = [value, *_other_types(root, error.absolute_schema_path)]
            expected = _either([_NAMES[name] for name in names])
            found = _found(document, key, error.instance)
            hint = _type_hint(document, key, error.instance, names)
            message = f"must be {expected}, not {found}"
            yield document.problem(key, "wrong-type", message, hint=hint)
        case "not" | "maxItems" | "maxProperties":
            message = "does not go with the other keys here"
            hint = _COMPANIONS.get(str(key[-1]), "") if key else ""
            yield document.problem(key, "wrong-value", message, hint=hint)
        case _:
            message = _value_message(document, key, error)
            yield document.problem(key, "wrong-value", message, hint=_hint(schema))


def _other_types(root: Any, path: Iterable[Any]) -> list[str]:
    """Return what else a value may be: the ``if`` of each ``else`` on the way to it.

    ``path`` leads from the root to the keyword that failed, through references.
    """
    schema, found = root, list[str]()
    for step in path:
        if step in {"properties", "items", "additionalProperties"}:
            found = []
        elif step == "else":
            found.insert(0, schema["if"]["type"])
        schema = schema[step]
        while isinstance(schema, dict) and "$ref" in schema:
            schema = schema | root["$defs"][schema["$ref"].rpartition("/")[2]]
            del schema["$ref"]
    return found


def _either(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _unknown_keys(
    document: Document, error: ValidationError, key: KeyPath
) -> Iterator[Problem]:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema.get("properties", {}))
    strange = [n for n in instance if n not in known and not n.startswith("x-")]
    # Whoever has more of them has not mistyped a key, but means another file.
    for name in strange[:_MOST_UNKNOWN]:
        # 0.55: "lisence" is as near to "license" as 0.57.
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.55)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        message = f"{fit_to_show(name)!r} is not a key here"
        yield document.problem((*key, name), "unknown-key", message, hint=hint)
    if (more := len(strange) - _MOST_UNKNOWN) > 0:
        message = f"{more:,} more keys are not known here"
        yield document.problem(key, "unknown-key", message)


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
            return f"must be at least {value}, not {found}"
        case "maximum":
            return f"must be at most {value}, not {found}"
        case "exclusiveMinimum":
            return f"must be more than {value}, not {found}"
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
        # A secret in a URL is what may be wrong with it: it is not repeated.
        told = _QUERY.sub(r"\1?...", _USER.sub("://...@", value))
        return repr(told if len(told) <= 160 else told[:157] + "...")
    kind = "the truth value" if isinstance(value, bool) else "the number"
    return f"{kind} {document.plain.get(key, value)}"


def _type_hint(document: Document, key: KeyPath, value: Any, names: list[str]) -> str:
    plain = document.plain.get(key)
    if "string" in names and plain and not isinstance(value, (dict, list)):
        return f'write "{plain}", in quotes'
    if "boolean" in names and str(value).lower() in {"yes", "no", "on", "off"}:
        return "write true or false"
    if "array" in names and plain and not isinstance(value, (dict, list)):
        return f"write [{plain}]"
    if "integer" in names and isinstance(value, str):
        return "write plain digits, without quotes, units or separators"
    return ""


def _hint(schema: Any) -> str:
    examples = schema.get("examples") if isinstance(schema, dict) else None
    return f"for example {json.dumps(examples[0])}" if examples else ""
