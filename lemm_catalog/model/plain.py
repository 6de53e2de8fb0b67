"""Values to plain data, and plain data back to values, strictly.

What was saved as JSON is read back through the annotations of its value: no key is
missing or unknown, nothing is converted, and each check in an ``Annotated`` is asked.
Manifests and other files that people write are pydantic's; this is for what we wrote
ourselves, and must be read by commands that have no time to import it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")
_NAMES = {str: "text", int: "a whole number", bool: "true or false"}


def plain(value: Any) -> Any:
    """Return a value as dictionaries, lists and scalars."""
    if type(value) in _NAMES or value is None:
        return value
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
    of_kind: Any = kind
    try:
        value: T = _reader(of_kind)(data)
    except _MisfitError as misfit:
        place = ".".join(reversed(misfit.place))
        raise ValueError(f"{place}: {misfit}" if place else str(misfit)) from misfit
    return value


class _MisfitError(ValueError):
    """Data that do not fit; the place is gathered on the way out."""

    def __init__(self, words: str, *place: str) -> None:
        super().__init__(words)
        self.place = list(place)


_Reader = Callable[[Any], Any]


@lru_cache(maxsize=256)
def _reader(kind: Any) -> _Reader:
    """Return what reads data of a kind; thousands of them are read by the same."""
    if hasattr(kind, "_fields"):
        return _of_fields(kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _checked(_reader(args[0]), args[1:])
    if origin is Literal:
        return _one_of(args)
    if origin in {Union, UnionType}:
        inner = _reader(next(arg for arg in args if arg is not NoneType))
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        return _of_items(_reader(args[0]))
    if origin in {dict, Mapping}:
        return _of_pairs(_reader(args[0]), _reader(args[1]))
    return _plain_one(kind)


def _of_fields(kind: Any) -> _Reader:
    known = {name: _reader(inner) for name, inner in kind.__annotations__.items()}
    needed = known.keys() - kind._field_defaults.keys()

    def read_fields(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _MisfitError("must be a mapping")
        if strange := data.keys() - known.keys():
            raise _MisfitError("is not a key here", min(strange))
        if missing := needed - data.keys():
            first = next(name for name in known if name in missing)
            raise _MisfitError("is missing", first)
        given: dict[str, Any] = {}
        for name, item in data.items():
            given[name] = _placed(known[name], item, name)
        return kind(**given)

    return read_fields


def _checked(inner: _Reader, checks: Sequence[_Reader]) -> _Reader:
    def read_checked(data: Any) -> Any:
        value = inner(data)
        try:
            for check in checks:
                value = check(value)
        except ValueError as error:
            raise _MisfitError(str(error)) from error
        return value

    return read_checked


def _one_of(choices: Sequence[Any]) -> _Reader:
    words = f"must be {' or '.join(map(repr, choices))}"

    def read_choice(data: Any) -> Any:
        if not any(data == one and type(data) is type(one) for one in choices):
            raise _MisfitError(words)
        return data

    return read_choice


def _of_items(inner: _Reader) -> _Reader:
    def read_items(data: Any) -> Any:
        if not isinstance(data, list):
            raise _MisfitError("must be a list")
        return tuple(_placed(inner, one, str(at)) for at, one in enumerate(data))

    return read_items


def _of_pairs(key: _Reader, inner: _Reader) -> _Reader:
    def read_pairs(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _MisfitError("must be a mapping")
        return {
            _placed(key, name, str(name)): _placed(inner, item, str(name))
            for name, item in data.items()
        }

    return read_pairs


def _plain_one(kind: Any) -> _Reader:
    words = f"must be {_NAMES[kind]}"

    def read_plain(data: Any) -> Any:
        if type(data) is not kind:
            raise _MisfitError(words)
        return data

    return read_plain


def _placed(reader: _Reader, data: Any, place: str) -> Any:
    try:
        return reader(data)
    except _MisfitError as misfit:
        misfit.place.append(place)
        raise
