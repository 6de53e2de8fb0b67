"""A digest as a typed value, and the running hash that makes one."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol, Self

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


class _Pair(NamedTuple):
    algorithm: str
    value: str


class Digest(_Pair):
    """An algorithm and a lower-case hexadecimal value, printed ``sha256:9f86…``."""

    __slots__ = ()

    def __new__(cls, algorithm: str, value: str) -> Self:
        """Return the digest.

        Raises:
            ValueError: if the algorithm is not known, or the value is not one of it.

        """
        length = LENGTHS.get(algorithm)
        if length is None:
            known = ", ".join(LENGTHS)
            raise ValueError(f"unknown digest {algorithm!r}; known: {known}")
        if len(value) != length or not _HEX.fullmatch(value):
            raise ValueError(f"a {algorithm} is {length} hexadecimal digits")
        return super().__new__(cls, algorithm, value)

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
    """Several digests of one stream, computed in one pass.

    ``marks`` gets the sha256 of all bytes so far at every ``marks_every`` bytes: by
    them a wrong piece of the stream can be found, and proven once it is mended.
    """

    def __init__(
        self, algorithms: Iterable[str], *, marks_every: int | None = None
    ) -> None:
        wanted = {*algorithms} if marks_every is None else {*algorithms, "sha256"}
        self._hashes = {name: _new_hash(name) for name in sorted(wanted)}
        self._every = marks_every
        self._since = 0
        self.marks: list[bytes] = []

    def update(self, data: memoryview | bytes) -> None:
        """Take in more bytes."""
        if self._every is not None:
            view = memoryview(data)
            while len(view) >= (left := self._every - self._since):
                self._take(view[:left])
                self.marks.append(bytes.fromhex(self._hashes["sha256"].hexdigest()))
                self._since, view = 0, view[left:]
            self._since, data = self._since + len(view), view
        self._take(data)

    def _take(self, data: memoryview | bytes) -> None:
        for running in self._hashes.values():
            running.update(data)

    def digests(self) -> tuple[Digest, ...]:
        """Return the digests of the bytes so far."""
        return tuple(
            Digest(name, running.hexdigest()) for name, running in self._hashes.items()
        )


def git_id(content: bytes | memoryview) -> str:
    """Return the id under which git knows a content: a sha1 over its size and it."""
    import hashlib

    running = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    running.update(content)
    return running.hexdigest()


def algorithms_for(expected: Iterable[Digest]) -> set[str]:
    """Return what proves some digests, and sha256, which receipts hold."""
    return {"sha256", *(digest.algorithm for digest in expected)}


def _new_hash(algorithm: str) -> Hash:
    if algorithm == "blake3":
        from blake3 import blake3

        return blake3()
    import hashlib  # brings OpenSSL: only for those who hash

    return hashlib.new(algorithm, usedforsecurity=False)
