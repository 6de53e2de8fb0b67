"""A digest as a typed value, and the running hash that makes one."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

# Hexadecimal digits of each algorithm a manifest may name.
LENGTHS = {
    "sha256": 64,
    "sha512": 128,
    "blake2b": 128,
    "blake3": 64,
    "sha1": 40,
    "md5": 32,
}
STRONG = frozenset({"sha256", "sha512", "blake2b", "blake3"})
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)


@dataclass(frozen=True, order=True)
class Digest:
    """An algorithm and a lower-case hexadecimal value, printed ``sha256:9f86…``."""

    algorithm: str
    value: str

    def __post_init__(self) -> None:
        length = LENGTHS.get(self.algorithm)
        if length is None:
            known = ", ".join(LENGTHS)
            raise ValueError(f"unknown digest {self.algorithm!r}; known: {known}")
        if len(self.value) != length or not _HEX.fullmatch(self.value):
            raise ValueError(f"a {self.algorithm} is {length} hexadecimal digits")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the digest written as ``algorithm:value``.

        Raises:
            ValueError: if it is not written so.

        """
        algorithm, _, value = text.partition(":")
        return cls(algorithm, value.lower())

    @property
    def is_strong(self) -> bool:
        """Whether nobody can make other bytes with the same digest."""
        return self.algorithm in STRONG

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}"


class Hash(Protocol):
    """What `hashlib` and `blake3` objects have in common."""

    def update(self, data: memoryview | bytes, /) -> object:
        """Take in more bytes."""

    def hexdigest(self) -> str:
        """Return the digest of the bytes so far."""


class RunningDigests:
    """Several digests of one stream, computed in one pass."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._hashes = {name: _new_hash(name) for name in sorted(set(algorithms))}

    def update(self, data: memoryview | bytes) -> None:
        """Take in more bytes."""
        for running in self._hashes.values():
            running.update(data)

    def digests(self) -> tuple[Digest, ...]:
        """Return the digests of the bytes so far."""
        return tuple(
            Digest(name, running.hexdigest()) for name, running in self._hashes.items()
        )


def _new_hash(algorithm: str) -> Hash:
    if algorithm == "blake3":
        from blake3 import blake3

        return blake3()
    return hashlib.new(algorithm, usedforsecurity=False)
