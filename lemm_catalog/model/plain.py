"""Values to plain data, and plain data back to values, strictly.

What was saved as JSON is read back through the annotations of its value: no key is
missing or unknown, nothing is converted, and each check in an ``Annotated`` is asked.
Manifests and other files that people write are pydantic's; this is for what we wrote
ourselves, and must be read by commands that have no time to import it.
"""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")
_NAMES = {str: "text", int: "a whole number", bool: "true or false"}


def plain(value: Any) -> Any:
    """Return a value as dictionaries, lists and scalars."""
    if names := getattr(value, "_fields", None):
        return {name: plain(item) for name, item in zip(names, value, strict=True)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


def read(kind: type[T], data: Any) -> T:
    """Return the value that plain data are of.

    Raises:
        ValueError: if they are not of it, with the place.

    """
    value: T = _value(kind, data, "")
    return value


def _value(kind: Any, data: Any, at: str) -> Any:
    if hasattr(kind, "_fields"):
        return _named(kind, data, at)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        value = _value(args[0], data, at)
        for check in args[1:]:
            value = _checked(check, value, at)
        return value
    if origin is Literal:
        _expect(any(data == one and type(data) is type(one) for one in args), at, kind)
        return data
    if origin in {Union, UnionType}:
        inner = next(arg for arg in args if arg is not NoneType)
        return None if data is None else _value(inner, data, at)
    if origin is tuple:
        _expect(isinstance(data, list), at, "a list")
        return tuple(
            _value(args[0], item, f"{at}.{index}") for index, item in enumerate(data)
        )
    if origin in {dict, Mapping}:
        _expect(isinstance(data, dict), at, "a mapping")
        return {
            _value(args[0], key, f"{at}.{key}"): _value(args[1], item, f"{at}.{key}")
            for key, item in data.items()
        }
    _expect(type(data) is kind, at, _NAMES[kind])
    return data


def _named(kind: Any, data: Any, at: str) -> Any:
    _expect(isinstance(data, dict), at, "a mapping")
    known = kind.__annotations__
    if strange := data.keys() - known.keys():
        raise _wrong(f"{at}.{min(strange)}", "is not a key here")
    for name in known:
        if name not in data and name not in kind._field_defaults:
            raise _wrong(f"{at}.{name}", "is missing")
    given = {
        name: _value(inner, data[name], f"{at}.{name}")
        for name, inner in known.items()
        if name in data
    }
    return kind(**given)


def _checked(check: Any, value: Any, at: str) -> Any:
    try:
        return check(value)
    except ValueError as error:
        raise _wrong(at, str(error)) from error


def _expect(is_right: bool, at: str, what: Any) -> None:
    if not is_right:
        named = " or ".join(map(repr, get_args(what))) or what
        raise _wrong(at, f"must be {named}")


def _wrong(at: str, words: str) -> ValueError:
    place = at.removeprefix(".")
    return ValueError(f"{place}: {words}" if place else words)
