"""HTTP and HTTPS over our own connections: every answer judged before it is taken.

Bytes are asked for as they are (`Accept-Encoding: identity`), ranges are checked
against what was asked, a resume carries `If-Range`, redirects are followed by hand so
that a token never reaches another origin and https never falls back to http.
"""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend, Manners, Pause, Turn
from lemm_catalog.backends.http_answers import (
    check_encoding,
    check_status,
    condition,
    read_head,
    redirected,
)
from lemm_catalog.backends.http_body import SizedBody
from lemm_catalog.backends.http_head import WireError
from lemm_catalog.backends.http_origin import origin_of
from lemm_catalog.backends.http_pipeline import Pipeline
from lemm_catalog.backends.http_pool import Answer, Pool
from lemm_catalog.backends.http_reaching import Way
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import Reply, plain, translated
from lemm_catalog.conduit import Conduit
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.source import site_of
from lemm_catalog.version import __version__

MAX_REDIRECTS = 10
USER_AGENT = f"lemm-catalog/{__version__}"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ALWAYS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}


class HttpBackend(Backend):
    """Speaks HTTP/1.1; may be used from several threads at once."""

    def __init__(
        self,
        proxies: Mapping[str, str] | None = None,
        waits: Waits | None = None,
        way: Way | None = None,
    ) -> None:
        self._pool = Pool(proxies or {}, waits or Waits(), way)

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        headers = dict(_ALWAYS)
        is_part = start > 0 or stop is not None
        if is_part:
            headers["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
            if wanted := condition(validators):
                headers["If-Range"] = wanted
        asked, trail = start if is_part else None, _Trail()
        try:
            url, answer = self._final(address, headers, None, trail)
            reply = self._reply(address, url, answer, asked)
        except SourceError as error:
            error.is_doubtful = trail.is_reused
            raise
        reply.is_reused = trail.is_reused
        return reply

    def _several(
        self, addresses: Iterator[Address], manners: Manners
    ) -> Iterator[Turn]:
        """Ask ahead over one connection, and give the answers in their order."""
        for _, group in groupby(addresses, key=lambda address: site_of(address.url)):
            pipeline = Pipeline(self._pool, _whole_headers, manners)
            for turn in pipeline.run(group):
                if isinstance(turn, Pause):
                    yield turn
                    continue
                address, answer = turn
                if isinstance(answer, Answer) and manners.shares() and _waits(answer):
                    answer.connection.block()
                    yield Pause()
                yield address, self._judged(address, answer)

    def _judged(
        self, address: Address, answer: Answer | Exception
    ) -> Reply | SourceError:
        try:
            with translated(self, address):
                if isinstance(answer, Exception):
                    raise answer
                url, final = self._final(address, _ALWAYS, answer, _Trail())
                return self._reply(address, url, final, None)
        except SourceError as error:
            return error

    def _reply(
        self, address: Address, url: str, answer: Answer, asked: int | None
    ) -> Reply:
        reply = _HttpReply(address, answer, self._pool)
        reply.url, reply.waited = url, answer.waited
        try:
            _explained(address, url, answer)
            check_status(address.shown, answer.head.status, answer.head.headers)
            check_encoding(address.shown, answer.head.headers)
            read_head(reply, answer.head.status, answer.head.headers, asked)
        except BaseException:
            reply.drop()
            raise
        return reply

    def _final(
        self,
        address: Address,
        headers: Mapping[str, str],
        first: Answer | None,
        trail: "_Trail",
    ) -> tuple[str, Answer]:
        """Return the answer at the end of all redirects, and where that is."""
        url, seen = address.url, set[str]()
        while len(seen) <= MAX_REDIRECTS:
            if url in seen:
                raise SourceError(f"{address.shown}: redirects in a circle")
            seen.add(url)
            sent = _with_token(address, url, headers)
            answer = first or self._pool.ask(url, sent, anew=address.anew)
            first = None
            trail.is_reused |= answer.is_reused
            if answer.head.status not in _REDIRECTS:
                return url, answer
            self._pool.discard(answer)
            location = answer.head.headers.get("location")
            url = redirected(address.shown, url, location)
        trail.is_reused = False  # so many answers in a row are no leftovers
        raise SourceError(f"{address.shown}: redirects more than {MAX_REDIRECTS} times")

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.close()

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what the wire says in words."""
        shown = address.shown
        if isinstance(error, WireError):
            return PassingError(f"{shown}: {error}")
        if isinstance(error, ssl.SSLError):
            return _tls_error(error, shown)
        if isinstance(error, ValueError):
            return SourceError(f"{shown}: cannot be asked: {plain(error)}")
        return PassingError(f"{shown}: {plain(error)}")


def _waits(answer: Answer) -> bool:
    """Whether to judge or to read an answer may take waiting for more than bytes."""
    is_elsewhere = answer.head.status in _REDIRECTS
    return is_elsewhere or not isinstance(answer.body, SizedBody)


def _explained(address: Address, url: str, answer: Answer) -> None:
    if address.explain and answer.head.status not in {200, 206, 416}:
        error = address.explain(url, answer.head.status, answer.head.headers)
        if error:
            raise error


def _with_token(
    address: Address, url: str, headers: Mapping[str, str]
) -> Mapping[str, str]:
    if not address.token or origin_of(url) != origin_of(address.url):
        return headers
    return {**headers, "Authorization": f"Bearer {address.token}"}


def _whole_headers(address: Address) -> Mapping[str, str]:
    return _with_token(address, address.url, _ALWAYS)


@dataclass
class _Trail:
    """Whether any answer on the way came over a connection that had served before."""

    is_reused: bool = False


class _HttpReply(Reply):
    def __init__(self, address: Address, answer: Answer, pool: Pool) -> None:
        super().__init__(address)
        self._answer = answer
        self._pool = pool
        self._is_closed = False
        self._closing = threading.Lock()
        is_sized = isinstance(answer.body, SizedBody)
        self.may_splice = is_sized and answer.connection.may_splice

    @property
    def is_over(self) -> bool:
        return self._answer.body.is_over

    def _readinto(self, buffer: memoryview) -> int:
        return self._answer.body.readinto(buffer)

    def _splice(self, conduit: Conduit, most: int) -> int | None:
        body = self._answer.body
        return body.splice(conduit, most) if isinstance(body, SizedBody) else None

    def unblock(self) -> int | None:
        # The length of a chunk is read whole, however long that takes.
        if not isinstance(self._answer.body, SizedBody):
            return None
        with translated(self, self.address):
            return self._answer.connection.unblock()

    def block(self) -> None:
        self._answer.connection.block()

    def translate(self, error: Exception, address: Address) -> SourceError:
        words = str(error) if isinstance(error, WireError) else None
        if words is None:
            return super().translate(error, address)
        return PassingError(f"{address.shown}: {words}")

    def abort(self) -> None:
        with self._closing:
            # Afterwards the connection may be somebody else's.
            if not self._is_closed:
                # Closing would wait for the very read it is to end.
                self._answer.connection.shutdown()

    def drop(self) -> None:
        """Let go of an answer that is of no use, and keep its connection if cheap."""
        if self._has_closed():
            with suppress(Exception):
                self._pool.discard(self._answer)

    def close(self) -> None:
        if self._has_closed():
            with suppress(Exception):
                self._pool.give_back(self._answer)

    def _has_closed(self) -> bool:
        """Close it as far as others can tell; False if it was closed already."""
        with self._closing:
            was_closed, self._is_closed = self._is_closed, True
        return not was_closed


def _tls_error(error: ssl.SSLError, shown: str) -> SourceError:
    why = getattr(error, "verify_message", "") or plain(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return SourceError(
            f"{shown}: its certificate is not accepted: {why}",
            mend="set SSL_CERT_FILE if a company's proxy stands in between",
        )
    return PassingError(f"{shown}: the secure connection fails: {why}")
