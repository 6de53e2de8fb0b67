"""Asking sources: documents of a bounded size, what a file's answer says, its bytes."""

import codecs
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.reply import Reply
from lemm_catalog.backends.table import Backends
from lemm_catalog.digest import Digest, RunningDigests
from lemm_catalog.errors import PassingError, SourceError, WrongBytesError
from lemm_catalog.progress import Observer, Step
from lemm_catalog.transfer.patience import Patience, StallWatch

MOST_DOCUMENT = 20_000_000
# Of a file whose size nobody states: what is read of it before it counts as endless.
MOST_UNSAID = 1_000_000_000_000
_PIECE = 1 << 20
T = TypeVar("T")


class Answered(NamedTuple):
    """What the head of an answer says: the size if it does, and the media type."""

    size: int | None
    media: str


class Asker:
    """Asks sources, a few times if they fail in a way that passes."""

    def __init__(self, backends: Backends, observer: Observer) -> None:
        self._backends = backends
        self._observer = observer

    def document(self, url: str, *, must: bool = True) -> Any:
        """Return a JSON document; None if it is none, and need not be.

        Raises:
            SourceError: if the source fails, or the document is too large or no JSON.

        """
        raw, media = self._patiently(lambda: self._small(url, must=must))
        if raw is None:
            return None
        try:
            return json_of(raw)
        except ValueError as error:
            if not must and not media.endswith("json"):
                return None
            raise SourceError(f"{Address(url=url).shown}: {error}") from error

    def head(self, url: str) -> Answered:
        """Return what a file's answer says, without its bytes.

        Raises:
            SourceError: if the source fails.

        """

        def ask() -> Answered:
            with self._opened(url) as reply:
                return Answered(reply.total, _media(reply))

        return self._patiently(ask)

    def digest(
        self, url: str, step: Step, expected: tuple[Digest, ...]
    ) -> tuple[int, tuple[Digest, ...]]:
        """Return size and digests of a file's bytes, read once and kept nowhere.

        Raises:
            WrongBytesError: if they are not of the size or digests that are stated.
            SourceError: if the source fails.

        """
        self._observer.started(step, 0)
        try:
            size, found = self._patiently(lambda: self._read(url, step, expected))
        except SourceError as error:
            self._observer.ended(step, error.message)
            raise
        self._observer.ended(step, None)
        return size, found

    def _read(
        self, url: str, step: Step, expected: tuple[Digest, ...]
    ) -> tuple[int, tuple[Digest, ...]]:
        running = RunningDigests({"sha256", *(one.algorithm for one in expected)})
        limit = MOST_UNSAID if step.total is None else step.total
        done = 0
        try:
            with self._opened(url) as reply:
                watch = StallWatch(self._backends.waits)
                for piece in _pieces(reply):
                    done += len(piece)
                    watch.saw(len(piece), reply.address.shown)
                    if done > limit:
                        break
                    running.update(piece)
                    self._observer.advanced(step, len(piece))
        except BaseException:
            self._observer.advanced(step, -done)
            raise
        shown = Address(url=url).shown
        if done != limit if step.total is not None else done > limit:
            more = "more" if done > limit else f"{done}"
            raise WrongBytesError(f"{shown}: has {more} bytes, {limit} are stated")
        found = running.digests()
        for one in expected:
            if one not in found:
                said = f"its {one.algorithm} is not the one that is stated"
                raise WrongBytesError(f"{shown}: {said}, {one.value}")
        return done, found

    def _small(self, url: str, *, must: bool) -> tuple[bytes | None, str]:
        with self._opened(url) as reply:
            media = _media(reply)
            if not must and (reply.total or 0) > MOST_DOCUMENT:
                return None, media
            raw = bytearray()
            for piece in _pieces(reply):
                raw += piece
                if len(raw) > MOST_DOCUMENT:
                    if not must:
                        return None, media
                    shown, most = reply.address.shown, f"{MOST_DOCUMENT:,}"
                    message = f"{shown}: is larger than the {most} bytes that are read"
                    raise SourceError(message)
            return bytes(raw), media

    @contextmanager
    def _opened(self, url: str) -> Iterator[Reply]:
        reply = self._backends.for_url(url).open(Address(url=url))
        try:
            yield reply
        finally:
            reply.close()

    def _patiently(self, ask: Callable[[], T]) -> T:
        patience = Patience(threading.Event(), self._backends.waits)
        while True:
            try:
                return ask()
            except PassingError as error:
                patience.wait_after(error)


def json_of(raw: bytes) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: if it is none, with the reason in words.

    """
    try:
        return json.loads(raw.removeprefix(codecs.BOM_UTF8))
    except UnicodeDecodeError as error:
        raise ValueError("is not text in UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"is not JSON: {error.msg} at {where}") from error
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    except ValueError as error:  # a number of thousands of digits
        raise ValueError("holds a number that is too long") from error


def _pieces(reply: Reply) -> Iterator[memoryview]:
    buffer = memoryview(bytearray(_PIECE))
    while count := reply.readinto(buffer):
        yield buffer[:count]


def _media(reply: Reply) -> str:
    return reply.content_type.partition(";")[0].strip().lower()
