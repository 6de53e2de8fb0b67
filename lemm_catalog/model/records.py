"""Records by dataset id that people change: the mappings of the guide's ``status``."""

from collections.abc import Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")


class Records(dict[str, Value]):
    """A mapping by dataset id in which ``_`` and ``-`` are the same.

    ``cleared`` has the ids that a call of `clear` took away, and nobody put back.
    """

    def __init__(self, pairs: Mapping[str, Value] | None = None) -> None:
        super().__init__()
        self.cleared: set[str] = set()
        self.update(pairs or {})

    def reset(self, pairs: Mapping[str, Value]) -> None:
        """Take these records in place of all there are."""
        super().clear()
        self.cleared = set()
        self.update(pairs)

    def clear(self) -> None:
        """Take all records away."""
        self.cleared |= self.keys()
        super().clear()

    def update(self, *pairs: Any, **more: Any) -> None:
        """Add records."""
        for key, value in dict(*pairs, **more).items():
            self[key] = value

    def __setitem__(self, key: str, value: Value) -> None:
        self.cleared.discard(_dashed(key))
        super().__setitem__(_dashed(key), value)

    def __getitem__(self, key: str) -> Value:
        return super().__getitem__(_dashed(key))

    def __delitem__(self, key: str) -> None:
        super().__delitem__(_dashed(key))

    def __contains__(self, key: object) -> bool:
        return super().__contains__(_dashed(key))

    def get(self, key: str, default: Any = None) -> Any:
        """Return the record of a dataset."""
        return super().get(_dashed(key), default)

    def pop(self, key: str, *default: Any) -> Any:
        """Take a record away, and return it."""
        return super().pop(_dashed(key), *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the record of a dataset, which is the default if there was none."""
        if key not in self:
            self[key] = default
        return self[key]


def _dashed(key: Any) -> Any:
    return key.replace("_", "-") if isinstance(key, str) else key
