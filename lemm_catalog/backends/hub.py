"""The Hugging Face Hub: an `hf://` address is a file behind the Hub's resolve URL.

The bytes come through the HTTP backend, which resumes where the Hub's own client
starts anew, and checks what it does not. The token goes to the Hub's origin only.

A large file is asked for in many parts, and each would be a question to the Hub, which
counts them. So the link to its storage is kept and asked directly, without the token,
until it expires: then the Hub gives another one.
"""

from collections import deque
from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import urlsplit

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import (
    Backend,
    CrowdedError,
    Manners,
    Pause,
    RangeRefusedError,
    Turn,
)
from lemm_catalog.backends.hub_token import read_token
from lemm_catalog.backends.hub_words import LinkRefusedError, explain
from lemm_catalog.backends.reply import Reply
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.source import redact
from lemm_catalog.model.told import Told

_MOST_LINKS = 1024


class HubBackend(Backend):
    """Rewrites `hf://` to the Hub's endpoint and lets another backend read.

    ``token_file`` is where the Hub's own client keeps a token, used without ``token``.
    """

    def __init__(
        self,
        through: Backend,
        endpoint: str,
        token: str | None,
        token_file: Path | None = None,
    ) -> None:
        self._through = through
        self._endpoint = endpoint.rstrip("/")
        self._given = token
        self._token_file = token_file
        self._links: dict[str, str] = {}

    @cached_property
    def _token(self) -> str | None:
        return self._given or (
            read_token(self._token_file) if self._token_file else None
        )

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        link = self._links.get(address.url)
        if link is not None:
            try:
                direct = Address(url=link, name=address.url)
                return self._through.open(direct, start, stop, validators)
            except (CrowdedError, RangeRefusedError):
                raise
            except SourceError as error:
                self._links.pop(address.url, None)
                if isinstance(error, PassingError):
                    raise
                # It has expired, most likely; the Hub knows better.
        asked = self._behind(address)
        try:
            reply = self._through.open(asked, start, stop, validators)
        except LinkRefusedError:
            # It may have expired on the way; many lanes at once are not many failures.
            reply = self._through.open(asked, start, stop, validators)
        if (start or stop is not None) and _host(reply.url) != _host(self._endpoint):
            if len(self._links) >= _MOST_LINKS:
                self._links.clear()
            self._links[address.url] = reply.url
        return reply

    def _several(
        self, addresses: Iterator[Address], manners: Manners
    ) -> Iterator[Turn]:
        asked, refused = deque[Address](), deque[tuple[Address, SourceError]]()

        def behind() -> Iterator[Address]:
            for address in addresses:
                try:
                    inner = self._behind(address)
                except SourceError as error:
                    refused.append((address, error))
                    continue
                asked.append(address)
                yield inner

        for turn in self._through.several(behind(), manners):
            yield turn if isinstance(turn, Pause) else (asked.popleft(), turn[1])
        yield from refused

    def _probe(self, address: Address) -> Told:
        from lemm_catalog.backends.hub_tree import file_in

        place = _place(address.url)
        return file_in(place, self._endpoint, address.token or self._token)

    def _listing(self, address: Address) -> Told:
        from lemm_catalog.backends.hub_tree import files_below

        place = _place(address.url)
        return files_below(place, self._endpoint, address.token or self._token)

    def _behind(self, address: Address) -> Address:
        """Return where the Hub gives the file of an address, or leads to it."""
        place = _place(address.url)
        if not place.path:
            raise _misformed(address.url)
        token = address.token or self._token
        return Address(
            url=place.resolve(self._endpoint),
            token=token,
            name=address.url,
            explain=partial(explain, place, self._endpoint, bool(token)),
            anew=address.anew,
        )

    def translate(self, error: Exception, address: Address) -> SourceError:
        """Return what the Hub's client raises in words."""
        from lemm_catalog.backends.hub_tree import in_words

        token = address.token or self._token
        return in_words(error, _place(address.url), self._endpoint, bool(token))


def _place(url: str) -> HubPlace:
    place = HubPlace.parse(url)
    if place is None:
        raise _misformed(url)
    return place


def _misformed(url: str) -> SourceError:
    return SourceError(
        f"{redact(url)}: is not of the form hf://datasets/owner/name@rev/path"
    )


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
